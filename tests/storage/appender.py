"""A process that appends for ever and says what was acknowledged; the crash tests kill it.

usage: appender.py DATA_DIR FIRST_RUN
"""

import asyncio
import sys
from pathlib import Path

from core.clock import SystemClock
from core.runs import events as e
from core.runs.journal import Journal
from core.runs.run import Run
from storage.store import open_stores

RUNS = 4
clock = SystemClock()


async def main(data_dir: Path, first_run: int) -> None:
    async with open_stores(data_dir, clock=clock) as stores, asyncio.TaskGroup() as tasks:
        for number in range(first_run, first_run + RUNS):
            tasks.create_task(append_for_ever(stores.journal, f'run{number}'))


async def append_for_ever(journal: Journal, run_id: str) -> None:
    now = clock.now()
    run = Run(id=run_id, workflow_id='w', workflow_name='W', version_id='v', created_at=now)
    await journal.create(run, e.RunCreated(at=now, version_id='v'))
    epoch = 1
    await journal.append(run_id, [e.RunStarted(at=now, epoch=epoch, seq=2)])
    seq = 2
    while True:
        output = {'text': f'{seq} ' * (20_000 if seq % 20 == 0 else 20)}
        events = [e.StepCompleted(at=now, path='p', output=output), e.Logged(at=now, message=f'after {seq}')]
        row, _ = await journal.append(run_id, events, epoch=epoch)
        seq = row.seq
        print(run_id, seq, flush=True)  # noqa: T201 - read by the test


asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
