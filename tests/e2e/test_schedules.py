"""Each due time of a schedule starts exactly one run, whenever the process is killed."""

import json
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.ids import due_run_id
from tests.e2e.app_process import ROOT, AppProcess, eventually

KILLS = 6
WORKFLOW = {
    'agent_orchestrator': 1,
    'name': 'Tick',
    'nodes': {'start': {'type': 'input'}, 'end': {'type': 'output', 'config': {'value': 'tock'}}},
    'edges': ['start -> end'],
}
DIES_BEFORE_IT_NOTES = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from app.cli import main
from storage.triggers import SqlScheduleRepository

async def die(self, key, progress):
    os.kill(os.getpid(), signal.SIGKILL)

SqlScheduleRepository.advance = die
sys.exit(main())
"""


def scheduled(app: AppProcess, **more: Any) -> dict[str, Any]:
    workflow_id = app.import_workflow(json.dumps(WORKFLOW))
    app.post(f'/workflows/{workflow_id}/publish')
    schedule: dict[str, Any] = app.post('/schedules', {'name': 'Tick', 'workflow_id': workflow_id, 'every': 1} | more)
    return schedule


def runs(app: AppProcess) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.get('/runs?trigger=schedule&limit=500')
    return found


@pytest.mark.timeout(600)
def test_of_every_second_there_is_one_run_however_often_it_is_killed(app: AppProcess) -> None:
    chance = random.Random(4711)  # noqa: S311 - the same moments each time
    schedule = scheduled(app, missed='all', overlap='start')
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.2, 1.5))
        app.kill()
        app.start()
    app.ask('PUT', f'/schedules/{schedule["id"]}', json=schedule | {'enabled': False}).raise_for_status()
    ended = eventually(lambda: runs(app), lambda seen: all(run['status'] == 'succeeded' for run in seen))
    first = datetime.fromisoformat(schedule['since']).replace(microsecond=0)
    due = {due_run_id(schedule['id'], first + timedelta(seconds=second)) for second in range(1, len(ended) + 1)}
    assert sorted(run['id'] for run in ended) == sorted(due), 'one for each second from the first to the last'
    assert len(ended) > KILLS


def test_killed_between_starting_and_noting_it_starts_no_second_run(tmp_path: Path) -> None:
    script = tmp_path / 'dies.py'
    script.write_text(DIES_BEFORE_IT_NOTES)
    dying, living = AppProcess(tmp_path / 'data', script=script), AppProcess(tmp_path / 'data')
    try:
        begin = datetime.now(UTC)
        schedule = scheduled(dying.start(), every=2, overlap='start')
        dying.process.wait(30)
        dying.kill()  # it is dead already; its pipes are closed
        living.start()
        eventually(lambda: living.get(f'/schedules/{schedule["id"]}/state')['progress'], bool)
        ids = [run['id'] for run in runs(living)]
        since = datetime.fromisoformat(schedule['since']).replace(microsecond=0)
        first = due_run_id(schedule['id'], since + timedelta(seconds=2))
        assert since >= begin.replace(microsecond=0)
        assert ids.count(first) == 1, 'the run that was not noted is there, once'
        assert len(ids) == len(set(ids)) <= 1 + (datetime.now(UTC) - begin).total_seconds() / 2
    finally:
        dying.close()
        living.close()
