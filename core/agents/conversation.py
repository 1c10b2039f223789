"""Conversations with agents: their turns, kept from run to run."""

from datetime import datetime
from typing import Annotated, Protocol

from pydantic import StringConstraints

from core.values import Value

ConversationName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""Tells the conversations of one agent apart: a person, a ticket, a chat."""


class Summary(Value):
    """What was said up to the turn of this number, in short."""

    text: str
    upto: int


class Turn(Value):
    """One question and its answer, and where they were said: `path` of a run.

    `number` counts up over all conversations (0: not kept yet). `summary` is what the agent was told of older turns.
    """

    number: int = 0
    agent: str
    conversation: ConversationName
    run_id: str
    path: str
    at: datetime
    question: str
    answer: str
    summary: Summary | None = None


class Conversation(Value):
    """One conversation with an agent, as a list shows it."""

    agent: str
    name: ConversationName
    turns: int
    last_at: datetime


class Turns(Protocol):
    """What an agent needs of conversations to remember them."""

    async def add(self, turn: Turn) -> None:
        """Keeps a turn. One of the same run and path is there already after a crash: then nothing is done.

        Nor is anything done where the agent is gone, since nobody would remember it.
        """
        ...

    async def turns(self, agent: str, conversation: str, *, last: int) -> list[Turn]:
        """The last of them, in their order."""
        ...


class Conversations(Turns, Protocol):
    """Keeps turns until their agent or their run is deleted; contract: tests/contract/test_conversations.py."""

    async def all(self, agent: str) -> list[Conversation]:
        """All conversations with an agent, the newest first."""
        ...

    async def forget(self, agent: str, conversation: str) -> None:
        """Deletes all its turns; NotFoundError where there are none."""
        ...
