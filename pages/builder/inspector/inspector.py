"""The column beside the canvas: edits what is selected there."""

from collections.abc import Callable, Sequence
from typing import Protocol

from nicegui import context, ui

from core.drafts.draft import Draft
from core.orchestrator import Orchestrator
from core.workflows.graph import Graph
from pages.builder.inspector.last_run import LastRun
from pages.builder.inspector.node_view import NodeView
from pages.builder.inspector.several_view import SeveralView
from pages.builder.inspector.workflow_view import WorkflowView
from pages.components.buttons import icon_button
from pages.components.layout import box
from pages.live import follow_draft, follow_runs


class View(Protocol):
    """What is drawn in the inspector."""

    def show(self) -> None: ...

    def flush(self) -> None: ...

    def last_run_changed(self) -> None: ...


class Inspector:
    """Shows the selection of a canvas and edits it; what others edit meanwhile is shown at once.

    on_choose: is told which node a person chose here (a problem that was clicked, a node under its new id); the empty
    id means none. on_duplicate: duplicates nodes. run_actions: draws actions for one node, for example its run button.
    agent_saved: is told that an agent was changed here, which other nodes may ask too.
    """

    def __init__(
        self,
        draft: Draft,
        orchestrator: Orchestrator,
        *,
        on_choose: Callable[[str], object] = lambda _: None,
        on_duplicate: Callable[[Sequence[str]], object] | None = None,
        run_actions: Callable[[str], object] | None = None,
        agent_saved: Callable[[], object] = lambda: None,
    ) -> None:
        self._draft = draft
        self._orchestrator = orchestrator
        self._on_choose = on_choose
        self._on_duplicate = on_duplicate
        self._run_actions = run_actions
        self._agent_saved = agent_saved
        self._last_run = LastRun(draft.workflow.id, orchestrator)
        self._ids: tuple[str, ...] = ()
        self._graph = draft.graph
        self._drawn: object = None
        self._view: View
        with box('ao-inspector', tag='aside') as self._box:
            self._box.props['aria-label'] = 'Inspector'
            icon_button('close', 'Close', self._close).classes('ao-inspector-close')
            self._body = box('ao-inspector-body ao-scroll')
        self._draw()
        context.client.on_disconnect(self.flush)
        follow_draft(draft, self._changed)
        follow_runs(orchestrator, self._look_at_runs)

    @property
    def node_ids(self) -> tuple[str, ...]:
        """What is shown."""
        return self._ids

    def show(self, node_ids: Sequence[str]) -> None:
        """Shows these nodes: one to edit it, several for what can be done with all, none for the workflow itself."""
        self.flush()
        self._ids = tuple(node_id for node_id in node_ids if node_id in self._draft.graph.by_id)
        self._draw()

    def flush(self) -> None:
        """Makes an edit of what was typed and waits for a pause."""
        self._view.flush()

    def _close(self) -> None:
        self.show(())
        self._on_choose('')

    # Following the draft

    def _changed(self) -> None:
        """Somebody edited, here or elsewhere. What is drawn stays, unless it shows something else from now on."""
        before, self._graph = self._graph, self._draft.graph
        if self._graph is not before:
            followed = followed_ids(self._ids, before, self._graph)
            renamed = len(followed) == 1 and followed != self._ids
            self._ids = followed
            if renamed:
                with self._box:  # once all others have heard of the new id
                    ui.timer(0, lambda: self._on_choose(followed[0]), once=True)
        self._draw()

    def _draw(self) -> None:
        """Draws anew only what is not drawn yet."""
        node = self._draft.graph.by_id.get(self._ids[0]) if len(self._ids) == 1 else None
        wanted = (self._ids, node and node.type)
        if wanted != self._drawn:
            self._drawn = wanted
            self._body.clear()
            with self._body:
                self._view = self._make_view()
            self._box.props['data-shows'] = 'node' if node else 'several' if self._ids else 'workflow'
        with self._body:
            self._view.show()

    def _make_view(self) -> View:
        match self._ids:
            case ():
                return WorkflowView(self._draft, self._orchestrator, on_choose=self._choose)
            case (node_id,):
                node = self._draft.graph.by_id[node_id]
                actions = self._run_actions
                return NodeView(
                    node,
                    self._draft,
                    self._orchestrator,
                    last_run=self._last_run,
                    actions=actions,
                    on_choose=self._choose,
                    agent_saved=self._agent_saved,
                )
            case _:
                return SeveralView(self._ids, self._draft, on_duplicate=self._on_duplicate)

    def _choose(self, node_id: str) -> None:
        self.show((node_id,))
        self._on_choose(node_id)

    async def _look_at_runs(self) -> None:
        if await self._last_run.look() and not self._body.is_deleted:
            with self._body:
                self._view.last_run_changed()


def followed_ids(node_ids: Sequence[str], before: Graph, after: Graph) -> tuple[str, ...]:
    """The same nodes in the graph after an edit: one that has another id now is found, one that is gone is left out."""
    places = {node.id: place for place, node in enumerate(before.nodes)}
    found = []
    for node_id in node_ids:
        if node_id in after.by_id:
            found.append(node_id)
        elif len(before.nodes) == len(after.nodes) and node_id in places:
            candidate = after.nodes[places[node_id]]
            if candidate.id not in before.by_id and candidate.type == before.by_id[node_id].type:
                found.append(candidate.id)
    return tuple(found)
