"""What can be added to a graph: the node types, and the agents and teams that are there."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from core.agents.agent import Agent
from core.nodes.node_type import Category, NodeTypes
from core.teams.team import Team

GROUPS: dict[Category, str] = {
    'flow': 'Begin and end',
    'ai': 'AI',
    'text': 'Text',
    'logic': 'Logic',
    'people': 'People',
    'tools': 'Tools',
    'notes': 'On the canvas',
}
"""The palette's headings, in their order."""

AGENTS = 'Your agents'
TEAMS = 'Your teams'


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """One entry of the palette: a node of this type with this configuration to begin with."""

    key: str
    type: str
    title: str
    description: str
    icon: str
    category: Category
    group: str
    follows: bool
    """Whether it can stand behind another node."""
    contains: bool = False
    """Whether others stand inside it, so that it is large."""
    config: dict[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """For the browser, which does not need to know the configuration."""
        return {name: value for name, value in asdict(self).items() if name not in ('type', 'config')}


def offers_of(node_types: NodeTypes, agents: Iterable[Agent], teams: Iterable[Team] = ()) -> list[Offer]:
    """All node types by category, then the agents and the teams by name."""
    known = {name: kind for name in node_types.names() if (kind := node_types.get(name)).offered}
    types = [
        Offer(
            key=name,
            type=name,
            title=kind.title,
            description=kind.description,
            icon=kind.icon,
            category=kind.category,
            group=GROUPS[kind.category],
            follows=kind.enters and kind.runs,
            contains=kind.contains,
            config=dict(kind.begins_with),
        )
        for name, kind in known.items()
    ]
    order = list(GROUPS)
    types.sort(key=lambda offer: order.index(offer.category))
    return [*types, *map(_asking, agents), *map(_asking_team, teams)]


def _asking(agent: Agent) -> Offer:
    return Offer(
        key=f'agent:{agent.id}',
        type='agent',
        title=agent.name,
        description=' '.join(agent.instructions.split())[:120] or 'No instructions yet',
        icon='smart_toy',
        category='ai',
        group=AGENTS,
        follows=True,
        config={'agent': agent.id},
    )


def _asking_team(team: Team) -> Offer:
    return Offer(
        key=f'team:{team.id}',
        type='team',
        title=team.name,
        description=' '.join(team.description.split())[:120] or 'No description yet',
        icon='groups',
        category='ai',
        group=TEAMS,
        follows=True,
        config={'team': team.id},
    )
