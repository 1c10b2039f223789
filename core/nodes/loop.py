"""The loop node: runs its body again and again, until something is true or the limit is reached."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from core.errors import StepError
from core.nodes.body import BodyNodeType, Round, Rounds
from core.nodes.node_type import Completed, Marker, NodeContext, OutputField
from core.values import Json, Value


class LoopConfig(Value):
    until: Annotated[str, Marker(language='expression')] = Field(
        default='',
        description='It ends when this is true after a round; empty: after the last round.',
        examples=["'approved' in previous.text"],
    )
    most: int = Field(default=5, ge=1, le=1000, title='Most rounds', description='It ends after so many in any case.')


class LoopNode(BodyNodeType[LoopConfig]):
    name: ClassVar = 'loop'
    title: ClassVar = 'Loop'
    description: ClassVar = 'Runs the nodes inside it again and again, until something is true; never without end.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'repeat'
    Config = LoopConfig
    contains: ClassVar = True
    inner_fields: ClassVar = frozenset({'until'})

    def summary(self, config: LoopConfig) -> str:
        return f'Until {config.until}' if config.until else f'{config.most} rounds'

    def names(self, config: LoopConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='previous', description='What the round before gave; nothing in the first.'),
            OutputField(name='index', description='The number of the round, from 0.'),
        )

    def outputs(self, config: LoopConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='text', description='What the last round gave, with its other fields.'),
            OutputField(name='rounds', description='How many rounds it took.'),
            OutputField(name='done', description='Whether it ended because what it waits for became true.'),
        )

    def rounds(self, config: LoopConfig, context: NodeContext) -> Rounds:
        def is_done(names: dict[str, Json]) -> bool:
            return bool(config.until) and bool(context.scope.with_names(names).evaluate(config.until))

        return _Again(most=config.most, is_done=is_done, arrived=context.incoming)


@dataclass(kw_only=True)
class _Again(Rounds):
    """One round after the other."""

    most: int
    is_done: Callable[[dict[str, Json]], bool]
    arrived: Sequence[dict[str, Any]]
    begun: int = 0
    last: dict[str, Any] | None = None
    """What the latest round that has ended gave."""
    completed: Completed | None = None
    error: str = ''

    @property
    def total(self) -> int:
        return self.most

    def ready(self) -> Iterator[Round]:
        if self.last is not None or not self.begun:
            previous, self.last = self.last, None
            arrived = self.arrived if previous is None else [previous]
            index, self.begun = self.begun, self.begun + 1
            yield Round(index=index, names={'previous': previous, 'index': index}, incoming=arrived)

    def ended(self, index: int, output: dict[str, Any], error: str) -> None:
        if error:
            self.error = f'Round {index + 1}: {error}'
            return
        self.last = output
        done = self.is_done({'previous': output, 'index': index})
        if done or index + 1 == self.most:
            self.completed = Completed(output={**output, 'rounds': index + 1, 'done': done})

    def result(self) -> Completed | None:
        if self.error:
            raise StepError(self.error)
        return self.completed
