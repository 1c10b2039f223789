"""The tool node."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs import events as e
from core.runs.run import Run
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow
from tests.core.agents.running import Life, ended, seen
from tests.core.agents.scripted import Counting


@pytest.fixture
async def orchestrator(life: Life) -> AsyncIterator[Orchestrator]:
    async with life() as alive:
        yield alive


async def start(orchestrator: Orchestrator, node: str) -> Run:
    yaml = (
        f'nodes: {{in: {{type: template, config: {{text: "two"}}}}, t: {{type: tool, {node}}}, end: {{type: output}}}}'
    )
    graph = read_graph(f'{yaml}\nedges: [in -> t, t -> end]')
    workflow = await orchestrator.workflows.create(Workflow(name='Test', graph=graph))
    return await orchestrator.start_run(workflow.id, {})


async def test_a_tool_is_called_with_what_is_upstream(orchestrator: Orchestrator, extensions: Extensions) -> None:
    extensions.tools.add('count', count := Counting())
    run = await start(orchestrator, 'config: {tool: count, arguments: {word: "one {{ incoming }}"}}')
    await ended(orchestrator, run.id)
    assert (await orchestrator.state(run.id)).output == {'end': 'one two!'}
    assert count.calls == ['one two']


@pytest.mark.parametrize(
    ('config', 'error'),
    [
        ('tool: gone', "No tool 'gone'"),
        ('tool: count, arguments: {words: x}', 'The arguments do not fit'),
        ('tool: count, arguments: {word: bad}', 'That word is bad'),
    ],
)
async def test_what_goes_wrong_fails_the_step(
    orchestrator: Orchestrator, extensions: Extensions, config: str, error: str
) -> None:
    extensions.tools.add('count', Counting())
    run = await start(orchestrator, f'config: {{{config}}}')
    row = await ended(orchestrator, run.id)
    assert row.status == 'failed'
    assert error in row.error


async def test_a_call_that_failed_is_made_again_as_the_node_wants_it(
    orchestrator: Orchestrator, extensions: Extensions
) -> None:
    class SecondTime(Counting):
        async def run(self, args: object, context: object) -> str:
            self.calls.append('')
            if len(self.calls) < 2:
                raise RuntimeError('not yet')
            return json.dumps({'n': 2})

    extensions.tools.add('count', count := SecondTime())
    run = await start(orchestrator, 'retry: {attempts: 3, delay: 0}, config: {tool: count}')
    await ended(orchestrator, run.id)
    assert (await orchestrator.state(run.id)).steps['t'].output == {'text': '{"n": 2}', 'value': {'n': 2}}
    assert len(count.calls) == 2


async def test_a_person_may_edit_or_refuse_a_call(orchestrator: Orchestrator, extensions: Extensions) -> None:
    extensions.tools.add('count', count := Counting())
    for approved, status in ((True, 'succeeded'), (False, 'failed')):
        run = await start(orchestrator, 'config: {tool: count, ask: true, arguments: {word: a}}')
        await seen(orchestrator, run.id, e.RunWaiting)
        await orchestrator.decide_approval(run.id, 't', approved=approved, value='{"word": "b"}')
        assert (await ended(orchestrator, run.id)).status == status
    assert count.calls == ['b']


@pytest.mark.parametrize(('effects', 'calls'), [('none', 2), ('external', 1)])
async def test_a_call_that_a_crash_cut_off_is_made_again_only_if_that_does_no_harm(
    life: Life,
    extensions: Extensions,
    effects: str,
    calls: int,
) -> None:
    extensions.tools.add('count', count := Counting(effects=effects))  # type: ignore[arg-type]
    count.may_end = asyncio.Event()
    async with life() as orchestrator:
        run = await start(orchestrator, 'config: {tool: count, arguments: {word: a}}')
        await seen(orchestrator, run.id, e.ToolStarted)
        await asyncio.sleep(0.01)
    count.may_end.set()
    async with life() as orchestrator:
        if effects == 'external':
            await seen(orchestrator, run.id, e.StepUnknown)
            await orchestrator.resolve_unknown(run.id, 't', 'value', value='It was.')
        await ended(orchestrator, run.id)
        assert (await orchestrator.state(run.id)).output == {'end': 'It was.' if effects == 'external' else 'a!'}
    assert len(count.calls) == calls
