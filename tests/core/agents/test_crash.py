"""An agent whose process dies at any moment goes on after its last call."""

import asyncio

import pytest

from core.plugins import Extensions
from core.runs import events as e
from core.stores import Stores
from tests.core.agents.running import Life, begin, ended, seen
from tests.core.agents.scripted import Counting, Script

LINES = [
    [('count', {'word': 'a'}), ('count', {'word': 'b'})],
    [('count', {'word': 'c'}), ('ask', {'word': 'd'})],
    'All done.',
]


@pytest.mark.parametrize('dies_after', range(1, 30))
async def test_wherever_it_dies_no_answered_call_is_made_again(
    life: Life, script: Script, extensions: Extensions, stores: Stores, dies_after: int
) -> None:
    """The process dies right after the event of this number is in the journal, whatever it is."""
    extensions.tools.add('count', count := Counting())
    extensions.tools.add('ask', ask := Counting('ask', asks=True))
    script.lines = [*LINES]
    async with life() as orchestrator:
        run = await begin(orchestrator, tools=('count', 'ask'))
        await reached(orchestrator, run.id, dies_after)
    before = await stores.journal.read(run.id)
    script.lines = LINES[sum(isinstance(event, e.ModelCalled) for event in before) :]
    script.requests.clear()
    count.calls.clear()
    ask.calls.clear()
    async with life() as orchestrator:
        await reached(orchestrator, run.id, 1000)
        row = await ended(orchestrator, run.id)
        state = await orchestrator.state(run.id)
    assert (row.status, state.output) == ('succeeded', {'end': 'All done.'})
    events = await stores.journal.read(run.id)
    assert [type(event) for event in events].count(e.ModelCalled) == len(LINES)
    assert len(script.requests) == len(LINES) - sum(isinstance(event, e.ModelCalled) for event in before)
    results = [event.call_id for event in events if isinstance(event, e.ToolCalled)]
    assert sorted(results) == ['c0', 'c0_2', 'c1', 'c1_2']
    answered = {event.call_id for event in before if isinstance(event, e.ToolCalled)}
    assert len(count.calls) + len(ask.calls) == 4 - len(answered), 'only what had no result was called'


async def reached(orchestrator: object, run_id: str, number: int) -> None:
    """Follows the run to the event of that number, or to its end, and allows what it asks for."""
    async with asyncio.timeout(60):
        async for event in orchestrator.watch(run_id):  # type: ignore[attr-defined]
            if event.seq >= number:
                return
            if isinstance(event, e.RunWaiting) and (await orchestrator.run(run_id)).approvals:  # type: ignore[attr-defined]
                await orchestrator.decide_approval(run_id, 'a', approved=True)  # type: ignore[attr-defined]


async def killed_in_the_middle(life: Life, script: Script, *tools: Counting) -> str:
    """A run whose process died while these tools were being called."""
    for tool in tools:
        tool.may_end = asyncio.Event()
    script.lines = [[(tool.name, {'word': 'x'}) for tool in tools], 'Done.']
    async with life() as orchestrator:
        run = await begin(orchestrator, tools=tuple(tool.name for tool in tools))
        seq = 0
        for _ in tools:
            seq = await seen(orchestrator, run.id, e.ToolStarted, after=seq)
        await asyncio.sleep(0.01)
    for tool in tools:
        tool.may_end.set()  # type: ignore[union-attr]
    return str(run.id)


@pytest.mark.parametrize('effects', ['none', 'idempotent'])
async def test_a_tool_without_lasting_effects_is_called_again(
    life: Life, script: Script, extensions: Extensions, effects: str
) -> None:
    extensions.tools.add('read', read := Counting('read', effects=effects))  # type: ignore[arg-type]
    run = await killed_in_the_middle(life, script, read)
    async with life() as orchestrator:
        assert (await ended(orchestrator, run)).status == 'succeeded'
    assert read.calls == ['x', 'x']


@pytest.mark.parametrize(
    ('decision', 'value', 'calls', 'result', 'status'),
    [
        ('retry', None, 2, 'x!', 'succeeded'),
        ('value', 'It had arrived.', 1, 'It had arrived.', 'succeeded'),
        ('value', {'sent': True}, 1, '{"sent": true}', 'succeeded'),
        ('skip', None, 1, '', 'skipped'),
    ],
)
async def test_a_tool_with_effects_that_was_cut_off_is_asked_about(
    life: Life,
    script: Script,
    extensions: Extensions,
    decision: str,
    value: object,
    calls: int,
    result: str,
    status: str,
) -> None:
    extensions.tools.add('send', send := Counting('send', effects='external'))
    run = await killed_in_the_middle(life, script, send)
    async with life() as orchestrator:
        await seen(orchestrator, run, e.StepUnknown)
        assert (await orchestrator.state(run)).steps['a'].status == 'unknown'
        await seen(orchestrator, run, e.RunWaiting)
        assert send.calls == ['x']
        await orchestrator.resolve_unknown(run, 'a', decision, value=value)
        await ended(orchestrator, run)
        step = (await orchestrator.state(run)).steps['a']
    assert (len(send.calls), step.status) == (calls, status)
    if result:
        assert [each.text for each in script.requests[-1].messages[-1].tool_results] == [result]


async def test_each_of_two_tools_that_were_cut_off_is_asked_about(
    life: Life, script: Script, extensions: Extensions
) -> None:
    extensions.tools.add('send', send := Counting('send', effects='external'))
    extensions.tools.add('pay', pay := Counting('pay', effects='external'))
    run = await killed_in_the_middle(life, script, send, pay)
    async with life() as orchestrator:
        unknown = await seen(orchestrator, run, e.StepUnknown)
        await orchestrator.resolve_unknown(run, 'a', 'value', value='sent')
        await seen(orchestrator, run, e.StepUnknown, after=unknown)
        assert (len(send.calls), len(pay.calls)) == (1, 1)
        await orchestrator.resolve_unknown(run, 'a', 'retry')
        await ended(orchestrator, run)
    assert (len(send.calls), len(pay.calls), len(script.requests)) == (1, 2, 2)


async def test_a_tool_with_effects_that_ran_out_of_its_steps_time_is_asked_about_too(
    life: Life, script: Script, extensions: Extensions
) -> None:
    extensions.tools.add('send', send := Counting('send', effects='external'))
    send.may_end = asyncio.Event()
    script.lines = [[('send', {'word': 'x'})], 'Done.']
    async with life() as orchestrator:
        run = await begin(orchestrator, tools=('send',), node=', timeout: 0.1, retry: {attempts: 2, delay: 0}')
        await seen(orchestrator, run.id, e.StepUnknown)
        assert send.calls == ['x']
