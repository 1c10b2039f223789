"""The table that a team sits at: who is there, what they work on, and what was said so far."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.agents.agent import Agent
from core.agents.budget import Spent
from core.errors import StepError
from core.llm.messages import Message
from core.teams.team import Team
from core.teams.turn import Taken, Turn
from core.values import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """A member's place, or the lead's."""

    id: str
    """Of lower-case letters, digits and `_`."""
    agent: str
    name: str
    role: str = ''
    skill: str = ''
    """What its agent is described as."""

    @property
    def about(self) -> str:
        return f'{self.name} ({self.role.rstrip(".")})' if self.role else self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the team gives; `more` are further fields of the result."""

    text: str
    more: Mapping[str, Json] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Table:
    """What a strategy sees. Nothing in it depends on anything but the team, the task and what was said."""

    team: Team
    task: str
    members: Sequence[Seat]
    lead: Seat | None = None
    taken: list[Taken] = field(default_factory=list)
    """Turns in the order in which they were asked for; of those at the same time, once all have ended."""

    # What has happened

    @property
    def left(self) -> int:
        """How many turns may still be taken."""
        return max(0, self.team.termination.max_turns - len(self.taken))

    @property
    def spent(self) -> Spent:
        return sum((taken.said.spent for taken in self.taken), Spent())

    @property
    def over(self) -> str:
        """Why nobody but the lead may speak any more; empty while they may."""
        if not self.left:
            return f'the limit of {self.team.termination.max_turns} turns is reached'
        return self.used_up or self.phrase_said

    @property
    def used_up(self) -> str:
        """Which limit of the budget is reached, in words; without calls of tools left they go on talking."""
        limit = self.spent.beyond(self.team.termination.budget)
        return f'the limit of {limit} is reached' if limit else ''

    @property
    def phrase_said(self) -> str:
        phrase = self.team.termination.phrase.strip()
        for taken in self.said() if phrase else ():
            if phrase.casefold() in taken.said.text.casefold():
                return f'{taken.turn.name} said “{phrase}”'
        return ''

    def said(self) -> Iterator[Taken]:
        """What members said, in order; failed turns, and those of the lead, are left out."""
        lead = self.lead.id if self.lead else ''
        return (taken for taken in self.taken if taken.turn.seat != lead and not taken.said.error)

    # What comes of it

    def answer(self) -> Answer:
        """What was said last, without the phrase that ends it; StepError where nobody said anything."""
        for taken in reversed([*self.said()]):
            if text := self._without_phrase(taken.said.text):
                return Answer(text=text)
        raise self.silence()

    def silence(self) -> StepError:
        reasons = '; '.join(f'{taken.turn.name}: {taken.said.error}' for taken in self.taken if taken.said.error)
        return StepError(f'No member of the team {self.team.name!r} gave an answer. {reasons}'.strip())

    def _without_phrase(self, text: str) -> str:
        """A member that says nothing but the phrase agrees with what was said before."""
        phrase = self.team.termination.phrase.strip()
        ending = rf'\s*[*_"“]*{re.escape(phrase)}[*_"”.!\s]*$'
        return (re.sub(ending, '', text, flags=re.IGNORECASE) if phrase else text).strip()

    # Turns

    def ask(
        self, seat: Seat, told: str | Sequence[Message], *, how: str = '', form: dict[str, Any] | None = None
    ) -> Turn:
        """A turn of a member or of the lead; `how` says what the strategy wants of it."""
        return Turn(
            seat=seat.id,
            name=seat.name,
            agent=seat.agent,
            instructions='\n\n'.join(filter(None, [self._place(seat), self.team.instructions.strip(), how])),
            talk=(Message.user(told),) if isinstance(told, str) else tuple(told),
            form=form,
        )

    def _place(self, seat: Seat) -> str:
        others = ', '.join(other.about for other in self.members if other.id != seat.id)
        lines = [
            f'You are {seat.name}, in the team “{self.team.name}”.',
            f'Your part: {seat.role.strip()}' if seat.role else '',
            f'With you are: {others}.' if others else '',
        ]
        return '\n'.join(filter(None, lines))


def seats_of(team: Team, agents: Mapping[str, Agent], *, lead_title: str) -> tuple[list[Seat], Seat | None]:
    """The members' seats, and the lead's; ids and names differ even where an agent is there twice."""
    ids: set[str] = set()
    names: set[str] = set()

    def seat(agent: str, *, role: str, title: str = '') -> Seat:
        name, skill = agents[agent].name, agents[agent].description
        return Seat(
            id=_free_id(agent, ids), agent=agent, name=_free_name(name, names, title=title), role=role, skill=skill
        )

    members = [seat(member.agent, role=member.role) for member in team.members]
    lead = seat(team.lead, role='', title=lead_title) if team.lead and lead_title else None
    return members, lead


def transcript(taken: Iterable[Taken]) -> str:
    """What was said, as members read it."""
    return '\n\n'.join(speech(each.turn.name, each.said.text) for each in taken)


def speech(name: str, text: str) -> str:
    """What one said, under the name."""
    return f'### {name}\n\n{text.strip()}'


def with_so_far(task: str, so_far: str, heading: str) -> str:
    """The task, and what was said about it."""
    return f'{task}\n\n{heading}\n\n{so_far}' if so_far else task


def _free_id(agent: str, taken: set[str]) -> str:
    base = agent.replace('-', '_')[:56]
    base = base if base[:1].isalpha() else f'a_{base}'
    return _free(base, taken, '{}_{}')


def _free_name(name: str, taken: set[str], *, title: str) -> str:
    if name in taken and title:
        name = f'{name} as {title.lower()}'
    return _free(name, taken, '{} {}')


def _free(base: str, taken: set[str], numbered: str) -> str:
    found, number = base, 2
    while found in taken:
        found, number = numbered.format(base, number), number + 1
    taken.add(found)
    return found
