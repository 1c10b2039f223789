"""How a team takes turns: what strategies are made of, and the registry of them."""

from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

from core.registry import Registry
from core.teams.table import Answer, Table
from core.teams.turn import Said, Turn

Play = Generator[tuple[Turn, ...], tuple[Said, ...], Answer]
"""Yields the turns that are taken at the same time, is sent how they ended, and returns the answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lead:
    """What an agent does in a team beside its members."""

    title: str
    """What it is called: 'Judge'."""
    does: str
    needed: bool


class Strategy(ABC):
    """One way to take turns.

    A play says who speaks next from nothing but the table and what was said, so that after a crash it can be played
    again up to where it was.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    """Who speaks when, in one plain sentence."""
    icon: ClassVar[str]
    """A Material Symbol."""
    lead: ClassVar[Lead | None] = None
    fewest: ClassVar[int] = 1
    """The fewest members that it works with."""
    repeats: ClassVar[bool] = False
    """Whether members may speak more than once; only then the number of turns is limited."""
    listens: ClassVar[bool] = False
    """Whether a member can end it by saying a phrase."""

    @abstractmethod
    def play(self, table: Table) -> Play:
        """The play of a team at this table; StepError where there can be no answer."""


Strategies = Registry[Strategy]
