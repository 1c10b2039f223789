"""Runs as they are looked at: folded in slices, once for all who look, and equal to the fold of the journal."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from core.errors import NotFoundError
from core.memory import MemoryJournal
from core.orchestrator import Orchestrator
from core.runs import fold as folding
from core.runs.doorbell import Doorbell
from core.runs.events import RunEvent
from core.runs.fold import Fold, Folds, fold
from core.runs.nesting import Nesting
from core.runs.run import Run
from core.runs.state import RunState
from core.workflows.workflow import Workflow

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
RunToEnd = Callable[..., Awaitable[Run]]

EACH = """
nodes:
  start: {type: input, config: {fields: [{name: items, type: long_text}]}}
  each: {type: map, config: {items: start.items, when_item_fails: leave_out, parallel: 3}}
  shout: {type: template, parent: each, config: {text: '{{ item | upper }}'}}
  strict: {type: output, parent: each, config: {value: '{{ item }}', format: json}}
  out: {type: output, config: {value: '{{ each.text }}'}}
edges: [start -> each, shout -> strict, each -> out]
"""
ITEMS = '\n'.join(['1', 'bad', *map(str, range(18))])


class Counted:
    """A journal that notes how many events each read asked for and brought."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal
        self.asked: list[int | None] = []
        self.brought = 0

    async def get(self, run_id: str) -> Run:
        return await self._journal.get(run_id)

    async def read(self, run_id: str, after: int = 0, limit: int | None = None) -> list[RunEvent]:
        events = await self._journal.read(run_id, after, limit)
        await asyncio.sleep(0)  # as a database lets others go first
        self.asked.append(limit)
        self.brought += len(events)
        return events


@pytest.fixture
def slices(monkeypatch: pytest.MonkeyPatch) -> int:
    """So many events are folded at once."""
    monkeypatch.setattr(folding, 'SLICE', 7)
    return 7


@pytest.fixture
async def ended(make_workflow: MakeWorkflow, run_to_end: RunToEnd) -> Run:
    """A run of many steps of which one failed."""
    return await run_to_end((await make_workflow(EACH)).id, {'items': ITEMS})


def same(seen: Fold, events: Sequence[RunEvent]) -> bool:
    """Whether it tells what the whole journal tells."""
    state = RunState.of(events)
    counted = Nesting(state.steps.values())
    patterns = ('each', 'each[]', 'each[].shout', 'each[].strict', 'out')
    return seen.state == state and all(
        (seen.nesting.tally(each).having(status), seen.nesting.tally(each).paths)
        == (counted.tally(each).having(status), counted.tally(each).paths)
        for each in patterns
        for status in ('running', 'succeeded', 'failed')
    )


async def test_all_who_look_at_a_run_share_one_fold_that_equals_the_journal(
    orchestrator: Orchestrator, ended: Run, slices: int
) -> None:
    journal = Counted(orchestrator.journal)  # type: ignore[arg-type]
    folds = Folds(journal, Doorbell())
    seen = await asyncio.gather(*(folds.open(ended.id) for _ in range(10)))
    assert {id(each) for each in seen} == {id(seen[0])}
    assert same(seen[0], await orchestrator.journal.read(ended.id))
    assert (seen[0].run, seen[0].behind, seen[0].ended) == (ended, 0, True)
    assert journal.brought == ended.seq, 'each event is read once, however many look'
    assert set(journal.asked) == {slices}, 'others have their turn between two slices'


async def test_whoever_follows_a_run_sees_each_change_once_from_wherever_they_came_in(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, slices: int
) -> None:
    run = await orchestrator.start_run((await make_workflow(EACH)).id, {'items': ITEMS})

    async def watch(late: int) -> set[str]:
        changed, seq = set[str](), 0
        for _ in range(late):
            await asyncio.sleep(0.001)
        async for seen in orchestrator.follow(run.id):
            assert seen.state.seq >= seq
            changed |= seen.changed_since(seq)
            seq = seen.state.seq
        assert same(seen, await orchestrator.journal.read(run.id))
        return changed

    async with asyncio.timeout(60):
        changed = await asyncio.gather(*(watch(late) for late in (0, 3, 10)))
    state = await orchestrator.state(run.id)
    assert state == RunState.of(await orchestrator.journal.read(run.id))
    assert [each == set(state.steps) for each in changed] == [True, True, True]


@pytest.mark.usefixtures('slices')
async def test_whoever_is_slow_is_told_of_the_end_though_others_saw_it_first(
    orchestrator: Orchestrator, ended: Run
) -> None:
    folds = Folds(orchestrator.journal, Doorbell())
    slow = folds.follow(ended.id)
    assert not (await anext(slow)).ended
    async for _ in folds.follow(ended.id):
        pass
    assert [seen.ended async for seen in slow] == [True]


async def test_a_long_run_is_opened_in_part_and_then_read_to_its_end(
    orchestrator: Orchestrator, ended: Run, slices: int
) -> None:
    folds = Folds(orchestrator.journal, Doorbell())
    begun = await folds.open(ended.id, most=slices)
    assert (begun.state.seq, begun.behind, begun.ended) == (slices, ended.seq - slices, False)
    assert begun.run == ended, 'what lists tell of it is known at once'
    behind = [seen.behind async for seen in folds.follow(ended.id)]
    assert behind == sorted(behind, reverse=True)
    assert behind[-1] == 0
    assert same(begun, await orchestrator.journal.read(ended.id))


async def test_a_small_run_is_kept_for_the_next_look_and_a_large_one_is_not(
    orchestrator: Orchestrator, ended: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for most, reads in ((1000, 1), (10, 2)):
        monkeypatch.setattr(folding, 'KEPT', most)
        journal = Counted(orchestrator.journal)  # type: ignore[arg-type]
        folds = Folds(journal, Doorbell())
        for _ in range(2):
            assert (await folds.open(ended.id)).ended
        assert journal.brought == reads * ended.seq


async def test_a_deleted_run_is_not_shown_from_memory(orchestrator: Orchestrator, ended: Run) -> None:
    assert (await orchestrator.look(ended.id)).ended
    await orchestrator.delete_run(ended.id)
    with pytest.raises(NotFoundError):
        await orchestrator.look(ended.id)
    with pytest.raises(NotFoundError):
        await fold(orchestrator.journal, ended.id)


async def test_the_events_of_a_long_run_are_read_in_slices_to_the_last(
    orchestrator: Orchestrator, ended: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for length in (7, ended.seq - 1, ended.seq, ended.seq + 1):
        monkeypatch.setattr('core.orchestrator.SLICE', length)
        async with asyncio.timeout(60):
            seen = [event async for event in orchestrator.watch(ended.id)]
            assert seen == await orchestrator.journal.read(ended.id)
            assert [event async for event in orchestrator.watch(ended.id, after=ended.seq)] == []
