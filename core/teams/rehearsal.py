"""Who would speak when: a team's play with nothing said, for a picture of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.agents.agent import Agent
from core.llm.messages import Message, ToolCall
from core.teams.playing import Playing
from core.teams.strategy import Strategies
from core.teams.table import Seat
from core.teams.team import Team
from core.teams.turn import Said, Turn


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """The seats, and of each of the first beats those who speak in it, at the same time."""

    members: Sequence[Seat]
    lead: Seat | None
    beats: Sequence[Sequence[Seat]]
    more: bool
    """Whether it may go on."""


def rehearse(team: Team, *, agents: Mapping[str, Agent], strategies: Strategies, beats: int = 8) -> Rehearsal:
    """How the team would begin; no judge is ever content, a supervisor asks each member once. StepError as it would."""
    playing = Playing(team, '…', agents=agents, strategies=strategies)
    seats = {seat.id: seat for seat in playing.table.members}
    if playing.table.lead:
        seats[playing.table.lead.id] = playing.table.lead
    found: list[list[Seat]] = []
    while playing.answer is None and playing.fault is None and len(found) < beats:
        turns = [*playing.ready()]
        found.append([seats[turn.seat] for _, turn in turns])
        for number, turn in turns:
            playing.ended(number, _said(turn))
    lead = playing.table.lead
    return Rehearsal(members=playing.table.members, lead=lead, beats=found, more=playing.answer is None)


def _said(turn: Turn) -> Said:
    begins = not any(message.role == 'assistant' for message in turn.talk)
    if turn.delegates and not turn.last and begins:
        calls = tuple(ToolCall(id=tool.name, name=tool.name, arguments='{"task": "…"}') for tool in turn.delegates)
        return Said(delegations=calls, messages=(*turn.talk, Message(role='assistant', parts=calls)))
    return Said(text='…', value=_filled_in(turn.form) if turn.form else None)


def _filled_in(form: dict[str, Any]) -> dict[str, Any]:
    empty = {'string': '', 'boolean': False}
    parts = form['properties'].items()
    return {name: part['enum'][0] if 'enum' in part else empty.get(part.get('type')) for name, part in parts}
