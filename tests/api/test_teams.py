"""Teams through the API: what is checked when they are saved, and running one."""

import asyncio

import httpx

from core.agents.agent import Agent
from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from tests.core.agents.running import ended
from tests.core.test_image_inputs import URL


async def test_a_team_with_unknown_names_is_refused_place_by_place(api: httpx.AsyncClient) -> None:
    answer = await api.post('/teams', json={'name': 'T', 'members': ['nobody'], 'strategy': 'chaos', 'lead': 'no-one'})
    assert answer.status_code == 422
    problem = answer.json()
    assert [entry['where'] for entry in problem['problems']] == ['strategy', 'members.0', 'lead']
    assert "There is no agent 'nobody'. Choose another or create it." in problem['detail']


async def test_a_team_is_run_by_its_address(api: httpx.AsyncClient, orchestrator: Orchestrator) -> None:
    await orchestrator.agents.create(Agent(name='Ann', instructions='Repeat what matters.'))
    made = {'name': 'Pair', 'members': [{'agent': 'ann', 'role': 'First.'}, 'ann'], 'strategy': 'sequential'}
    created = (await api.post('/teams', json=made)).json()
    assert created['members'] == [{'agent': 'ann', 'role': 'First.'}, {'agent': 'ann', 'role': ''}]
    answer = await api.post('/teams/pair/execute', json={'task': 'Tides come and go.'})
    assert answer.status_code == 202
    run = answer.json()
    assert (run['workflow_id'], run['workflow_name'], run['trigger']) == ('team:pair', 'Pair', 'api')
    async with asyncio.timeout(60):
        async for _ in orchestrator.watch(run['id']):
            pass
    read = (await api.get(answer.headers['Location'].removeprefix('/api'))).json()
    assert read['run']['status'] == 'succeeded'


async def test_a_team_that_lacks_somebody_may_be_saved_but_not_run(api: httpx.AsyncClient) -> None:
    assert (await api.post('/teams', json={'name': 'Half', 'strategy': 'debate'})).status_code == 201
    answer = await api.post('/teams/half/execute', json={'task': 'Go'})
    assert answer.status_code == 422
    assert 'needs at least 2 members' in answer.json()['detail']


async def test_all_members_are_shown_the_pictures_that_come_with_the_task(
    api: httpx.AsyncClient, orchestrator: Orchestrator
) -> None:
    await orchestrator.agents.create(Agent(name='Ann', instructions='Repeat what matters.'))
    await api.post('/teams', json={'name': 'Pair', 'members': ['ann', 'ann'], 'strategy': 'sequential'})
    images = [URL, URL.rpartition(',')[2]]
    answer = await api.post('/teams/pair/execute', json={'task': 'What is this?', 'images': images})
    assert answer.status_code == 202
    run = await ended(orchestrator, answer.json()['id'])
    assert run.status == 'succeeded', run.error
    state = await orchestrator.state(run.id)
    turns = [step.calls[0].messages[0] for path, step in state.steps.items() if path.startswith('team[') and step.calls]
    assert [[image.name for image in message.images] for message in turns] == [['cat.png', '']] * 2


async def test_what_is_no_picture_is_refused_before_a_team_begins(
    api: httpx.AsyncClient, orchestrator: Orchestrator
) -> None:
    await orchestrator.agents.create(Agent(name='Ann'))
    await api.post('/teams', json={'name': 'Pair', 'members': ['ann', 'ann'], 'strategy': 'sequential'})
    answer = await api.post('/teams/pair/execute', json={'task': 'Look', 'images': [URL, 'https://example.org/a.png']})
    assert answer.status_code == 422
    [problem] = answer.json()['problems']
    assert problem == {
        'where': 'images',
        'what': 'Images has a picture, number 2, that is no data URL of a picture.',
    }
    assert await orchestrator.runs(RunFilter()) == []
