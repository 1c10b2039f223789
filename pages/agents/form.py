"""The form of an agent: its fields, and the agent that they describe."""

from collections.abc import Callable, Iterable
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from core.agents.agent import Agent
from core.agents.budget import Budget
from core.agents.memory import Memory
from core.errors import InvalidError
from core.ids import in_words
from core.llm.connection import ModelRef
from core.llm.parameters import Parameters
from core.orchestrator import Orchestrator
from pages.agents.limits import LimitFields, SchemaField
from pages.agents.memory import ConversationList, MemoryFields
from pages.agents.tools import ToolList
from pages.components.fields import choice, field, number_field, text_area, text_field
from pages.components.layout import box, stack
from pages.components.model_picker import ModelPicker
from pages.components.problems import Fields, problems_of, show_problems

THINKING = {'': "Provider's default", 'off': 'Off', 'low': 'Low', 'medium': 'Medium', 'high': 'High'}
DEFAULT = 'default'


class AgentForm:
    """Shows an agent for editing; `agent()` is what the fields say at the moment."""

    def __init__(self, agent: Agent, orchestrator: Orchestrator, *, on_change: Callable[[], object]) -> None:
        self._saved = agent
        self._orchestrator = orchestrator
        self._on_change = on_change
        self._model = agent.model
        with box('ao-form'):
            self._draw_texts(agent)
            self._draw_model()
            with field('Tools', help_text='What it can do besides answering. It decides by itself when.'):
                self._tools = ToolList(orchestrator, agent.tools, agent.ask_before, on_change=on_change)
            with ui.expansion('Parameters').classes('ao-expansion').props('dense') as parameters:
                parameters.value = agent.parameters != Parameters()
                self._draw_parameters(agent.parameters)
            with ui.expansion('Limits').classes('ao-expansion').props('dense') as limits:
                limits.value = agent.budget != Budget()
                self._limits = LimitFields(agent, on_change=on_change)
            with ui.expansion('Memory').classes('ao-expansion').props('dense') as memory:
                memory.value = agent.memory != Memory()
                with stack('ao-gap-4'):
                    self._memory = MemoryFields(agent, on_change=on_change)
                    ConversationList(agent, orchestrator)
            with ui.expansion('Form of the answer').classes('ao-expansion').props('dense') as form:
                form.value = agent.output_schema is not None
                self._schema = SchemaField(agent, on_change=on_change)

    def agent(self) -> Agent:
        """The agent that the fields describe; InvalidError names each field that is wrong."""
        said = {
            **self._saved.model_dump(mode='json'),
            'name': self._name.value.strip(),
            'description': self._description.value.strip(),
            'tags': [tag for text in self._tags.value.split(',') if (tag := text.strip())],
            'instructions': self._instructions.value,
            'model': str(self._model) if self._model else None,
            'parameters': self._parameters(),
            'tools': self._tools.keys,
            'ask_before': [key for key in self._tools.ask_before if key in self._tools.keys],
            'output_schema': self._schema.said(),
            'memory': self._memory.said(),
            **self._limits.said(),
        }
        try:
            return Agent.model_validate(said)
        except ValidationError as error:
            raise InvalidError('The agent cannot be saved as it is.', problems=problems_of(error)) from None

    @property
    def changed(self) -> bool:
        """Whether the fields say something else than what is saved."""
        try:
            return self.agent() != self._saved
        except InvalidError:
            return True

    def show_problems(self, problems: Iterable[tuple[str, str]]) -> None:
        """Shows each problem below its field; none takes all away."""
        numbers = {f'parameters.{name}': made for name, made in self._numbers.items()}
        limits = {f'budget.{name}': made for name, made in self._limits.numbers.items()}
        others: Fields = {
            'max_turns': self._limits.turns,
            'output_schema': self._schema.area,
            'memory.messages': self._memory.messages,
        }
        show_problems(problems, {'name': self._name, **numbers, **limits, **others})

    def saved(self, agent: Agent) -> None:
        """What is stored from now on, as far as this form knows."""
        self._saved = agent

    def show(self, agent: Agent) -> None:
        """Replaces what the fields say."""
        self._saved = agent
        self._name.value, self._description.value = agent.name, agent.description
        self._tags.value, self._instructions.value = ', '.join(agent.tags), agent.instructions
        self._model = agent.model
        self._picker.show(agent.model)
        for name, made in self._numbers.items():
            made.value = getattr(agent.parameters, name)
        self._thinking.value = agent.parameters.thinking or ''
        self._tools.show(agent.tools, agent.ask_before)
        self._limits.show(agent)
        self._schema.show(agent)
        self._memory.show(agent)

    def _draw_texts(self, agent: Agent) -> None:
        self._name = text_field('Name', agent.name, on_change=self._on_change)
        self._description = text_field(
            'Description', agent.description, placeholder='What others should know it for', on_change=self._on_change
        )
        self._tags = text_field(
            'Tags', ', '.join(agent.tags), placeholder='support, writing', on_change=self._on_change
        )
        self._instructions = text_area(
            'Instructions',
            agent.instructions,
            rows=10,
            placeholder='You are … Your task is … Answer with …',
            help_text='What the model is told before every conversation: who it is, what to do, how to answer.',
            on_change=self._on_change,
        )

    def _draw_model(self) -> None:
        with field('Model'):
            self._picker = ModelPicker(self._orchestrator, self._model, on_change=self._choose)

    def _choose(self, model: ModelRef | None) -> None:
        self._model = model
        self._on_change()

    def _draw_parameters(self, parameters: Parameters) -> None:
        """Help comes from the fields' own descriptions, so that form and API say the same."""
        self._numbers: dict[str, ui.number] = {}
        limits: dict[str, dict[str, Any]] = {
            'temperature': {'minimum': 0, 'maximum': 2, 'step': 0.1},
            'top_p': {'minimum': 0, 'maximum': 1, 'step': 0.05},
            'max_tokens': {'minimum': 1, 'step': 1},
            'context': {'minimum': 512, 'step': 1},
            'seed': {'step': 1},
        }
        with box('ao-grid-2'):
            for name, limit in limits.items():
                self._numbers[name] = number_field(
                    in_words(name),
                    getattr(parameters, name),
                    help_text=Parameters.model_fields[name].description or '',
                    placeholder=DEFAULT,
                    on_change=self._on_change,
                    **limit,
                )
            self._thinking = choice(
                'Thinking',
                THINKING,
                parameters.thinking or '',
                help_text=Parameters.model_fields['thinking'].description or '',
                on_change=self._on_change,
            )

    def _parameters(self) -> dict[str, Any]:
        numbers = {name: made.value for name, made in self._numbers.items()}
        whole = {name: int(value) if _is_whole(value) else value for name, value in numbers.items()}
        return {**whole, 'thinking': self._thinking.value or None}


def _is_whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()
