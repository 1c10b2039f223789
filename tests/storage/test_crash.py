"""What was acknowledged is there after the process died; what was not is there wholly or not at all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from core.clock import SystemClock
from core.runs import events as e
from core.runs.run import Run
from storage.store import open_stores

ROOT = Path(__file__).parents[2]
APPENDER = Path(__file__).with_name('appender.py')
KILLS = 5


async def test_everything_acknowledged_survives_kill_9_again_and_again(tmp_path: Path) -> None:
    acknowledged: dict[str, int] = {}
    for kill in range(KILLS):
        acknowledged |= run_and_kill(tmp_path, first_run=10 * kill, seconds=0.1 + 0.05 * kill)
        async with open_stores(tmp_path, clock=SystemClock()) as stores:
            for run_id, seq in acknowledged.items():
                events = await stores.journal.read(run_id)
                assert len(events) >= seq
                assert_whole(await stores.journal.get(run_id), events)
    assert len(acknowledged) == 4 * KILLS


def run_and_kill(data_dir: Path, *, first_run: int, seconds: float) -> dict[str, int]:
    """Lets the appender run for so long after its first acknowledgement; gives the last seq it reported of each run."""
    command = [sys.executable, APPENDER, data_dir, str(first_run)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | {'PYTHONPATH': str(ROOT)}
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        lines = (first + process.stdout.read()).splitlines()
    assert process.returncode == -signal.SIGKILL
    return {run_id: int(seq) for run_id, seq in (line.split() for line in lines if line.count(' ') == 1)}


def assert_whole(run: Run, events: list[e.RunEvent]) -> None:
    """Numbered without a gap, every append complete, the row at the last event."""
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    for completed, logged in zip(events[2::2], events[3::2], strict=True):
        assert isinstance(completed, e.StepCompleted)
        assert isinstance(logged, e.Logged)
        seq = completed.seq - 1
        assert completed.output['text'] == f'{seq} ' * (20_000 if seq % 20 == 0 else 20)
        assert logged.message == f'after {seq}'
    assert (run.seq, run.epoch, run.status) == (
        len(events),
        min(1, len(events) - 1),
        'running' if len(events) > 1 else 'queued',
    )
