"""The delay node: goes on after a time; the wait survives restarts and costs nothing."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from core.nodes.node_type import Completed, ComputingNodeType, NodeContext, Outcome, OutputField, Waiting
from core.values import Value


class DelayConfig(Value):
    seconds: float = Field(default=60.0, ge=0, le=366 * 86400, description='How long to wait, in seconds.')


class DelayNode(ComputingNodeType[DelayConfig]):
    name: ClassVar = 'delay'
    title: ClassVar = 'Delay'
    description: ClassVar = 'Goes on after a time.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'timer'
    Config = DelayConfig

    def summary(self, config: DelayConfig) -> str:
        return f'{config.seconds:g} s'

    def outputs(self, config: DelayConfig) -> tuple[OutputField, ...]:
        return (OutputField(name='text', description='What arrived.'),)

    def compute(self, config: DelayConfig, context: NodeContext) -> Outcome:
        if context.wait is None:
            return Waiting(until=context.clock.now() + timedelta(seconds=config.seconds))
        return Completed(output={'text': context.incoming_text})
