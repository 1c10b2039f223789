"""What keeps a team from working, each as the field and what is wrong there."""

from collections.abc import Container, Iterator

from core.teams.strategy import Strategies
from core.teams.team import Team

Problem = tuple[str, str]


def problems_of(team: Team, agents: Container[str], strategies: Strategies) -> Iterator[Problem]:
    """What is named but not there: such a team is not to be saved."""
    if team.strategy not in strategies:
        known = ', '.join(strategies.names())
        yield 'strategy', f'There is no strategy {team.strategy!r}; there are: {known}.'
    for number, member in enumerate(team.members):
        if member.agent not in agents:
            yield f'members.{number}', _missing(member.agent)
    if team.lead and team.lead not in agents:
        yield 'lead', _missing(team.lead)


def incomplete(team: Team, strategies: Strategies) -> Iterator[Problem]:
    """What is still missing before it can work; it may be saved without."""
    if team.strategy not in strategies:
        return
    strategy = strategies.get(team.strategy)
    if len(team.members) < strategy.fewest:
        needed = 'one member' if strategy.fewest == 1 else f'{strategy.fewest} members'
        yield 'members', f'“{strategy.title}” needs at least {needed}. Add an agent.'
    if strategy.lead and strategy.lead.needed and not team.lead:
        yield 'lead', f'“{strategy.title}” needs a {strategy.lead.title.lower()}. Choose an agent for it.'


def _missing(agent: str) -> str:
    return f'There is no agent {agent!r}. Choose another or create it.'
