"""What every Journal does."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import ConflictError, FencedError, InvalidError, MovedOnError, NotFoundError
from core.llm.messages import Message
from core.llm.usage import Usage
from core.runs import events as e
from core.runs.journal import Journal
from core.runs.run import Run, RunFilter
from core.runs.totals import Totals
from core.stores import Stores

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STARTED = e.StepStarted(at=T0, path='plan', node='plan')
WAITING = e.StepWaiting(at=T0, path='ask', approval=e.ApprovalRequest(title='Send?', message='M', value='Dear …'))


@pytest.fixture
def journal(stores: Stores) -> Journal:
    return stores.journal


async def create(journal: Journal, run_id: str = 'r1', **fields: Any) -> Run:
    run = Run(**{'id': run_id, 'workflow_id': 'w', 'workflow_name': 'W', 'version_id': 'v', 'created_at': T0} | fields)
    await journal.create(run, e.RunCreated(at=run.created_at, version_id=run.version_id))
    return await journal.get(run_id)


async def claim(journal: Journal, run_id: str = 'r1') -> int:
    run = await journal.get(run_id)
    await journal.append(run_id, [e.RunStarted(at=T0, epoch=run.epoch + 1, seq=run.seq + 1)])
    return run.epoch + 1


async def create_several(journal: Journal, count: int, **fields: Any) -> list[str]:
    ids = [f'run{n}' for n in range(count)]
    for n, run_id in enumerate(ids):
        await create(journal, run_id, created_at=T0 + timedelta(minutes=n), **fields)
    return ids


async def test_new_run_is_queued_with_its_creation_as_first_event(journal: Journal) -> None:
    run = await create(journal, trigger='api')
    assert (run.status, run.seq, run.epoch, run.trigger, run.created_at) == ('queued', 1, 0, 'api', T0)
    assert await journal.read('r1') == [e.RunCreated(seq=1, at=T0, version_id='v')]


async def test_run_is_created_once(journal: Journal) -> None:
    run = await create(journal)
    with pytest.raises(ConflictError, match='already a run r1'):
        await create(journal, workflow_name='Other')
    assert await journal.get('r1') == run


async def test_run_is_created_with_what_follows_at_once_or_not_at_all(journal: Journal) -> None:
    run = Run(id='r1', workflow_id='w', workflow_name='W', version_id='v', created_at=T0)
    created = e.RunCreated(at=T0, version_id='v')
    with pytest.raises(MovedOnError):
        await journal.create(run, created, [STARTED, e.RunStarted(at=T0, epoch=2, seq=3)])
    with pytest.raises(NotFoundError):
        await journal.get('r1')
    row, stored = await journal.create(run, created, [e.RunStarted(at=T0, epoch=1, seq=2), STARTED])
    assert [event.seq for event in stored] == [1, 2, 3]
    assert await journal.read('r1') == stored
    assert await journal.get('r1') == row
    assert (row.status, row.seq, row.epoch, row.started_at) == ('running', 3, 1, T0)


async def test_append_numbers_the_events_and_returns_them_with_the_row(journal: Journal) -> None:
    await create(journal)
    row, appended = await journal.append('r1', [STARTED, e.Logged(at=T0, message='one')])
    assert [event.seq for event in appended] == [2, 3]
    assert (await journal.read('r1'))[1:] == appended
    assert (await journal.get('r1'), row.seq) == (row, 3)
    assert await journal.append('r1', []) == (row, [])


async def test_read_gives_what_came_after_and_no_more_than_asked(journal: Journal) -> None:
    await create(journal)
    await journal.append('r1', [e.Logged(at=T0, message=str(n)) for n in range(2, 11)])
    assert [event.seq for event in await journal.read('r1', 7)] == [8, 9, 10]
    assert [event.seq for event in await journal.read('r1', 2, limit=3)] == [3, 4, 5]
    assert await journal.read('r1', 10) == []


async def test_events_come_back_as_they_were(journal: Journal) -> None:
    await create(journal)
    everything = {'text': 'ü\n"{{ x }}"', 'list': [1, 2.5, None, True, {'deep': []}], '': '', 'big': 2**70}
    events: list[e.RunEvent] = [
        e.StepStarted(at=T0, path='each[3].plan', node='plan', attempt=2, input=everything, fingerprint='f'),
        e.AttemptFailed(at=T0, path='plan', attempt=1, error='E', retry_at=T0 + timedelta(milliseconds=1)),
        e.ModelCalled(
            at=T0, path='plan', model='m', messages=(Message.user('hi'),), answer=Message.assistant('yes'),
            usage=Usage(calls=1, input_tokens=5, cost=0.1),
        ),
        e.StepCompleted(at=T0, path='plan', output=everything, handles=('out', 'error')),
        e.UnknownResolved(at=T0, path='plan', decision='value', value=everything),
        e.Logged(at=T0, path='plan', level='error', message='M'),
    ]  # fmt: skip
    _, appended = await journal.append('r1', events)
    assert await journal.read('r1', 1) == appended
    assert [event.model_copy(update={'seq': 0}) for event in appended] == events


async def test_unknown_run_is_not_found(journal: Journal) -> None:
    for call in (
        journal.get('nothing'),
        journal.read('nothing'),
        journal.append('nothing', [STARTED]),
        journal.delete('nothing'),
        journal.runs(RunFilter(before='nothing')),
    ):
        with pytest.raises(NotFoundError, match="no run 'nothing'"):
            await call


async def test_claim_counts_up_and_fences_out_whoever_held_the_run(journal: Journal) -> None:
    await create(journal)
    first = await claim(journal)
    await journal.append('r1', [STARTED], epoch=first)
    second = await claim(journal)
    assert (first, second) == (1, 2)
    with pytest.raises(FencedError, match='held epoch 1'):
        await journal.append('r1', [STARTED], epoch=first)
    await journal.append('r1', [STARTED], epoch=second)
    run = await journal.get('r1')
    assert (run.seq, run.epoch) == (5, 2)


async def test_others_append_without_an_epoch(journal: Journal) -> None:
    await create(journal)
    await claim(journal)
    await journal.append('r1', [e.CancelRequested(at=T0)])
    assert len(await journal.read('r1')) == 3


async def test_of_several_claims_at_once_one_gets_the_run(journal: Journal) -> None:
    await create(journal)
    started = e.RunStarted(at=T0, epoch=1, seq=2)
    results = await asyncio.gather(*(journal.append('r1', [started]) for _ in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [tuple, *[MovedOnError] * 4]


async def test_a_run_is_not_claimed_by_who_has_not_read_it_to_its_end(journal: Journal) -> None:
    await create(journal)
    await journal.append('r1', [e.CancelRequested(at=T0)])
    with pytest.raises(MovedOnError, match='has moved on'):
        await journal.append('r1', [e.RunStarted(at=T0, epoch=1, seq=2)])
    assert (await journal.get('r1')).epoch == 0


async def test_nothing_is_added_to_an_ended_run(journal: Journal) -> None:
    await create(journal)
    epoch = await claim(journal)
    await journal.append('r1', [e.RunSucceeded(at=T0)], epoch=epoch)
    for held in (None, epoch):
        with pytest.raises(ConflictError, match=r'Run r1 has ended \(succeeded\)'):
            await journal.append('r1', [STARTED], epoch=held)
    assert len(await journal.read('r1')) == 3


async def test_append_is_all_or_nothing(journal: Journal) -> None:
    run = await create(journal)
    with pytest.raises(ConflictError):
        await journal.append('r1', [STARTED, e.RunFailed(at=T0, error='E'), STARTED])
    with pytest.raises(InvalidError, match='A step_completed event cannot be stored'):
        await journal.append('r1', [STARTED, e.StepCompleted(at=T0, path='p', output={'text': '\ud83d'})])
    assert await journal.get('r1') == run
    assert len(await journal.read('r1')) == 1


async def test_failing_append_does_not_fail_its_neighbours(journal: Journal) -> None:
    await create(journal, 'good')
    await create(journal, 'fenced')
    await create(journal, 'ended')
    await claim(journal, 'fenced')
    await journal.append('ended', [e.RunCancelled(at=T0)])
    results = await asyncio.gather(
        journal.append('good', [STARTED]),
        journal.append('fenced', [STARTED], epoch=0),
        journal.append('good', [STARTED, STARTED]),
        journal.append('ended', [STARTED]),
        journal.append('good', [STARTED]),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [tuple, FencedError, tuple, ConflictError, tuple]
    assert [event.seq for event in await journal.read('good')] == [1, 2, 3, 4, 5]


async def test_appends_at_once_are_kept_in_the_order_of_their_calls(journal: Journal) -> None:
    await create(journal)
    lines = [e.Logged(at=T0, message=str(n)) for n in range(50)]
    await asyncio.gather(*(journal.append('r1', [line]) for line in lines))
    messages = [event.message for event in await journal.read('r1', 1) if isinstance(event, e.Logged)]
    assert messages == [str(n) for n in range(50)]


async def test_row_follows_the_run(journal: Journal) -> None:
    await create(journal)
    called = e.ModelCalled(at=T0, path='p', model='m', answer=Message.assistant('a'), usage=Usage(calls=1, cost=0.5))
    await journal.append('r1', [e.RunStarted(at=T0 + timedelta(1), epoch=1, seq=2), called, called])
    run = await journal.get('r1')
    assert (run.status, run.started_at, run.usage.calls, run.usage.cost) == ('running', T0 + timedelta(1), 2, 1.0)
    await journal.append('r1', [e.RunWaiting(at=T0, until=T0 + timedelta(9))])
    assert (await journal.get('r1')).wake_at == T0 + timedelta(9)
    await journal.append('r1', [e.RunFailed(at=T0 + timedelta(2), error='Boom')])
    run = await journal.get('r1')
    assert (run.status, run.ended_at, run.error) == ('failed', T0 + timedelta(2), 'Boom')


async def test_approvals_wait_oldest_first_until_they_are_decided(journal: Journal) -> None:
    for run_id, minute in (('late', 2), ('early', 1)):
        await create(journal, run_id)
        await journal.append(run_id, [WAITING.model_copy(update={'at': T0 + timedelta(minutes=minute)})])
    pending = await journal.approvals()
    assert [(a.run_id, a.path, a.title, a.value) for a in pending] == [
        ('early', 'ask', 'Send?', 'Dear …'),
        ('late', 'ask', 'Send?', 'Dear …'),
    ]
    assert (await journal.get('early')).approvals == (pending[0],)
    await journal.append('early', [e.ApprovalDecided(at=T0, path='ask', approved=True)])
    assert [a.run_id for a in await journal.approvals()] == ['late']
    assert (await journal.get('early')).approvals == ()
    await journal.append('late', [e.RunCancelled(at=T0)])
    assert await journal.approvals() == []


async def test_waits_for_a_time_are_no_approvals(journal: Journal) -> None:
    await create(journal)
    await journal.append('r1', [e.StepWaiting(at=T0, path='sleep', until=T0)])
    assert await journal.approvals() == []


async def test_run_keeps_its_approvals_in_the_order_in_which_it_asked(journal: Journal) -> None:
    await create(journal)
    for path in ('b', 'a', 'c'):
        await journal.append('r1', [WAITING.model_copy(update={'path': path})])
    await journal.append('r1', [e.ApprovalDecided(at=T0, path='a', approved=False)])
    for run in (await journal.get('r1'), *await journal.runs(RunFilter()), *await journal.unfinished()):
        assert [approval.path for approval in run.approvals] == ['b', 'c']


async def test_runs_come_newest_first_page_by_page(journal: Journal) -> None:
    ids = await create_several(journal, 5)
    assert [run.id for run in await journal.runs(RunFilter())] == ids[::-1]
    assert [run.id for run in await journal.runs(RunFilter(limit=2))] == ['run4', 'run3']
    assert [run.id for run in await journal.runs(RunFilter(limit=2, before='run3'))] == ['run2', 'run1']
    assert await journal.runs(RunFilter(before='run0')) == []


async def test_runs_of_one_moment_are_paged_without_gap_or_repetition(journal: Journal) -> None:
    for run_id in ('b', 'c', 'a'):
        await create(journal, run_id)
    assert [run.id for run in await journal.runs(RunFilter())] == ['c', 'b', 'a']
    assert [run.id for run in await journal.runs(RunFilter(before='c', limit=1))] == ['b']


async def test_runs_are_filtered_by_everything_at_once(journal: Journal) -> None:
    await create_several(journal, 4)
    await create(journal, 'other', workflow_id='x', trigger='api', created_at=T0 + timedelta(hours=1))
    await journal.append('run1', [e.RunCancelled(at=T0)])

    async def found(**which: Any) -> list[str]:
        return [run.id for run in await journal.runs(RunFilter(**which))]

    assert await found(status=('cancelled', 'failed')) == ['run1']
    assert await found(workflow_id='x') == ['other']
    assert await found(trigger='manual', since=T0 + timedelta(minutes=2)) == ['run3', 'run2']
    assert await found(trigger='api', status=('queued',), workflow_id='w') == []


async def test_times_in_other_zones_are_compared_as_moments(journal: Journal) -> None:
    east = datetime.fromisoformat('2026-11-22T14:00:00+05:00')  # 09:00 UTC
    await create(journal, 'east', created_at=east)
    await create(journal, 'utc')
    assert [run.id for run in await journal.runs(RunFilter())] == ['utc', 'east']
    assert (await journal.get('east')).created_at == east
    assert [run.id for run in await journal.runs(RunFilter(since=T0 - timedelta(hours=1)))] == ['utc']


async def test_unfinished_runs_come_oldest_first(journal: Journal) -> None:
    await create_several(journal, 5)
    await journal.append('run1', [e.RunSucceeded(at=T0)])
    await journal.append('run2', [e.RunStarted(at=T0, epoch=1, seq=2)])
    await journal.append('run3', [e.RunWaiting(at=T0)])
    assert [run.id for run in await journal.unfinished()] == ['run0', 'run2', 'run3', 'run4']


async def test_totals_are_of_the_runs_between_moments(journal: Journal) -> None:
    ends: list[list[e.RunEvent]] = [
        [e.RunSucceeded(at=T0)],
        [e.RunSucceeded(at=T0 + timedelta(seconds=60.25))],
        [e.RunFailed(at=T0 + timedelta(seconds=5), error='No.')],
        [e.RunCancelled(at=T0 + timedelta(seconds=1))],
        [],
    ]
    for n, run_id in enumerate(await create_several(journal, 6)):
        cost = {1: 0.25, 2: 0.5}.get(n)
        usage = Usage(calls=1, input_tokens=10 * n, output_tokens=n, cached_tokens=7, cost=cost)
        call = e.ModelCalled(at=T0, path='a', model='m', answer=Message.assistant('a'), usage=usage)
        end = ends[n - 1] if n else []
        await journal.append(run_id, [e.RunStarted(at=T0, epoch=1, seq=2), call, *end])
    moments = [T0 + timedelta(minutes=n) for n in (1, 3, 4, 20)]
    told = await journal.totals(moments)
    assert [span.since for span in told.spans] == moments
    assert [(span.runs, span.succeeded, span.failed, span.other) for span in told.spans] == [
        (2, 2, 0, 0),
        (1, 0, 1, 0),
        (2, 0, 0, 2),
        (0, 0, 0, 0),
    ]
    assert [(span.tokens, span.cost) for span in told.spans] == [(33, 0.75), (33, None), (99, None), (0, None)]
    assert (told.runs, told.tokens, told.cost) == (5, 165, 0.75)
    assert told.usual_seconds == pytest.approx(5, abs=0.01), 'the median of 0, 1, 5 and 60.25'


async def test_totals_of_nothing_are_empty(journal: Journal) -> None:
    assert await journal.totals([]) == Totals()
    await create(journal)
    told = await journal.totals([T0])
    assert (told.runs, told.cost, told.usual_seconds) == (1, None, None)
    east = datetime.fromisoformat('2026-11-22T17:00:00.000001+05:00')  # just after it
    assert (await journal.totals([east])).runs == 0


async def test_logs_are_filtered_and_followed_by_position(journal: Journal) -> None:
    await create(journal, 'a', workflow_id='x')
    await create(journal, 'b')
    for run_id, level in (('a', 'debug'), ('b', 'info'), ('a', 'warning'), ('b', 'error'), ('a', 'info')):
        await journal.append(run_id, [STARTED, e.Logged(at=T0, level=level, message=f'{run_id} {level}')])

    async def messages(**which: Any) -> list[str]:
        return [line.message for _, _, line in await journal.logs(**which)]

    everything = await journal.logs()
    assert [line.message for _, _, line in everything] == ['a debug', 'b info', 'a warning', 'b error', 'a info']
    assert [run_id for _, run_id, _ in everything] == ['a', 'b', 'a', 'b', 'a']
    positions = [position for position, _, _ in everything]
    assert positions == sorted(set(positions))
    assert await messages(after=positions[1], limit=2) == ['a warning', 'b error']
    assert await messages(level='warning') == ['a warning', 'b error']
    assert await messages(run_id='a', level='info') == ['a warning', 'a info']
    assert await messages(workflow_id='x') == ['a debug', 'a warning', 'a info']
    assert await messages(run_id='b', workflow_id='x') == []
    with pytest.raises(InvalidError, match="no log level 'loud'; there are: debug, info, warning, error"):
        await messages(level='loud')


async def test_deleted_run_leaves_nothing(journal: Journal) -> None:
    await create(journal)
    await journal.append('r1', [e.Logged(at=T0, message='M')])
    with pytest.raises(ConflictError, match='Run r1 is queued; cancel it before'):
        await journal.delete('r1')
    await journal.append('r1', [e.RunCancelled(at=T0)])
    await journal.delete('r1')
    with pytest.raises(NotFoundError):
        await journal.read('r1')
    assert await journal.runs(RunFilter()) == []
    assert await journal.logs() == []


async def test_positions_of_deleted_log_lines_are_not_used_again(journal: Journal) -> None:
    await create(journal, 'old')
    await journal.append('old', [e.Logged(at=T0, message='M'), e.RunCancelled(at=T0)])
    [(seen, _, _)] = await journal.logs()
    await journal.delete('old')
    await create(journal, 'new')
    await journal.append('new', [e.Logged(at=T0, message='N')])
    assert [line.message for _, _, line in await journal.logs(after=seen)] == ['N']


async def test_run_created_with_approvals_keeps_them(journal: Journal) -> None:
    await create(journal, 'other')
    await journal.append('other', [WAITING])
    pending = (await journal.get('other')).approvals[0].model_copy(update={'run_id': 'r1'})
    await create(journal, approvals=(pending,))
    assert (await journal.get('r1')).approvals == (pending,)
    assert pending in await journal.approvals()


async def test_long_texts_come_back_in_their_places(journal: Journal) -> None:
    await create(journal)
    long, longer = 'lörem ' * 10_000, 'x' * 2_000_000
    output = {'text': long, 'items': [{'deep': longer}, 'short', long], 'blob': ['items', 0], '': {'0': long}}
    _, [appended] = await journal.append('r1', [e.StepCompleted(at=T0, path='p', output=output)])
    await journal.append('r1', [e.Logged(at=T0, message=longer)])
    assert await journal.read('r1', 1, limit=1) == [appended]
    [(_, _, line)] = await journal.logs()
    assert line.message == longer


async def test_long_value_to_approve_comes_back(journal: Journal) -> None:
    await create(journal)
    request = e.ApprovalRequest(title='T', value='draft ' * 50_000)
    await journal.append('r1', [e.StepWaiting(at=T0, path='ask', approval=request)])
    [pending] = await journal.approvals()
    assert pending.value == request.value
