"""A team: agents that work on one task together, and how they take turns."""

from typing import Literal

from pydantic import Field

from core.values import Entity, Value

Strategy = Literal['sequential', 'parallel', 'round_robin', 'supervisor', 'debate', 'vote']


class Termination(Value):
    """When the team stops: whichever comes first."""

    max_turns: int = Field(default=10, ge=1, le=1000, description='Turns in all.')
    phrase: str = Field(default='', description='Stop when a member says this.')


class Team(Entity):
    """Members by agent id, in speaking order."""

    description: str = ''
    tags: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    strategy: Strategy = 'sequential'
    termination: Termination = Termination()

    @property
    def agents(self) -> frozenset[str]:
        """The ids of all agents that take part."""
        return frozenset(self.members)
