"""What holds for a journal whatever is appended to it, by however many at once."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConflictError, FencedError, MovedOnError
from core.llm.messages import Message
from core.llm.usage import Usage
from core.runs import events as e
from core.runs.journal import Journal
from core.runs.run import Run, RunFilter
from core.runs.state import RunState
from core.stores import Stores

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RUNS = ('a', 'b', 'c')
EPOCHS = (None, 0, 1, 2)

times = st.integers(0, 10**6).map(lambda seconds: T0 + timedelta(milliseconds=seconds))
texts = st.text(st.characters(exclude_categories=['Cs']), max_size=20)
long_texts = st.builds(lambda char, count: char * count, st.sampled_from('xé"\\😀'), st.integers(8_000, 40_000))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts | long_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
outputs = st.dictionaries(texts, json_values, max_size=3)
paths = st.sampled_from(['plan', 'ask', 'each[0].write'])
usages = st.builds(Usage, calls=st.just(1), input_tokens=st.integers(0, 99), cost=st.none() | st.just(0.25))
approvals = st.builds(e.ApprovalRequest, title=texts, value=texts | long_texts)
answers = st.builds(Message.assistant, texts)

steps: st.SearchStrategy[e.RunEvent] = st.one_of(
    st.builds(e.RunWaiting, at=times, until=st.none() | times),
    st.builds(e.StepStarted, at=times, path=paths, node=st.just('n'), input=outputs),
    st.builds(e.ModelCalled, at=times, path=paths, model=texts, answer=answers, usage=usages),
    st.builds(e.StepWaiting, at=times, path=paths, approval=st.none() | approvals),
    st.builds(e.ApprovalDecided, at=times, path=paths, approved=st.booleans()),
    st.builds(e.StepCompleted, at=times, path=paths, output=outputs),
    st.builds(e.Logged, at=times, level=st.sampled_from(['debug', 'error']), message=texts | long_texts),
)
endings: st.SearchStrategy[e.RunEvent] = st.builds(e.RunSucceeded, at=times) | st.builds(e.RunCancelled, at=times)
batches = st.lists(steps, max_size=3) | st.lists(steps, max_size=3) | st.lists(steps | endings, max_size=3)


@dataclass(frozen=True, kw_only=True)
class Append:
    run: str
    events: list[e.RunEvent]
    epoch: int | None


@dataclass(frozen=True, kw_only=True)
class Claim:
    run: str
    epoch: int
    seq: int

    @property
    def event(self) -> e.RunStarted:
        return e.RunStarted(at=T0, epoch=self.epoch, seq=self.seq)


runs = st.sampled_from(RUNS)
calls = st.lists(
    st.builds(Append, run=runs, events=batches, epoch=st.sampled_from(EPOCHS))
    | st.builds(Claim, run=runs, epoch=st.integers(1, 2), seq=st.integers(2, 4)),
    max_size=15,
)


@dataclass(kw_only=True)
class Model:
    """What a journal should hold of one run, by the words of the contract."""

    epoch: int = 0
    ended: bool = False
    events: list[e.RunEvent] = field(default_factory=list)

    def expect(self, call: Append | Claim) -> Any:
        """What the call should answer: its result, or the type of its error."""
        if isinstance(call, Claim):
            if self.ended:
                return ConflictError
            if (call.epoch, call.seq) != (self.epoch + 1, len(self.events) + 1):
                return MovedOnError
            self.epoch += 1
            self.events.append(call.event)
            return [call.event]
        if call.epoch is not None and call.epoch != self.epoch:
            return FencedError
        if call.events and (self.ended or any(event.ends_run for event in call.events[:-1])):
            return ConflictError
        first = len(self.events) + 1
        numbered = [event.model_copy(update={'seq': first + n}) for n, event in enumerate(call.events)]
        self.events += numbered
        self.ended = self.ended or any(event.ends_run for event in numbered)
        return numbered


@settings(max_examples=60)
@given(calls=calls)
def test_journal_keeps_exactly_what_was_acknowledged(
    opener: Callable[[Path], AbstractAsyncContextManager[Stores]],
    calls: list[Append | Claim],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async def check() -> None:
        async with opener(tmp_path_factory.mktemp('data')) as stores:
            models = {run_id: await begin(stores.journal, run_id) for run_id in RUNS}
            expected = [models[call.run].expect(call) for call in calls]
            answers = await asyncio.gather(*(make(stores.journal, call) for call in calls), return_exceptions=True)
            assert [type(answer) if isinstance(answer, Exception) else answer for answer in answers] == expected
            for run_id, model in models.items():
                await compare(stores.journal, run_id, model)

    asyncio.run(check())


async def begin(journal: Journal, run_id: str) -> Model:
    created = e.RunCreated(at=T0, version_id='v')
    await journal.create(new_row(run_id), created)
    return Model(events=[created.model_copy(update={'seq': 1})])


async def make(journal: Journal, call: Append | Claim) -> Any:
    if isinstance(call, Claim):
        _, appended = await journal.append(call.run, [call.event])
    else:
        _, appended = await journal.append(call.run, call.events, epoch=call.epoch)
    return appended


async def compare(journal: Journal, run_id: str, model: Model) -> None:
    events = await journal.read(run_id)
    assert events == model.events
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    for after in range(len(events) + 1):
        assert await journal.read(run_id, after) == events[after:]
    row = new_row(run_id)
    for event in events:
        row = row.after(event)
    row = row.model_copy(update={'epoch': model.epoch})
    assert await journal.get(run_id) == row
    assert [run for run in await journal.runs(RunFilter()) if run.id == run_id] == [row]
    assert [approval for approval in await journal.approvals() if approval.run_id == run_id] == sorted(
        row.approvals, key=lambda approval: approval.since
    )
    lines = [line for _, _, line in await journal.logs(run_id=run_id)]
    assert lines == [event for event in events if isinstance(event, e.Logged)]
    state = RunState.of(events)
    assert (state.status, state.usage, state.error) == (row.status, row.usage, row.error)


def new_row(run_id: str) -> Run:
    return Run(id=run_id, workflow_id='w', workflow_name='W', version_id='v', created_at=T0)
