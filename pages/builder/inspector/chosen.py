"""What is chosen from a list of what there is: agents, teams and models."""

from core.errors import InvalidError
from core.llm.connection import ModelRef
from pages.builder.inspector.agent_model import AgentModel
from pages.builder.inspector.control import Control
from pages.builder.inspector.form import Form
from pages.builder.inspector.pending import Place
from pages.builder.inspector.shapes import MISSING, Entered, Shape
from pages.components.agent_picker import AgentPicker
from pages.components.fields import field
from pages.components.model_picker import ModelPicker
from pages.components.team_picker import TeamPicker


class AgentControl(Control):
    """The id of an agent, and below it the agent's model."""

    def __init__(self, shape: Shape, place: Place, form: Form) -> None:
        super().__init__(shape, place, form)
        self._agent_saved = form.agent_saved
        with field(shape.title, help_text=shape.help, required=shape.required) as self.frame:
            self._picker = AgentPicker(form.orchestrator, on_change=self._take)
        self._model = AgentModel(form.orchestrator, on_save=self._saved)

    def put(self, value: Entered) -> None:
        agent = value if isinstance(value, str) else ''
        self._picker.show(agent)
        self._model.show(agent)

    def _take(self, agent: str) -> None:
        self.chosen(agent or MISSING)
        self._model.show(agent)

    def _saved(self) -> None:
        self._picker.show(self._picker.value)  # it says where the model runs
        self._agent_saved()


class TeamControl(Control):
    """The id of a team."""

    def __init__(self, shape: Shape, place: Place, form: Form) -> None:
        super().__init__(shape, place, form)
        with field(shape.title, help_text=shape.help, required=shape.required) as self.frame:
            self._picker = TeamPicker(form.orchestrator, on_change=lambda team: self.chosen(team or MISSING))

    def put(self, value: Entered) -> None:
        self._picker.show(value if isinstance(value, str) else '')


class ModelControl(Control):
    """A model; where none is chosen the default model holds."""

    def __init__(self, shape: Shape, place: Place, form: Form) -> None:
        super().__init__(shape, place, form)
        with field(shape.title, help_text=shape.help, required=shape.required) as self.frame:
            self._picker = ModelPicker(
                form.orchestrator, None, on_change=self._take, default_allowed=not shape.required
            )

    def put(self, value: Entered) -> None:
        self._picker.show(_ref(value))

    def _take(self, model: ModelRef | None) -> None:
        self.chosen(str(model) if model else MISSING)


def _ref(value: Entered) -> ModelRef | None:
    try:
        return ModelRef.parse(value) if isinstance(value, str) else None
    except InvalidError:
        return None
