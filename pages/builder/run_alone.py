"""Running one node alone: on what came before it the last time, or on what a person types instead."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from core.errors import InvalidError, OrchestratorError
from core.orchestrator import Orchestrator
from core.runs.run import Run
from core.values import Json
from core.workflows.graph import Graph, Node
from core.workflows.workflow import Workflow
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import text_area
from pages.components.layout import box, notice, row, words
from pages.components.toasts import explained, toast_error
from pages.runs.values import text_in


async def ask_and_run_alone(
    workflow: Workflow, node_id: str, orchestrator: Orchestrator, *, last: Mapping[str, dict[str, Any]]
) -> Run | None:
    """Shows what arrives at the node, to be changed or not, and starts it; None if the person does not after all.

    last: what the nodes gave in the run that is shown.
    """
    before = _before(workflow.graph, node_id)
    if not before or workflow.graph.by_id[node_id].parent:  # in a body it is refused, with the reason
        with explained():
            return await orchestrator.run_node(workflow.id, node_id)
        return None
    node = workflow.graph.by_id[node_id]
    with dialog(f'Run only {node.title}', width=600) as asked:
        form = _Form(before, last)

        async def start() -> None:
            try:
                asked.submit(await orchestrator.run_node(workflow.id, node_id, given=form.given()))
            except InvalidError as error:
                form.show(error)
            except OrchestratorError as error:
                toast_error(error)

        with row('ao-dialog-foot'):
            box('ao-grow')
            button('Cancel', asked.close, kind='quiet')
            button('Run', start, icon='play_circle', kind='primary').mark('start-alone').props('data-runs')
    run = await asked_once(asked)
    return run if isinstance(run, Run) else None


def _before(graph: Graph, node_id: str) -> list[Node]:
    sources = dict.fromkeys(edge.source for edge in graph.edges_into.get(node_id, ()))
    return [graph.by_id[key] for key in sources if key in graph.by_id]


class _Form:
    """One field for each node whose result arrives; what is left as it was is not sent."""

    def __init__(self, nodes: list[Node], last: Mapping[str, dict[str, Any]]) -> None:
        told = 'What arrives, as it did the last time. Change it to try something else.'
        if not any(node.id in last for node in nodes):
            told = 'Nothing has arrived here yet. Enter what it is to work on.'
        words(told, 'ao-dim', tag='p')
        self._notice = box('ao-stack ao-if-any')
        self._last = {node.id: text_in(last[node.id]) if node.id in last else '' for node in nodes}
        self._fields: dict[str, ui.textarea] = {}
        with box('ao-form ao-run-form'):
            for node in nodes:
                field = text_area(node.title, self._last[node.id], placeholder='No result yet', rows=4)
                self._fields[node.id] = field.mark(f'given-{node.id}')
        next(iter(self._fields.values())).props('autofocus')

    def given(self) -> dict[str, Json]:
        typed = {key: field.value or '' for key, field in self._fields.items()}
        return {key: text for key, text in typed.items() if text != self._last[key]}

    def show(self, error: InvalidError) -> None:
        self._notice.clear()
        missing = {where: what for where, what in error.problems if where in self._fields}
        for key, field in self._fields.items():
            field.error = missing.get(key)
        if len(missing) < len(error.problems) or not error.problems:
            with self._notice:
                notice(str(error), 'bad')
