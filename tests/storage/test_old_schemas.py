"""Databases of every schema there ever was are read by today's code."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.runs import events as e
from core.runs.run import RunFilter
from core.runs.state import RunState
from storage.schema import revisions
from storage.store import OpenStores, open_stores
from tests.storage.make_fixture import AGENT, FIXTURES, GRAPH, LAST_EVENTS, LONG, T0, TURN, write_key

OLD = sorted(FIXTURES.glob('schema_*.sql'))


@pytest.fixture(params=OLD, ids=lambda path: path.stem)
async def old_stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenStores]:
    with closing(sqlite3.connect(tmp_path / 'orchestrator.db')) as connection:
        connection.executescript(request.param.read_text(encoding='utf-8'))
    write_key(tmp_path)
    async with open_stores(tmp_path, clock=SystemClock()) as stores:
        yield stores


def test_every_schema_has_its_fixture() -> None:
    assert [path.stem.removeprefix('schema_') for path in OLD] == revisions()


async def test_old_entities_are_read(old_stores: OpenStores) -> None:
    agent = await old_stores.agents.get('planner')
    assert (agent.model, agent.parameters, agent.tags) == (AGENT.model, AGENT.parameters, AGENT.tags)
    assert (await old_stores.teams.get('desk')).strategy == 'supervisor'
    assert (await old_stores.connections.get('ollama')).api_key == '${KEY}'
    assert (await old_stores.workflows.get('research-brief')).graph == GRAPH
    assert [version.number for version in await old_stores.workflows.versions('research-brief')] == [1]
    assert await old_stores.preferences.get('theme') == 'dark'
    assert await old_stores.secrets.get('KEY') == 'value'


async def test_old_triggers_are_read(old_stores: OpenStores) -> None:
    schedules = await old_stores.schedules.all()
    if not schedules:  # the schemas before 0003 have none
        return
    assert [(schedule.cron, schedule.zone) for schedule in schedules] == [('0 8 * * *', 'Europe/Berlin')]
    assert (await old_stores.schedules.progress())['morning'].run_id == 'succeeded'
    assert (await old_stores.webhooks.by_token('digest')).signature == 'timestamped'
    latest = await old_stores.webhooks.latest('topics')
    assert latest is not None
    assert latest.run_id == 'failed'


async def test_old_runs_are_read(old_stores: OpenStores) -> None:
    runs = await old_stores.journal.runs(RunFilter())
    assert {run.id: run.status for run in runs} == {status: status for status in LAST_EVENTS}
    assert [(approval.run_id, approval.value) for approval in await old_stores.journal.approvals()] == [
        ('waiting', 'Dear …')
    ]
    assert [line.message for _, _, line in await old_stores.journal.logs()] == ['Slow.']
    state = RunState.of(await old_stores.journal.read('succeeded'))
    assert state.output == {'result': {'text': LONG}}
    assert state.steps['plan'].calls[0].messages[0].text == LONG


async def test_old_conversations_are_read(old_stores: OpenStores, request: pytest.FixtureRequest) -> None:
    turns = await old_stores.conversations.turns('planner', 'ann', last=9)
    had_them = 'CREATE TABLE turns' in request.node.callspec.params['old_stores'].read_text(encoding='utf-8')
    assert [turn.model_copy(update={'number': 0}) for turn in turns] == ([TURN] if had_them else [])


async def test_every_old_event_is_read(old_stores: OpenStores, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / 'orchestrator.db')) as connection:
        stored = connection.execute('SELECT run_id, seq, body FROM events').fetchall()
    assert len(stored) > 20
    for run_id, seq, body in stored:
        [event] = await old_stores.journal.read(run_id, seq - 1, limit=1)
        assert (event.type, event.seq) == (json.loads(body)['type'], seq)


async def test_old_runs_go_on(old_stores: OpenStores) -> None:
    run = await old_stores.journal.get('waiting')
    started = e.RunStarted(at=T0, epoch=run.epoch + 1, seq=run.seq + 1)
    _, [appended] = await old_stores.journal.append('waiting', [started])
    assert appended == (await old_stores.journal.read('waiting'))[-1]
