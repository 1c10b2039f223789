"""The team node: agents work on a task together. Each turn is a step of its own, in a round of the team's step."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import Field, ValidationError

from core.nodes.body import BodyNodeType, Round, Rounds
from core.nodes.node_type import Completed, NodeContext, OutputField, TeamId, Template
from core.nodes.shown import Pictures, pictures_of
from core.nodes.turn import TurnNode, arriving
from core.teams.playing import Playing
from core.teams.table import Answer
from core.teams.turn import Said, Taken, Turn
from core.tools.schema import schema_problems
from core.values import Json, Value
from core.workflows.graph import Graph, Node, Retry


class TeamConfig(Value):
    team: TeamId = Field(description='Who works on it.')
    task: Template = Field(default='{{ incoming }}', description='What the team is to do.')
    images: Pictures = Field(
        default='',
        description='What all of them are shown with each task, for models that can see: pictures, such as an input of '
        'type image or images.',
    )


class TeamNode(BodyNodeType[TeamConfig]):
    name: ClassVar = 'team'
    title: ClassVar = 'Team'
    description: ClassVar = 'Has agents work on a task together, and gives what they come to.'
    category: ClassVar = 'ai'
    icon: ClassVar = 'groups'
    Config = TeamConfig
    passes_on: ClassVar = True
    round_name: ClassVar = 'turn'

    def summary(self, config: TeamConfig) -> str:
        return config.team

    def outputs(self, config: TeamConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='text', description='The answer.'),
            OutputField(name='transcript', description='What was said: a list, each with who and text.'),
            OutputField(name='turns', description='How many turns it took.'),
        )

    def teams(self, config: TeamConfig) -> tuple[str, ...]:
        return (config.team,)

    def rounds(self, config: TeamConfig, context: NodeContext) -> Rounds:
        team = context.teams[config.team]
        playing = Playing(team, config.task, agents=context.agents, strategies=context.strategies)
        shown = [image.model_dump() for image in pictures_of(config.images, context)]
        return _Turns(playing, shown=shown, retry=context.retry, timeout=context.timeout)


@dataclass
class _Turns(Rounds):
    """One round a turn; its body is the member that speaks."""

    playing: Playing
    shown: list[dict[str, Json]]
    retry: Retry
    timeout: float | None
    given: dict[int, Turn] = field(default_factory=dict)

    def ready(self) -> Iterator[Round]:
        for number, turn in self.playing.ready():
            self.given[number] = turn
            body = Graph(nodes=(self._node(turn),))
            names = {'who': turn.name, 'agent': turn.agent}
            yield Round(index=number, names=names, incoming=arriving(self.shown), body=body)

    def _node(self, turn: Turn) -> Node:
        return Node(
            id=turn.seat,
            type=TurnNode.name,
            name=turn.name,
            config=turn.model_dump(mode='json'),
            retry=self.retry,
            timeout=self.timeout,
        )

    def ended(self, index: int, output: dict[str, Any], error: str) -> None:
        self.playing.ended(index, _said(self.given[index], output, error))

    def result(self) -> Completed | None:
        if self.playing.fault is not None:
            raise self.playing.fault
        if self.playing.answer is None:
            return None
        return Completed(output=_output(self.playing.answer, self.playing.table.taken))


def _said(turn: Turn, output: dict[str, Any], error: str) -> Said:
    """What the turn's step gave; a person may have entered it, or passed the step over."""
    if error:
        return Said(error=error.removeprefix(f'{turn.name}: '))
    try:
        said = Said.model_validate({name: value for name, value in output.items() if name in Said.model_fields})
    except ValidationError:
        return Said(error='What was entered is no answer.')
    if turn.form is not None and schema_problems(said.value, turn.form):
        return Said(error='There is no answer of the form that is needed.')
    return said


def _output(answer: Answer, taken: list[Taken]) -> dict[str, Any]:
    transcript = [_line(each) for each in taken]
    return {'text': answer.text, 'transcript': transcript, 'turns': len(taken), **answer.more}


def _line(taken: Taken) -> dict[str, Any]:
    line: dict[str, Any] = {'who': taken.turn.name, 'agent': taken.turn.agent, 'text': taken.said.text}
    if taken.turn.form is not None and isinstance(taken.said.value, dict):
        words = (part for part in taken.said.value.values() if isinstance(part, str) and part)
        line |= {'text': '\n\n'.join(words), 'value': taken.said.value}
    return {**line, 'error': taken.said.error} if taken.said.error else line
