"""A team: agents that work on one task together, and how they take turns."""

from typing import Any, Literal

from pydantic import Field, model_validator

from core.agents.budget import Budget
from core.values import Entity, Value

OnFailure = Literal['stop', 'go_on']
"""stop: the team fails · go_on: it goes on without what that member would have said."""


class Member(Value):
    """An agent as a member of a team; the same agent may be several of them. A text is the agent's id."""

    agent: str = Field(min_length=1, description='The id of an agent.')
    role: str = Field(default='', max_length=500, description='What it does in this team; all members are told.')

    @model_validator(mode='before')
    @classmethod
    def _named(cls, told: Any) -> Any:
        return {'agent': told} if isinstance(told, str) else told


class Termination(Value):
    """When the team stops, where its strategy knows no other end: whichever comes first."""

    max_turns: int = Field(default=10, ge=1, le=1000, description='Turns in all; the last word of the lead is extra.')
    phrase: str = Field(default='', max_length=200, description='Stop when a member says this.')
    budget: Budget = Field(default=Budget(), description='What all turns together may use.')


class Team(Entity):
    """Members in speaking order, and how they take turns."""

    description: str = ''
    tags: tuple[str, ...] = ()
    instructions: str = Field(default='', description='What all of them are told besides their own instructions.')
    members: tuple[Member, ...] = ()
    strategy: str = Field(default='sequential', description='How they take turns.')
    lead: str = Field(
        default='', description='The id of the agent that combines, judges or delegates, as the strategy has it.'
    )
    termination: Termination = Termination()
    on_failure: OnFailure = Field(
        default='stop', description='When a member fails: `stop`, or `go_on` without what it would have said.'
    )

    @property
    def agents(self) -> tuple[str, ...]:
        """The ids of all agents in it, each once."""
        named = [*(member.agent for member in self.members), *([self.lead] if self.lead else [])]
        return tuple(dict.fromkeys(named))
