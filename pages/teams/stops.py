"""When a team stops: a part of its form."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from core.agents.budget import Budget
from core.teams.strategy import Strategy
from core.teams.team import Team, Termination
from pages.components.fields import number_field, text_field
from pages.components.layout import box

NO_LIMIT = 'no limit'
STEPS = {'tokens': 1000, 'cost': 0.01, 'minutes': 1, 'tool_calls': 1}
TITLES = {'tokens': 'Tokens', 'cost': 'Cost, $', 'minutes': 'Minutes', 'tool_calls': 'Tool calls'}
HELP = {
    'tokens': 'Of all turns together.',
    'cost': 'US dollars, as far as prices are known.',
    'minutes': 'Working time of models and tools.',
    'tool_calls': 'Then they go on without tools.',
}


class StopFields:
    """Turns, phrase and budget; only what the strategy goes by is shown."""

    def __init__(self, team: Team, *, on_change: Callable[[], object]) -> None:
        ends = team.termination
        with box('ao-grid-2'):
            with box('ao-stack') as self._turns_place:
                self._turns = number_field(
                    'Most turns',
                    ends.max_turns,
                    help_text=Termination.model_fields['max_turns'].description or '',
                    minimum=1,
                    maximum=1000,
                    step=1,
                    on_change=on_change,
                )
            with box('ao-stack') as self._phrase_place:
                self._phrase = text_field(
                    'Phrase that ends it',
                    ends.phrase,
                    placeholder='none',
                    help_text='They stop when one says this. Tell them in the instructions when to say it.',
                    on_change=on_change,
                )
        with ui.expansion('Budget of the team').classes('ao-expansion').props('dense') as budget:
            budget.value = ends.budget != Budget()
            with box('ao-grid-2'):
                self._numbers = {
                    name: number_field(
                        TITLES[name],
                        getattr(ends.budget, name),
                        help_text=HELP[name],
                        placeholder=NO_LIMIT,
                        minimum=0,
                        step=STEPS[name],
                        on_change=on_change,
                    )
                    for name in Budget.model_fields
                }

    @property
    def fields(self) -> dict[str, Any]:
        """By the place of their value."""
        numbers = {f'budget.{name}': made for name, made in self._numbers.items()}
        return {'max_turns': self._turns, 'phrase': self._phrase, **numbers}

    def said(self) -> dict[str, Any]:
        budget = {name: _whole(made.value) for name, made in self._numbers.items()}
        return {'max_turns': _whole(self._turns.value), 'phrase': self._phrase.value or '', 'budget': budget}

    def show(self, team: Team) -> None:
        ends = team.termination
        self._turns.value, self._phrase.value = ends.max_turns, ends.phrase
        for name, made in self._numbers.items():
            made.value = getattr(ends.budget, name)

    def follow(self, strategy: Strategy | None) -> None:
        """Shows what this strategy goes by."""
        self._turns_place.set_visibility(strategy is None or strategy.repeats)
        self._phrase_place.set_visibility(strategy is None or strategy.listens)


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() else value
