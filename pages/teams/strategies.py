"""Choosing how a team takes turns: each strategy with a plain sentence and a picture of who speaks when."""

from collections.abc import Callable

from nicegui import ui

from core.agents.agent import Agent
from core.orchestrator import Orchestrator
from core.teams.rehearsal import Rehearsal, rehearse
from core.teams.strategy import Strategies, Strategy
from core.teams.team import Member, Team
from pages.components.layout import box, icon, row, words
from pages.teams.beats import draw_beats


class StrategyPicker(ui.element):
    """All strategies side by side; `value` is the name of the chosen one."""

    def __init__(self, orchestrator: Orchestrator, value: str, *, on_change: Callable[[], object]) -> None:
        super().__init__('div')
        self.classes('ao-strategies').props('role=radiogroup aria-label=Strategy')
        self.value = value
        self._on_change = on_change
        strategies = orchestrator.extensions.strategies
        with self:
            self._cards = {strategy.name: self._draw(strategy, strategies) for strategy in strategies}
        self.show(value)

    def show(self, value: str) -> None:
        self.value = value
        for name, card in self._cards.items():
            card.props['aria-checked'] = 'true' if name == value else 'false'

    def _draw(self, strategy: Strategy, strategies: Strategies) -> ui.element:
        with box('ao-strategy', tag='button').props('type=button role=radio').mark(strategy.title) as made:
            made.on('click', lambda: self._choose(strategy.name))
            with row('ao-gap-2'):
                icon(strategy.icon)
                words(strategy.title, 'ao-strong ao-small')
            draw_beats(example(strategy, strategies), named=False, scale=0.7)
            words(strategy.description, 'ao-faint ao-tiny')
        return made

    def _choose(self, name: str) -> None:
        self.show(name)
        self._on_change()


def example(strategy: Strategy, strategies: Strategies) -> Rehearsal:
    """Who would speak when among three members, with a lead where most teams have one."""
    agents = {name: Agent(id=name, name=name) for name in ('a', 'b', 'c', 'lead')}
    with_lead = strategy.lead is not None and (strategy.lead.needed or not strategy.repeats)
    team = Team(
        name='Example',
        members=tuple(Member(agent=name) for name in ('a', 'b', 'c')),
        strategy=strategy.name,
        lead='lead' if with_lead else '',
    )
    return rehearse(team, agents=agents, strategies=strategies, beats=6)
