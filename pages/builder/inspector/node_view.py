"""One node: its head, the settings of its type, what every node has, and what is wrong with it."""

from collections.abc import Callable

from core.drafts.draft import Draft
from core.nodes.body import BodyNodeType
from core.orchestrator import Orchestrator
from core.workflows.graph import Node
from core.workflows.validation import Problem
from pages.builder.inspector.control import told
from pages.builder.inspector.form import Form
from pages.builder.inspector.head import Around, NameAndId, draw_type
from pages.builder.inspector.last_run import LastRun
from pages.builder.inspector.making import make_control
from pages.builder.inspector.pending import Place
from pages.builder.inspector.sections import More, WhenItFails
from pages.builder.inspector.shapes import MISSING, shapes_of
from pages.components.buttons import icon_button
from pages.components.layout import box, notice, row, words


class NodeView:
    """Draws a node and keeps what is drawn in step with the draft."""

    def __init__(
        self,
        node: Node,
        draft: Draft,
        orchestrator: Orchestrator,
        *,
        last_run: LastRun,
        actions: Callable[[str], object] | None,
        on_choose: Callable[[str], object],
        agent_saved: Callable[[], object],
    ) -> None:
        types = orchestrator.extensions.node_types
        kind = types.get(node.type) if node.type in types else None
        self._shapes = shapes_of(kind.Config) if kind else ()
        self._form = Form(draft, node.id, orchestrator, last_run=last_run, make=make_control, agent_saved=agent_saved)
        self._parts: list[Around | NameAndId | WhenItFails | More] = []
        draw_type(node, kind)
        self._parts.append(Around(draft, on_choose=on_choose))
        if actions:
            with row('ao-wrap'):
                actions(node.id)
        self._problems = box('ao-stack ao-if-any')
        self._told: list[Problem] = []
        self._parts.append(NameAndId(node, self._form, draft))
        self._form.add(self._shapes, at=('config',))
        self._unknown = box('ao-stack ao-if-any')
        self._unknown_names: list[str] = []
        if kind is None or kind.runs:
            tries = not isinstance(kind, BodyNodeType) or kind.passes_on
            self._parts.append(WhenItFails(node, self._form, tries=tries))
            self._parts.append(More(node, self._form))

    def show(self) -> None:
        """Shows what the draft says now."""
        node = self._form.node()
        if node is None:
            return
        for part in self._parts:
            part.show(node)
        unknown = self._show_unknown(node)
        self._show_problems([problem for problem in self._form.show() if problem.field not in unknown])

    def flush(self) -> None:
        """Makes an edit of what was typed."""
        self._form.pending.flush()

    def last_run_changed(self) -> None:
        self._form.last_run_changed()
        self.show()

    def _show_problems(self, problems: list[Problem]) -> None:
        if problems != self._told:
            self._told = problems
            self._problems.clear()
            with self._problems:
                for problem in problems:
                    notice(told(problem), 'bad' if problem.severity == 'error' else 'warning')

    def _show_unknown(self, node: Node) -> list[str]:
        """Settings that the type does not have, such as those of an older version of it; gives their names."""
        known = {shape.name for shape in self._shapes}
        names = [name for name in node.config if name not in known]
        if names != self._unknown_names:
            self._unknown_names = names
            self._unknown.clear()
            with self._unknown:
                for name in names:
                    self._draw_unknown(name, ('config', name))
        return names

    def _draw_unknown(self, name: str, place: Place) -> None:
        with row('ao-inspector-unknown'):
            words(name, 'ao-mono')
            words('is no setting of this type.', 'ao-dim ao-small ao-grow')
            icon_button('close', f'Remove {name}', lambda: self._form.pending.set(place, MISSING))
