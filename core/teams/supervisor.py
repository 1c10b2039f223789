"""Supervisor: one agent gives tasks to the members, sees what they bring, and answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from core.llm.messages import Message, Text, ToolCall, ToolResult, ToolSpec
from core.teams.strategy import Lead, Play, Strategy
from core.teams.table import Answer, Seat, Table
from core.teams.turn import Said, Turn

HOW = (
    'You lead this team. Give tasks to its members by the tools that ask them, several at the same time where they '
    'do not depend on each other. Look at what they bring, ask again where it is not good enough, and when you have '
    'all you need, answer the task yourself.'
)
DOING = 'Do the task that you are given, and answer with the result alone.'


class Supervisor(Strategy):
    name: ClassVar = 'supervisor'
    title: ClassVar = 'Supervisor'
    description: ClassVar = (
        'The supervisor gives tasks to members, sees what they bring, and answers when it is enough.'
    )
    icon: ClassVar = 'account_tree'
    lead: ClassVar = Lead(title='Supervisor', does='Gives tasks to the members, and answers.', needed=True)
    repeats: ClassVar = True

    def play(self, table: Table) -> Play:
        if table.lead is None:  # refused before a team is run
            raise table.silence()
        asked = {_name(seat): seat for seat in table.members}
        tools = tuple(_tool(name, seat) for name, seat in asked.items())
        talk: tuple[Message, ...] = (Message.user(table.task),)
        while True:
            last = bool(table.used_up) or table.left <= 1  # one for the supervisor, one at least for a member
            turn = table.ask(table.lead, _reminded(talk, table) if last else talk, how=HOW)
            (said,) = yield (turn.model_copy(update={'delegates': tools, 'last': last}),)
            if not said.delegations:
                return Answer(text=said.text)
            wishes = [_Wish.read(call, asked) for call in said.delegations]
            allowed = [wish for wish in wishes if not wish.error][: table.left]
            turns = tuple(wish.turn(table) for wish in allowed)
            reports = (yield turns) if turns else ()
            talk = (*said.messages, _results(said, wishes, dict(_by_call(allowed, reports))))


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the supervisor wants of a member."""

    call: ToolCall
    seat: Seat | None = None
    task: str = ''
    error: str = ''

    @classmethod
    def read(cls, call: ToolCall, asked: dict[str, Seat]) -> '_Wish':
        try:
            task = call.parsed().get('task')
        except (ValueError, RecursionError) as error:
            return cls(call, error=f'The arguments are not a JSON object: {error}')
        if not isinstance(task, str) or not task.strip():
            return cls(call, error='Say in `task` what the member is to do.')
        return cls(call, seat=asked[call.name], task=task)

    def turn(self, table: Table) -> Turn:
        assert self.seat is not None  # noqa: S101 - only wishes without an error become turns
        return table.ask(self.seat, self.task, how=DOING)


def _name(seat: Seat) -> str:
    return f'ask_{seat.id}'


def _tool(name: str, seat: Seat) -> ToolSpec:
    task = {'type': 'string', 'description': 'All that the member needs to know: it sees nothing else.'}
    about = ' '.join(f'{text.rstrip(".")}.' for text in (seat.role, seat.skill) if text)
    return ToolSpec(
        name=name,
        description=f'Gives a task to {seat.name} and brings back the answer. {about}'.strip(),
        parameters={
            'type': 'object',
            'properties': {'task': task},
            'required': ['task'],
            'additionalProperties': False,
        },
    )


def _by_call(wishes: Sequence[_Wish], reports: Sequence[Said]) -> Iterator[tuple[str, ToolResult]]:
    for wish, report in zip(wishes, reports, strict=True):
        text = report.error or report.text
        yield (
            wish.call.id,
            ToolResult(call_id=wish.call.id, name=wish.call.name, text=text, is_error=bool(report.error)),
        )


def _results(said: Said, wishes: Sequence[_Wish], reports: dict[str, ToolResult]) -> Message:
    """The results of all calls of an answer, in their order: those of its own tools and those of members."""
    found = {result.call_id: result for result in said.results} | reports
    for wish in wishes:
        error = wish.error or 'Not asked: the limit of turns is reached.'
        missing = ToolResult(call_id=wish.call.id, name=wish.call.name, text=error, is_error=True)
        found.setdefault(wish.call.id, missing)
    calls = said.messages[-1].tool_calls
    return Message(role='user', parts=tuple(found[call.id] for call in calls))


def _reminded(talk: tuple[Message, ...], table: Table) -> tuple[Message, ...]:
    """The conversation, whose end says that it is the end."""
    note = Text(text='No member can be asked any more. Answer now with what you have.')
    last = talk[-1]
    return (*talk[:-1], last.model_copy(update={'parts': (*last.parts, note)})) if len(table.taken) else talk
