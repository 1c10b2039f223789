"""The map node: runs its body for each item of a list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import Field

from core.errors import StepError
from core.nodes.body import BodyNodeType, Round, Rounds, plain
from core.nodes.node_type import Completed, Expression, NodeContext, OutputField
from core.values import Json, Value
from core.workflows.templates import text_of

MOST_ITEMS = 100_000

WhenItemFails = Literal['stop', 'leave_out', 'null']


class MapConfig(Value):
    items: Expression = Field(default='incoming', description='A list; a text counts as the list of its lines.')
    parallel: int = Field(default=5, ge=1, le=100, description='How many items are worked on at the same time.')
    when_item_fails: WhenItemFails = Field(
        default='stop',
        description='stop: the node fails · leave_out: the rest goes on without it · null: its place stays empty.',
    )


class MapNode(BodyNodeType[MapConfig]):
    name: ClassVar = 'map'
    title: ClassVar = 'Map'
    description: ClassVar = 'Runs the nodes inside it for each item of a list, several at a time.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'dynamic_feed'
    Config = MapConfig
    contains: ClassVar = True
    round_name: ClassVar = 'item'

    def summary(self, config: MapConfig) -> str:
        return f'Each of {config.items}'

    def names(self, config: MapConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='item', description='The item.'),
            OutputField(name='index', description='Its place in the list, from 0.'),
        )

    def outputs(self, config: MapConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='items', description='What came of each item, in the order of the list.'),
            OutputField(name='text', description='The same as one text.'),
            OutputField(name='failures', description='The items that failed: index and error.'),
        )

    def rounds(self, config: MapConfig, context: NodeContext) -> Rounds:
        return _Items(
            items=_items(context.evaluate(config.items), config.items),
            parallel=config.parallel,
            when_item_fails=config.when_item_fails,
        )


@dataclass(kw_only=True)
class _Items(Rounds):
    """One round an item."""

    items: Sequence[Json]
    parallel: int
    when_item_fails: WhenItemFails
    begun: int = 0
    results: dict[int, Json] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return len(self.items)

    def ready(self) -> Iterator[Round]:
        while self.begun < min(len(self.items), self._ended + self.parallel):
            index, self.begun = self.begun, self.begun + 1
            item = self.items[index]
            yield Round(index=index, names={'item': item, 'index': index}, incoming=[_as_result(item)])

    def ended(self, index: int, output: dict[str, Any], error: str) -> None:
        if error:
            self.failures[index] = error
        else:
            self.results[index] = plain(output)

    def result(self) -> Completed | None:
        if self.failures and self.when_item_fails == 'stop':
            index, error = next(iter(self.failures.items()))
            raise StepError(f'Item {index + 1} of {len(self.items)}: {error}')
        if self._ended < len(self.items):
            return None
        places = range(len(self.items))
        items = [self.results.get(index) for index in places if index in self.results or self.when_item_fails == 'null']
        failures = [{'index': index, 'error': self.failures[index]} for index in sorted(self.failures)]
        text = '\n\n'.join(filter(None, map(text_of, items)))
        return Completed(output={'text': text, 'items': items, 'failures': failures})

    @property
    def _ended(self) -> int:
        return len(self.results) + len(self.failures)


def _items(value: Any, source: str) -> Sequence[Json]:
    if isinstance(value, str):
        value = [line for line in value.splitlines() if line.strip()]
    if not isinstance(value, list | tuple):
        kind = type(value).__name__
        raise StepError(f'`{source}` is no list, but {kind}. Name a list, or a text with a line an item.')
    if len(value) > MOST_ITEMS:
        raise StepError(f'`{source}` has {len(value):,} items; {MOST_ITEMS:,} are the most.')
    return value


def _as_result(item: Json) -> dict[str, Any]:
    """The item as a node's result, for the templates that take what arrives."""
    return item if isinstance(item, dict) else {'text': text_of(item), 'value': item}
