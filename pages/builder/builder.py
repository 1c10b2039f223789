"""The builder: canvas, palette, inspector and run panel over one draft."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from core.drafts.draft import Draft
from core.drafts.edits import EditRefusedError
from core.drafts.pasting import read_part
from core.errors import OrchestratorError
from core.orchestrator import Orchestrator
from core.runs.run import Run
from core.workflows.graph import Graph, Position
from pages.builder.bar import WorkflowBar
from pages.builder.doings import Doings
from pages.builder.inspector.inspector import Inspector
from pages.builder.palette import Palette
from pages.builder.run_alone import ask_and_run_alone
from pages.builder.run_panel import RunPanel
from pages.builder.shortcuts import show_shortcuts
from pages.canvas.canvas import Canvas
from pages.canvas.offers import offers_of
from pages.canvas.views import Views, views_of
from pages.components.buttons import button
from pages.components.layout import box
from pages.components.toasts import toast
from pages.frame import Frame
from pages.live import follow_draft
from pages.workflows.known import Known
from pages.workflows.run_form import ask_and_start


class Builder:
    """Shows the draft as it is, whoever changed it, and does to it what the person does on the canvas."""

    def __init__(self, draft: Draft, orchestrator: Orchestrator, page: Frame, known: Known) -> None:
        self._draft = draft
        self._orchestrator = orchestrator
        self._types = orchestrator.extensions.node_types
        self._known = known
        offers = offers_of(self._types, known.agents.values(), known.teams.values())
        self._offers = {offer.key: offer for offer in offers}
        self._doings = Doings(draft, self._types, lambda: self._known)
        self._asked_for: Graph | None = None
        self._bar = WorkflowBar(draft, orchestrator, page, text=False, run=self._run, flush=self._flush)

    async def draw(self, *, run_id: str = '') -> None:
        with box('ao-builder'):
            self._palette = Palette(self._offers.values())
            with box('ao-builder-middle'):
                self._canvas = Canvas(self._views(), offers=self._offers.values())
                self._runs = RunPanel(
                    self._draft.workflow.id, self._orchestrator, self._canvas, reveal=self._canvas.reveal
                )
            self._inspector = Inspector(
                self._draft,
                self._orchestrator,
                on_choose=self._reveal,
                on_duplicate=lambda nodes: self._do(lambda: self._doings.duplicate(nodes)),
                run_actions=self._draw_run_actions,
                agent_saved=lambda: ui.timer(0, self._learn, once=True),
            )
        self._listen()
        follow_draft(self._draft, self._hear)
        if run_id:
            await self._runs.show(run_id)
        else:
            await self._runs.show_last()

    # Showing

    def _views(self) -> Views:
        return views_of(self._doings.graph, self._types, known=self._known, problems=self._draft.problems)

    def _hear(self) -> None:
        self._show()
        if not self._known.covers(self._draft.graph, self._types) and self._draft.graph is not self._asked_for:
            self._asked_for = self._draft.graph  # an agent may be missing for good: one look a graph is enough
            ui.timer(0, self._learn, once=True)

    def _show(self) -> None:
        self._canvas.show(self._views())
        self._bar.show()

    async def _learn(self) -> None:
        """Takes in which agents and connections there are now."""
        self._known = await Known.of(self._orchestrator)
        offers = offers_of(self._types, self._known.agents.values(), self._known.teams.values())
        if offers != list(self._offers.values()):
            self._offers = {offer.key: offer for offer in offers}
            self._palette.offer(offers)
            self._canvas.offer(offers)
        self._show()

    def _flush(self) -> None:
        """What was typed a moment ago counts, whatever is done next."""
        self._inspector.flush()

    # Hearing

    def _listen(self) -> None:
        self._canvas.listen('edit', self._edit)
        self._canvas.listen('select', self._choose)
        self._canvas.listen('add', self._add)
        self._canvas.listen('paste', self._paste)
        self._canvas.listen('act', self._act)
        self._canvas.listen('connecting', self._connecting)
        self._canvas.listen('copied', _tell_of_clipboard)

    async def _do(self, change: Callable[[], list[str] | None]) -> None:
        """Changes the draft and stores it; a refusal is told, and the browser shown what is true."""
        self._flush()
        try:
            chosen = change()
        except EditRefusedError as error:
            self._canvas.reload()
            toast(str(error), 'note')
            return
        if chosen:
            self._canvas.select(chosen)
        await self._draft.save()

    async def _edit(self, told: list[dict[str, Any]]) -> None:
        await self._do(lambda: self._doings.edit(told))
        self._canvas.confirm(edit['node'] for edit in told if 'size' in edit.get('fields', {}))

    def _choose(self, ids: list[str]) -> None:
        self._inspector.show(ids)
        self._runs.choose(ids[0] if len(ids) == 1 else '')

    def _reveal(self, node_id: str) -> None:
        if node_id:
            self._canvas.reveal(node_id)
        else:
            self._canvas.select([])

    async def _add(self, told: dict[str, Any]) -> None:
        behind = told['from'] and (told['from']['node'], told['from']['handle'])
        at = Position(x=told['x'], y=told['y'])
        offer = self._offers[told['offer']]
        between, inside = told['between'], told['inside']
        await self._do(lambda: self._doings.add(offer, at=at, behind=behind, between=between, inside=inside))

    async def _paste(self, told: dict[str, Any]) -> None:
        """What was copied, a file that was dropped, or any YAML; agents that come with it are brought here."""
        at = Position(x=told['x'], y=told['y'])
        try:
            part = await self._orchestrator.bring_along(read_part(told['text']))
        except OrchestratorError as error:
            toast(str(error), 'note')
            return
        await self._learn()
        await self._do(lambda: self._doings.put(part, at))

    async def _inspect(self) -> None:
        """Goes on in the inspector, at the chosen node's name."""
        ui.run_javascript('document.querySelector(".ao-inspector :is(input, textarea)")?.focus()')

    def _connecting(self, told: dict[str, str]) -> None:
        self._canvas.refuse(self._doings.refusals(told['source'], told['handle']))

    async def _act(self, told: dict[str, Any]) -> None:
        name, nodes = told['name'], told['nodes']
        changes: dict[str, Callable[[], list[str] | None]] = {
            'undo': self._draft.undo,
            'redo': self._draft.redo,
            'duplicate': lambda: self._doings.duplicate(nodes),
            'disable': lambda: self._doings.disable(nodes),
            'pin': lambda: self._doings.pin(nodes, self._runs.last()),
            'group': lambda: self._doings.group(nodes),
            'note': lambda: self._doings.note(Position(**told['at'])),
            'tidy': self._doings.tidy,
        }
        others: dict[str, Callable[[], Awaitable[None]]] = {
            'run_to': lambda: self._run_to(nodes),
            'run_alone': lambda: self._run_alone(nodes),
            'inspect': self._inspect,
            'stop': self._runs.stop,
            'shortcuts': show_shortcuts,
        }
        if name in changes:
            await self._do(changes[name])
            if name == 'tidy':
                self._canvas.fit()
        elif name.startswith('align_'):
            await self._do(lambda: self._doings.align(nodes, name.removeprefix('align_')))
        elif name in others:
            await others[name]()

    # Running

    async def _run(self) -> None:
        await self._start(lambda: self._ask_and_start(until=None))

    async def _run_to(self, nodes: list[str]) -> None:
        if node := self._only(nodes):
            await self._start(lambda: self._ask_and_start(until=node))

    async def _run_alone(self, nodes: list[str]) -> None:
        if node := self._only(nodes):
            await self._start(lambda: self._ask_and_run_alone(node))

    async def _ask_and_start(self, *, until: str | None) -> Run | None:
        last = self._runs.inputs()
        return await ask_and_start(self._draft.workflow, self._orchestrator, until=until, last=last)

    async def _ask_and_run_alone(self, node: str) -> Run | None:
        last = {key: step.output for key, step in self._runs.last().items()}
        return await ask_and_run_alone(self._draft.workflow, node, self._orchestrator, last=last)

    async def _start(self, ask: Callable[[], Awaitable[Run | None]]) -> None:
        """Stores the draft, starts what is asked for, and shows it."""

        async def start() -> None:
            if run := await ask():
                await self._runs.show(run.id)

        await self._bar.when_saved(start)

    def _draw_run_actions(self, node_id: str) -> None:
        button('Run to here', lambda: self._run_to([node_id]), icon='start')
        button('Run only this', lambda: self._run_alone([node_id]), icon='play_circle')

    def _only(self, nodes: list[str]) -> str | None:
        """The one node that is chosen."""
        if len(nodes) != 1:
            toast('Choose one node first.', 'note')
            return None
        return nodes[0]


def _tell_of_clipboard(what: str) -> None:
    """What became of a copy or a paste: how many nodes were copied, or why nothing could be pasted."""
    match what:
        case 'refused':
            toast('The browser does not let pages read the clipboard here. Press Ctrl+V (on a Mac ⌘V) instead.', 'note')
        case 'too long':
            toast('This text is too long to be pasted. Import it as a file instead.', 'note')
        case count:
            toast('Copied one node.' if count == '1' else f'Copied {count} nodes.')
