"""Whatever a node type of a plugin does, it is its own step that fails, with a reason, and the run ends."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest

from core.errors import StepError
from core.nodes.node_type import Completed, ComputingNodeType, Handle, NodeContext, NodeType, Outcome, Waiting
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs.events import ApprovalRequest
from core.runs.run import Run
from core.values import Value
from core.workflows.workflow import Workflow

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
RunToEnd = Callable[..., Awaitable[Run]]


class Nothing(Value):
    pass


class Odd(NodeType[Nothing]):
    """Does what the test says; no way leads on from it."""

    name: ClassVar = 'odd'
    title: ClassVar = 'Odd'
    description: ClassVar = 'For tests.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'bug_report'
    Config = Nothing

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act = act

    def handles(self, config: Nothing) -> tuple[Handle, ...]:
        return ()

    async def run(self, config: Nothing, context: NodeContext) -> Outcome:
        outcome: Outcome = self._act()
        return outcome


class OddComputing(ComputingNodeType[Nothing]):
    """The same, where no task is made for the step."""

    name: ClassVar = 'odd'
    title: ClassVar = 'Odd'
    description: ClassVar = 'For tests.'
    category: ClassVar = 'logic'
    icon: ClassVar = 'bug_report'
    Config = Nothing

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act = act

    def handles(self, config: Nothing) -> tuple[Handle, ...]:
        return ()

    def compute(self, config: Nothing, context: NodeContext) -> Outcome:
        outcome: Outcome = self._act()
        return outcome


def raises(error: BaseException) -> Callable[[], Any]:
    def act() -> None:
        raise error

    return act


@pytest.fixture
def unlogged(caplog: pytest.LogCaptureFixture) -> None:
    """Half a character in the log is more than pytest's workers can report."""
    caplog.set_level(logging.CRITICAL, 'core.engine.attempts')


@pytest.mark.usefixtures('unlogged')
@pytest.mark.parametrize(
    ('act', 'reason'),
    [
        (lambda: None, 'NoneType'),
        (lambda: Completed(output='text'), 'dict'),  # type: ignore[arg-type]
        (lambda: Completed(output={'text': '\ud800'}), 'JSON'),
        (Waiting, 'neither'),
        (lambda: Waiting(approval=ApprovalRequest(title='\ud800')), 'JSON'),
        (lambda: Waiting(until=datetime(2099, 1, 1)), 'zone'),  # noqa: DTZ001
        (raises(asyncio.CancelledError()), 'cancelled'),
        (raises(ValueError('\ud800')), 'ValueError'),
        (raises(StepError('no luck')), 'no luck'),
    ],
)
@pytest.mark.parametrize('node', ['on_error: stop', 'on_error: continue', 'retry: {attempts: 2, delay: 0}'])
@pytest.mark.parametrize('kind', [Odd, OddComputing])
async def test_a_strange_node_type_fails_its_own_step(
    orchestrator: Orchestrator,
    extensions: Extensions,
    make_workflow: MakeWorkflow,
    run_to_end: RunToEnd,
    act: Callable[[], Any],
    reason: str,
    node: str,
    kind: type[Odd | OddComputing],
) -> None:
    extensions.node_types.add('odd', kind(act))
    workflow = await make_workflow(f'nodes: {{x: {{type: odd, {node}}}}}')
    async with asyncio.timeout(60):
        run = await run_to_end(workflow.id)
    step = (await orchestrator.state(run.id)).steps['x']
    assert (run.status, step.status) == ('succeeded' if 'continue' in node else 'failed', 'failed')
    assert reason in step.error


async def test_a_wait_that_nobody_would_live_to_see_is_shortened(
    orchestrator: Orchestrator, extensions: Extensions, make_workflow: MakeWorkflow
) -> None:
    extensions.node_types.add('odd', Odd(raises(StepError('later', retryable=True, retry_after=1e15))))
    workflow = await make_workflow('nodes: {x: {type: odd, retry: {attempts: 2, delay: 0}}}')
    run = await orchestrator.start_run(workflow.id, {})
    async with asyncio.timeout(60):
        async for event in orchestrator.watch(run.id):
            if event.type == 'attempt_failed':
                assert timedelta(hours=23) < event.retry_at - event.at <= timedelta(days=1)
                return
    raise AssertionError
