"""How far an agent may go, and the form of its answer: two parts of its form."""

import json
from collections.abc import Callable
from typing import Any

from core.agents.agent import Agent
from core.agents.budget import Budget
from core.errors import InvalidError
from core.tools.schema import check_schema
from pages.components.fields import field, number_field
from pages.components.layout import box
from pages.components.schema_editor import SchemaEditor

NO_LIMIT = 'no limit'
SCHEMA_HELP = 'With a schema the answer is data, and is checked against it. Empty: the answer is words.'


class LimitFields:
    """Turns and budget."""

    def __init__(self, agent: Agent, *, on_change: Callable[[], object]) -> None:
        steps = {'tokens': 1000, 'cost': 0.01, 'minutes': 1, 'tool_calls': 1}
        titles = {'tokens': 'Tokens', 'cost': 'Cost, $', 'minutes': 'Minutes', 'tool_calls': 'Tool calls'}
        with box('ao-grid-2'):
            self.turns = number_field(
                'Turns',
                agent.max_turns,
                help_text=Agent.model_fields['max_turns'].description or '',
                minimum=1,
                maximum=200,
                step=1,
                on_change=on_change,
            )
            self.numbers = {
                name: number_field(
                    titles[name],
                    getattr(agent.budget, name),
                    help_text=info.description or '',
                    placeholder=NO_LIMIT,
                    minimum=0,
                    step=steps[name],
                    on_change=on_change,
                )
                for name, info in Budget.model_fields.items()
            }

    def said(self) -> dict[str, Any]:
        budget = {name: _whole(made.value) for name, made in self.numbers.items()}
        return {'max_turns': _whole(self.turns.value), 'budget': budget}

    def show(self, agent: Agent) -> None:
        self.turns.value = agent.max_turns
        for name, made in self.numbers.items():
            made.value = getattr(agent.budget, name)


class SchemaField:
    """The JSON schema of the answer; empty for an answer in words."""

    def __init__(self, agent: Agent, *, on_change: Callable[[], object]) -> None:
        with field('JSON schema', help_text=SCHEMA_HELP):
            self.area = SchemaEditor('JSON schema', _written(agent), on_change=on_change).text

    def said(self) -> dict[str, Any] | None:
        """The schema; InvalidError says what is wrong with it."""
        text = (self.area.value or '').strip()
        if not text:
            return None
        try:
            schema = json.loads(text)
        except ValueError as error:
            raise InvalidError(
                'The schema is not JSON.', problems=[('output_schema', f'It is not JSON: {error}')]
            ) from None
        if not isinstance(schema, dict):
            raise InvalidError('The schema is no object.', problems=[('output_schema', 'It must be a JSON object.')])
        try:
            check_schema(schema)
        except InvalidError as error:
            raise InvalidError(str(error), problems=[('output_schema', str(error))]) from None
        return schema

    def show(self, agent: Agent) -> None:
        self.area.value = _written(agent)


def _written(agent: Agent) -> str:
    return json.dumps(agent.output_schema, indent=2, ensure_ascii=False) if agent.output_schema else ''


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() else value
