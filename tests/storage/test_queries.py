"""Lists, filters and totals are index look-ups: none reads a whole table."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from core.runs import events as e
from core.runs.journal import Journal
from core.runs.run import Run, RunFilter
from storage.store import OpenStores

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

Ask = Callable[[Journal], Awaitable[Any]]


@pytest.fixture
async def journal(stores: OpenStores) -> Journal:
    run = Run(id='r', workflow_id='w', workflow_name='W', version_id='v', created_at=T0)
    await stores.journal.create(run, e.RunCreated(at=T0, version_id='v'))
    request = e.ApprovalRequest(title='T')
    await stores.journal.append('r', [e.Logged(at=T0, message='M'), e.StepWaiting(at=T0, path='p', approval=request)])
    return stores.journal


@pytest.mark.parametrize(
    'ask',
    [
        lambda journal: journal.get('r'),
        lambda journal: journal.read('r', 1, limit=10),
        lambda journal: journal.approvals(),
        lambda journal: journal.unfinished(),
        lambda journal: journal.totals([T0 - timedelta(days=1), T0]),
        lambda journal: journal.logs(),
        lambda journal: journal.logs(level='warning', after=5),
        lambda journal: journal.logs(run_id='r'),
        lambda journal: journal.logs(workflow_id='w', after=5),
        lambda journal: journal.runs(RunFilter()),
        lambda journal: journal.runs(RunFilter(before='r')),
        lambda journal: journal.runs(RunFilter(status=('failed',))),
        lambda journal: journal.runs(RunFilter(workflow_id='w', since=T0)),
    ],
)
async def test_query_uses_an_index(ask: Ask, journal: Journal, tmp_path: Path) -> None:
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(Engine, 'before_cursor_execute', note)
    try:
        await ask(journal)
    finally:
        event.remove(Engine, 'before_cursor_execute', note)
    selects = [(statement, parameters) for statement, parameters in statements if statement.startswith('SELECT')]
    assert selects
    for statement, parameters in selects:
        plan = explain(tmp_path / 'data' / 'orchestrator.db', statement, parameters)
        assert not [step for step in plan if step.startswith('SCAN') and 'USING' not in step], (statement, plan)


def explain(path: Path, statement: str, parameters: Any) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[3] for row in connection.execute(f'EXPLAIN QUERY PLAN {statement}', parameters)]
