"""One turn of a team: who is asked what, and what it said."""

from typing import Any

from pydantic import Field

from core.agents.budget import Budget, Spent
from core.llm.messages import Message, ToolCall, ToolResult, ToolSpec
from core.values import Json, Value


class Turn(Value):
    """A member that is asked something."""

    seat: str = Field(description='Which member of the team, by its place there.')
    name: str = Field(description='What the member is called.')
    agent: str = Field(description='The id of its agent.')
    instructions: str = Field(default='', description='What it is told besides the instructions of its agent.')
    talk: tuple[Message, ...] = Field(description='The conversation that it answers to.')
    form: dict[str, Any] | None = Field(default=None, description='The JSON schema of the answer, if it has one.')
    delegates: tuple[ToolSpec, ...] = Field(default=(), description='The members it may ask, as tools.')
    last: bool = Field(default=False, description='Whether it must answer now, without tools.')
    budget: Budget = Field(default=Budget(), description='What the turn may use.')


class Said(Value):
    """How a turn ended."""

    text: str = ''
    value: Json = None
    """What it says, where it was to have a form."""
    model: str = ''
    delegations: tuple[ToolCall, ...] = ()
    """Members that are to be asked before it goes on."""
    messages: tuple[Message, ...] = ()
    """The conversation, up to and with this answer; only where it goes on."""
    results: tuple[ToolResult, ...] = ()
    """What tools of its own gave to the calls of this answer; only where it goes on."""
    spent: Spent = Spent()
    error: str = ''
    """Why there is no answer; empty where there is one."""


class Taken(Value):
    """A turn that has ended."""

    turn: Turn
    said: Said
