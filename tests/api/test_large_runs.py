"""Runs of many steps, whose answers are written piece by piece."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from app.api.large_runs import PIECE, in_pieces, run_json
from app.api.runs import RunDetail
from core.agents.agent import Agent
from core.orchestrator import Orchestrator
from core.runs import events as e
from core.runs.run import Run
from core.runs.state import RunState, StepState, ToolUse
from core.values import Json
from tests.api.files import GREETING

NOW = datetime(2026, 3, 4, 12, 30, 15, 123456, tzinfo=UTC)
RUN = Run(
    id='1m8b', workflow_id='w', workflow_name='“Ä”', version_id='v', trigger='api', status='succeeded', created_at=NOW
)
ODD: list[Json] = [None, True, 1, 1.5, 1e30, '“quoted” \\ \n \x7f \u2028 🌊', '', [], {}, {'': [{}]}, float('inf')]


def large(*, steps: int = 300, items: int = 300) -> RunState:
    """A state with values of all kinds, one of them wide and several in the middle of others."""
    wide = {
        'items': [{'text': f'Item {n}', 'all': ODD} for n in range(items)],
        'by': {f'é{n}': n for n in range(items)},
    }
    called = e.ToolCalled(at=NOW, path='each[0]', call_id='c', name='t', text='x')
    state = RunState(status='succeeded', inputs={'odd': ODD}, agents={'ann': Agent(id='ann', name='Ann')})
    for n in range(steps):
        path = f'each[{n}].“{n}”'
        state.steps[path] = StepState(
            path=path, node='a', status='succeeded', started_at=NOW, output={'text': 'x' * 99}
        )
    state.steps['each'] = StepState(
        path='each',
        node='each',
        input={'deep': {'er': [wide]}},
        output=wide,
        tools={'c': ToolUse(call_id='c', name='t', result=called)},
    )
    state.output = {'end': wide}
    return state


@pytest.mark.parametrize('state', [RunState(), large(steps=0, items=1), large(steps=3, items=2), large()])
def test_a_run_in_parts_is_the_same_to_the_byte(state: RunState) -> None:
    whole = RunDetail(run=RUN, state=state).model_dump_json()
    assert b''.join(run_json(RUN, state)).decode() == whole


async def test_no_piece_is_long_and_others_have_their_turn_between_them() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    beside = asyncio.create_task(others())
    state = large(steps=3_000, items=10_000)
    pieces = [len(piece) async for piece in in_pieces(run_json(RUN, state))]
    beside.cancel()
    assert len(pieces) > 50
    assert max(pieces) < 1.1 * PIECE
    assert turns >= len(pieces) - 2  # nobody has a turn before the first and after the last


async def test_a_run_is_answered_as_it_always_was(api: httpx.AsyncClient, orchestrator: Orchestrator) -> None:
    workflow = (await api.post('/workflows/import', content=GREETING)).json()
    run = (await api.post(f'/workflows/{workflow["id"]}/execute', json={'inputs': {'name': 'Ada'}})).json()
    async for _ in orchestrator.watch(run['id']):
        pass
    answer = await api.get(f'/runs/{run["id"]}')
    assert (answer.status_code, answer.headers['content-type']) == (200, 'application/json')
    state = await orchestrator.state(run['id'])
    assert answer.text == RunDetail(run=await orchestrator.run(run['id']), state=state).model_dump_json()
    assert (await api.get('/runs/nothing')).status_code == 404
