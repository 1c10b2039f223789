"""The workflow that a node runs, and the inputs that it asks for."""

from collections.abc import Sequence

from nicegui import ui

from core.errors import NotFoundError
from core.nodes.input import InputField, asked_by
from pages.builder.inspector.arguments import ArgumentRows
from pages.builder.inspector.control import Control
from pages.builder.inspector.form import Form
from pages.builder.inspector.pending import Place
from pages.builder.inspector.shapes import Entered, Shape
from pages.components.fields import field
from pages.components.workflow_picker import WorkflowPicker

INPUTS = 'inputs'
"""The list beside the workflow that its inputs go into."""


class WorkflowControl(Control):
    """The id of a workflow. Choosing one lists what it must be told; what else it can be told is offered below."""

    def __init__(self, shape: Shape, place: Place, form: Form) -> None:
        super().__init__(shape, place, form)
        self._form = form
        self._asked: Sequence[InputField] = ()
        with field(shape.title, help_text=shape.help, required=shape.required) as self.frame:
            self._picker = WorkflowPicker(form.orchestrator, but=form.workflow_id, on_change=self._choose)
            self._inputs = ArgumentRows(form, (*place[:-1], INPUTS))

    def show(self, value: Entered) -> None:
        """Shows the workflow; what is offered depends on its inputs, which may have changed while it did not."""
        super().show(value)
        self._offer()

    def put(self, value: Entered) -> None:
        self._picker.show(value if isinstance(value, str) else '')
        with self._picker:
            ui.timer(0, self._look, once=True)

    async def _look(self) -> None:
        """Finds out what the workflow asks for."""
        self._asked = await self._asked_by(self._known) if isinstance(self._known, str) else ()
        if not self._picker.is_deleted:
            self._offer()

    async def _asked_by(self, workflow_id: str) -> Sequence[InputField]:
        """What its newest published version asks for."""
        try:
            versions = await self._form.orchestrator.workflows.versions(workflow_id)
        except NotFoundError:
            return ()
        return asked_by(versions[0].graph) if versions else ()

    async def _choose(self, workflow_id: str) -> None:
        self._asked = await self._asked_by(workflow_id)
        needed = [asked.name for asked in self._asked if asked.must_be_given]
        self._inputs.begin(needed, known=[asked.name for asked in self._asked])
        self.chosen(workflow_id)
        self._form.show()

    def _offer(self) -> None:
        """Offers the inputs that are not told yet."""
        about = {asked.name: asked.description or asked.label for asked in self._asked}
        self._inputs.offer(about, about=about)
