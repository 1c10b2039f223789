"""kill -9 while a file is imported leaves all of it, or nothing."""

import json
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.e2e.app_process import PATIENCE, AppProcess

KILLS, MOST = 2, 8
AGENTS, INNER = 40, 6
WHOLE = {'agents': AGENTS, 'workflows': INNER + 1, 'published': INNER, 'schedules': INNER, 'webhooks': 1}


@pytest.mark.timeout(180)
def test_a_file_that_was_coming_in_is_there_as_a_whole_or_not_at_all(app: AppProcess) -> None:
    chance = random.Random(4711)  # noqa: S311 - the same moments each time
    cut = 0
    for number in range(MOST):
        if number >= KILLS and cut:
            break
        mark = f'Round {number}'
        with ThreadPoolExecutor() as sending:
            began = written_at(app)
            answer = sending.submit(send, app, mark)
            while written_at(app) == began and not answer.done():
                time.sleep(0.001)
            time.sleep(chance.uniform(0.0, 0.01))  # in the middle of writing, or just after it
            app.kill()
            cut += answer.result(PATIENCE) is None
        app.start()
        assert what_came(app, mark) in ({}, WHOLE)
    assert cut, 'a kill came before the answer'
    assert send(app, 'Round 0') == 201, 'what was cut off can be imported again'


def written_at(app: AppProcess) -> int:
    """When something was last written to the database."""
    return (app.data_dir / 'orchestrator.db-wal').stat().st_mtime_ns


def send(app: AppProcess, mark: str) -> int | None:
    """The status of the answer; None if there is none."""
    with suppress(httpx.TransportError):
        headers = {'Content-Type': 'application/yaml'}
        return app.ask('POST', '/workflows/import', content=file(mark), headers=headers).status_code
    return None


def file(mark: str) -> str:
    """A workflow with many agents, and with workflows inside that are published and have schedules."""
    nodes: dict[str, Any] = {'start': {'type': 'input'}, 'end': {'type': 'output'}}
    inner = {
        f'inner-{number}': {
            'name': f'{mark}, inner {number}',
            'nodes': nodes,
            'edges': ['start -> end'],
            'schedules': {'often': {'name': f'{mark}, often', 'every': 3600}},
        }
        for number in range(INNER)
    }
    asked = {f'a{n}': {'type': 'agent', 'config': {'agent': f'agent-{n}', 'prompt': 'Go'}} for n in range(AGENTS)}
    run = {f'w{n}': {'type': 'workflow', 'config': {'workflow': f'inner-{n}'}} for n in range(INNER)}
    return json.dumps(
        {
            'agent_orchestrator': 1,
            'name': mark,
            'agents': {
                f'agent-{number}': {'name': f'{mark}, agent {number}', 'instructions': 'Be brief. ' * 400}
                for number in range(AGENTS)
            },
            'workflows': inner,
            'nodes': nodes | asked | run,
            'edges': ['start -> end', *(f'start -> {key}' for key in (*asked, *run))],
            'webhooks': {'post': {'name': f'{mark}, post'}},
        }
    )


def what_came(app: AppProcess, mark: str) -> dict[str, int]:
    """How many of each kind are there."""
    found: Counter[str] = Counter()
    for kind in ('agents', 'workflows', 'schedules', 'webhooks'):
        items = [item for item in app.get(f'/{kind}') if item['name'].startswith(mark)]
        found[kind] += len(items)
        found['published'] += sum(bool(item.get('published')) for item in items)
    return {kind: count for kind, count in found.items() if count}
