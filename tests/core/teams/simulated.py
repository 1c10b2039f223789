"""A team that works without an engine: each turn is answered by a function."""

from collections.abc import Callable

from core.agents.agent import Agent
from core.llm.messages import Message, ToolCall
from core.registry import Registry
from core.teams.built_in import add_built_in_strategies
from core.teams.playing import Playing
from core.teams.strategy import Strategies
from core.teams.team import Team
from core.teams.turn import Said, Turn

AGENTS = {
    name: Agent(id=name, name=name.title(), description=f'Knows {name}ish.') for name in ('ann', 'bob', 'cid', 'jud')
}

Say = Callable[[Turn], Said]


def strategies() -> Strategies:
    built_in: Strategies = Registry('strategy')
    add_built_in_strategies(built_in)
    return built_in


def team(strategy: str, *members: str, **said: object) -> Team:
    return Team(id='t', name='Team', strategy=strategy, members=members or ('ann', 'bob'), **said)


def sat_down(team: Team) -> Playing:
    return Playing(team, 'Do it.', agents=AGENTS, strategies=strategies())


def play(team: Team, say: Say) -> Playing:
    """Plays to the end; all turns of a beat are taken, the last of them first."""
    playing = sat_down(team)
    while playing.answer is None and playing.fault is None:
        turns = [*playing.ready()]
        assert turns, 'it neither ends nor goes on'
        for number, turn in reversed(turns):
            playing.ended(number, say(turn))
    return playing


def told(turn: Turn) -> str:
    return turn.talk[-1].text


def by_name(turn: Turn) -> Said:
    return Said(text=f'{turn.name} says so.')


def judged(turn: Turn, **value: object) -> Said:
    return Said(text='{}', value={'reason': 'So it is.', **value}) if turn.form else by_name(turn)


def delegating(turn: Turn, *tasks: tuple[str, str]) -> Said:
    calls = tuple(ToolCall(id=f'c{n}', name=name, arguments=task) for n, (name, task) in enumerate(tasks))
    messages = (*turn.talk, Message(role='assistant', parts=calls))
    return Said(delegations=calls, messages=messages)
