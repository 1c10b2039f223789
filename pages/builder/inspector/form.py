"""The form of one node: fields at their places, kept in step with the draft, problems where they belong."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nicegui import background_tasks, ui

from core.drafts.draft import Draft
from core.drafts.edits import Change, EditRefusedError
from core.drafts.naming import Named, names_at
from core.orchestrator import Orchestrator
from core.workflows.graph import Node, Retry
from core.workflows.validation import Problem
from pages.builder.inspector.control import Control
from pages.builder.inspector.last_run import LastRun
from pages.builder.inspector.pending import Pending, Place, value_at, with_value
from pages.builder.inspector.shapes import MISSING, Entered, Shape, fits, is_named, rows_of
from pages.components.layout import box

Make = Callable[[Shape, Place, 'Form'], Control]
"""Makes the control for a shape."""


class Form:
    """All fields of a node, wherever they are drawn."""

    def __init__(
        self,
        draft: Draft,
        node_id: str,
        orchestrator: Orchestrator,
        *,
        last_run: LastRun,
        make: Make,
        agent_saved: Callable[[], object],
    ) -> None:
        self.orchestrator = orchestrator
        self.agent_saved = agent_saved
        self.pending = Pending(self._edit)
        self.make = make
        self.controls: dict[Place, Control] = {}
        self.rows: dict[Place, ui.element] = {}
        """Rows of lists, which tell from outside that something inside is wrong."""
        self.workflow_id = draft.workflow.id
        self._draft = draft
        self._node_id = node_id
        self._last_run = last_run
        self._slots: list[Slot] = []
        self._named: list[Place] = []
        """Lists of names and values, which files may tell as `{name: value}`."""
        self._watchers: list[Callable[[], None]] = []

    def add(self, shapes: Iterable[Shape], *, at: Place = ()) -> None:
        """Draws fields here, for what stands below this place."""
        for shape in shapes:
            if is_named(shape):
                self._named.append((*at, shape.name))
            self._slots.append(Slot(shape, (*at, shape.name), self))

    # What the fields show

    def show(self) -> list[Problem]:
        """Shows what the draft says now; gives the problems for which there is no field."""
        for slot in self._slots:
            slot.show(self.value(slot.place))
        return self._tell()

    def _tell(self) -> list[Problem]:
        here: dict[Place, Problem] = {}
        elsewhere = []
        for problem in self._draft.problems:
            if problem.node == self._node_id:
                place = self._place_of(problem)
                if place is None:
                    elsewhere.append(problem)
                else:
                    here.setdefault(place, problem)
        for place, control in self.controls.items():
            control.tell(here.get(place))
        for place, made in self.rows.items():
            bad = any(other[: len(place)] == place for other in here)
            if made.props.get('data-bad') != (said := 'true' if bad else 'false'):
                made.props['data-bad'] = said
        return elsewhere

    def _place_of(self, problem: Problem) -> Place | None:
        """The field that the problem is about, or the nearest around it."""
        parts = tuple(int(part) if part.isdigit() else part for part in (problem.field or '').split('.'))
        for count in range(len(parts), 0, -1):
            for place in (('config', *parts[:count]), parts[:count]):
                if place in self.controls:
                    return place
        return None

    # What the fields ask

    def node(self) -> Node | None:
        """The node as the draft has it."""
        return self._draft.graph.by_id.get(self._node_id)

    def value(self, place: Place) -> Entered:
        """What the draft says at this place."""
        node = self.node()
        first = getattr(node, str(place[0]), None)
        told = {place[0]: first.model_dump() if isinstance(first, Retry) else first}
        return value_at(self._as_rows(told), place)

    def _as_rows(self, told: Any) -> Any:
        """What is told by name as rows of a name and a value, as it is shown and edited."""
        for place in self._named:
            if isinstance(by_name := value_at(told, place), Mapping):
                told = with_value(told, place, rows_of(by_name))
        return told

    def left(self) -> None:
        """A field was left: what was typed becomes an edit, and what the draft says is shown."""
        self.pending.flush()
        self.show()

    def names(self) -> Sequence[Named]:
        """What the node's templates can name."""
        types = self.orchestrator.extensions.node_types
        return names_at(self._draft.graph, self._node_id, types, results=self.last_results())

    def last_results(self) -> dict[str, dict[str, Any]]:
        """What the workflow's nodes gave in its last run."""
        return self._last_run.results(self._draft.graph)

    def watch_last_run(self, listener: Callable[[], None]) -> None:
        """Has it called when the results of another run are known."""
        self._watchers.append(listener)

    def last_run_changed(self) -> None:
        for watcher in self._watchers:
            watcher()

    async def result_of(self, source: str, *, expression: bool) -> str:
        """What it came to with the results of the last run; empty where that is not known."""
        return await self._last_run.result_of(source, self._draft.graph, self._node_id, expression=expression)

    # What the fields change

    def _edit(self, values: Mapping[Place, Entered]) -> None:
        """Makes one edit of the draft, which is then stored in the background."""
        node = self.node()
        if node is None:
            return
        names = {str(place[0]) for place in values}
        before = node.model_dump(include=names)
        after = self._as_rows(before)
        for place, value in values.items():
            after = with_value(after, place, value)
        fields = {name: after.get(name, Node.model_fields[name].get_default()) for name in names}
        fields = {name: value for name, value in fields.items() if value != before[name]}
        try:
            self._draft.edit([Change(node=node.id, fields=fields)] if fields else [])
        except EditRefusedError as error:
            self._refuse(error, values)
        else:
            background_tasks.create(self._draft.save(), name=f'save {node.id}')

    def _refuse(self, error: EditRefusedError, values: Mapping[Place, Entered]) -> None:
        why = error.problems[0][1] if error.problems else str(error)
        for place in values:
            if place in self.controls:
                self.controls[place].refuse(f'Not kept: {why}.' if error.problems else why)


class Slot:
    """Where one field stands. A value that its type does not take is shown as JSON, so that it can be mended.

    One of the kind `by_type` is a picture, or several, where the field `type` beside it says so; one for a certain type
    is hidden while that says another, unless something is entered there.
    """

    def __init__(self, shape: Shape, place: Place, form: Form) -> None:
        self.shape = shape
        self.place = place
        self._form = form
        self._as_json = replace(shape, kind='value', inner=(), options=())
        self._by_type = {'image': replace(shape, kind='image'), 'images': replace(shape, kind='images')}
        self._box = box('ao-slot')
        self._control: Control | None = None

    def show(self, value: Entered) -> None:
        """Shows the value, in another field than before if it takes one."""
        wanted = self._wanted()
        wanted = wanted if fits(wanted, value) else self._as_json
        if self._control is None or self._control.shape is not wanted:
            self.forget()
            self._box.clear()
            with self._box:
                self._control = self._form.controls[self.place] = self._form.make(wanted, self.place, self._form)
        self._control.show(value)
        self._box.set_visibility(self.shape.for_type in {'', self._type()} or value not in (MISSING, None, [], ()))

    def _wanted(self) -> Shape:
        return self._by_type.get(self._type(), self._as_json) if self.shape.kind == 'by_type' else self.shape

    def _type(self) -> str:
        """What the field `type` beside it says."""
        return str(self._form.value((*self.place[:-1], 'type')))

    def forget(self) -> None:
        """The field and what is inside it are asked and told nothing any more."""
        for known in (self._form.controls, self._form.rows):
            for place in [place for place in known if place[: len(self.place)] == self.place]:
                known.pop(place, None)
