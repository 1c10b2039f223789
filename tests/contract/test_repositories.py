"""What every Repository, WorkflowRepository and Preferences does."""

import asyncio
from datetime import UTC, datetime

import pytest

from core.agents.agent import Agent
from core.agents.budget import Budget
from core.errors import ConflictError, InvalidError, NotFoundError, StaleError
from core.llm.connection import Connection, ModelRef
from core.llm.parameters import Parameters
from core.stores import Stores
from core.teams.team import Team
from core.tools.mcp.server import McpServer
from core.workflows.graph import Edge, Graph, Node, Position
from core.workflows.workflow import Workflow, WorkflowVersion

GRAPH = Graph(
    nodes=(Node(id='topic', type='input', config={'names': ['a', 'ü', None, 1.5]}, position=Position(x=1, y=2)),),
    edges=(Edge(source='topic', target='topic'),),
)


async def test_created_entity_gets_an_id_from_its_name_revision_one_and_times(stores: Stores) -> None:
    agent = await stores.agents.create(Agent(name='Käte the Planner'))
    assert (agent.id, agent.revision, agent.name) == ('kate-the-planner', 1, 'Käte the Planner')
    assert agent.created_at is not None
    assert agent.created_at == agent.updated_at
    assert await stores.agents.get('kate-the-planner') == agent


async def test_entities_come_back_as_they_were(stores: Stores) -> None:
    agent = Agent(
        name='A',
        model=ModelRef(connection='ollama', model='x/y'),
        parameters=Parameters(temperature=0.1),
        tools=('calculator', 'mcp:files/read'),
        ask_before=('mcp:files',),
        output_schema={'type': 'object'},
        budget=Budget(tokens=5, cost=0.1),
    )
    for repository, item in (
        (stores.agents, agent),
        (stores.teams, Team(name='T', members=('a', 'b'), strategy='debate')),
        (stores.connections, Connection(name='C', provider='openai', api_key='${KEY}')),
        (stores.mcp_servers, McpServer(name='M', command='files', args=('-x', 'a b'), env={'A': '${B}'})),
        (stores.workflows, Workflow(name='W', graph=GRAPH)),
    ):
        created = await repository.create(item)
        assert await repository.get(created.id) == created
        assert created == item.model_copy(
            update={name: getattr(created, name) for name in ('id', 'revision', 'created_at', 'updated_at')}
        )


async def test_equal_names_get_numbered_ids(stores: Stores) -> None:
    ids = [(await stores.teams.create(Team(name='Writers'))).id for _ in range(3)]
    assert ids == ['writers', 'writers-2', 'writers-3']


async def test_created_at_the_same_time_under_one_name_all_get_their_own_id(stores: Stores) -> None:
    teams = await asyncio.gather(*(stores.teams.create(Team(name='Writers')) for _ in range(10)))
    assert len({team.id for team in teams}) == 10


async def test_taken_id_is_a_conflict_and_keeps_the_first(stores: Stores) -> None:
    first = await stores.agents.create(Agent(id='planner', name='First'))
    with pytest.raises(ConflictError, match="'planner' is taken by another agent"):
        await stores.agents.create(Agent(id='planner', name='Second'))
    assert await stores.agents.all() == [first]


async def test_all_are_sorted_by_name_whatever_its_case(stores: Stores) -> None:
    for name in ('beta', 'Alpha', 'Gamma', 'alpha 2'):
        await stores.agents.create(Agent(name=name))
    assert [agent.name for agent in await stores.agents.all()] == ['Alpha', 'alpha 2', 'beta', 'Gamma']


async def test_save_counts_the_revision_and_keeps_the_time_of_creation(stores: Stores) -> None:
    created = await stores.agents.create(Agent(name='Planner'))
    saved = await stores.agents.save(created.model_copy(update={'name': 'Chief', 'created_at': None}))
    assert (saved.id, saved.name, saved.revision) == ('planner', 'Chief', 2)
    assert saved.created_at == created.created_at
    assert saved.updated_at is not None
    assert created.updated_at is not None
    assert saved.updated_at > created.updated_at
    assert await stores.agents.get('planner') == saved


async def test_what_was_read_before_is_never_older_than_what_was_saved(stores: Stores) -> None:
    agent = await stores.agents.create(Agent(name='0'))
    for number in range(1, 20):
        change = agent.model_copy(update={'name': str(number)})
        agent, *_ = await asyncio.gather(stores.agents.save(change), *(stores.agents.get('0') for _ in range(3)))
        assert await stores.agents.get('0') == agent
    deleting = (stores.agents.delete('0'), *(stores.agents.get('0') for _ in range(3)))
    await asyncio.gather(*deleting, return_exceptions=True)
    with pytest.raises(NotFoundError):
        await stores.agents.get('0')


async def test_save_is_seen_even_if_its_caller_was_cancelled(stores: Stores) -> None:
    agent = await stores.agents.create(Agent(name='Planner'))
    await stores.agents.get('planner')
    save = asyncio.create_task(stores.agents.save(agent.model_copy(update={'name': 'Chief'})))
    await asyncio.sleep(0)
    save.cancel()
    await asyncio.wait([save])
    await stores.agents.create(Agent(name='Other'))  # changes are made in the order in which they were asked for
    assert (await stores.agents.get('planner')).name == 'Chief'


async def test_stale_save_is_refused_and_shows_the_current_one(stores: Stores) -> None:
    opened = await stores.agents.create(Agent(name='Planner'))
    theirs = await stores.agents.save(opened.model_copy(update={'description': 'theirs'}))
    with pytest.raises(StaleError, match="Agent 'planner' was changed by somebody else") as caught:
        await stores.agents.save(opened.model_copy(update={'description': 'mine'}))
    assert caught.value.current == theirs
    assert await stores.agents.get('planner') == theirs


async def test_of_many_saves_of_one_revision_exactly_one_wins(stores: Stores) -> None:
    opened = await stores.agents.create(Agent(name='Planner'))
    changes = (stores.agents.save(opened.model_copy(update={'description': str(n)})) for n in range(10))
    results = await asyncio.gather(*changes, return_exceptions=True)
    winners = [result for result in results if isinstance(result, Agent)]
    assert winners == [await stores.agents.get('planner')]
    assert sum(isinstance(result, StaleError) for result in results) == 9


async def test_unknown_ids_are_not_found(stores: Stores) -> None:
    for call in (
        stores.agents.get('nobody'),
        stores.agents.save(Agent(id='nobody', name='N')),
        stores.agents.delete('nobody'),
        stores.workflows.version('none'),
    ):
        with pytest.raises(NotFoundError, match=r"'nobody'|'none'"):
            await call


async def test_deleted_entity_is_gone_and_its_id_free(stores: Stores) -> None:
    await stores.agents.create(Agent(name='Planner'))
    await stores.agents.delete('planner')
    assert await stores.agents.all() == []
    assert (await stores.agents.create(Agent(name='Planner'))).id == 'planner'


async def test_what_json_cannot_hold_is_invalid_and_nothing_is_stored(stores: Stores) -> None:
    graph = Graph(nodes=(Node(id='topic', type='input', config={'half': '\ud83d'}),))
    with pytest.raises(InvalidError, match="'Broken' cannot be stored"):
        await stores.workflows.create(Workflow(name='Broken', graph=graph))
    assert await stores.workflows.all() == []


def version(key: str, *, number: int | None = None, workflow_id: str = 'w', note: str = '') -> WorkflowVersion:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    return WorkflowVersion(
        id=key, workflow_id=workflow_id, workflow_name='W', number=number, graph=GRAPH, note=note, created_at=moment
    )


async def test_version_is_stored_once(stores: Stores) -> None:
    first = await stores.workflows.add_version(version('a', note='first'))
    again = await stores.workflows.add_version(version('a', note='second'))
    assert first == again == await stores.workflows.version('a') == version('a', note='first')


async def test_version_frozen_for_a_run_can_be_published_later(stores: Stores) -> None:
    await stores.workflows.add_version(version('a'))
    published = await stores.workflows.add_version(version('a', number=1, note='ready'))
    assert published == version('a', number=1, note='ready')
    assert await stores.workflows.version('a') == published
    assert await stores.workflows.add_version(version('a', number=2)) == published


async def test_published_versions_come_newest_first_and_only_their_workflows(stores: Stores) -> None:
    for key, number in (('a', 1), ('b', 2), ('c', None), ('d', 10)):
        await stores.workflows.add_version(version(key, number=number))
    await stores.workflows.add_version(version('e', number=1, workflow_id='other'))
    assert [found.id for found in await stores.workflows.versions('w')] == ['d', 'b', 'a']
    assert await stores.workflows.versions('nothing') == []


async def test_two_versions_cannot_have_one_number(stores: Stores) -> None:
    await stores.workflows.add_version(version('a', number=1))
    with pytest.raises(ConflictError, match='already has a version 1'):
        await stores.workflows.add_version(version('b', number=1))
    with pytest.raises(NotFoundError):
        await stores.workflows.version('b')


async def test_versions_outlive_their_workflow(stores: Stores) -> None:
    workflow = await stores.workflows.create(Workflow(name='W'))
    await stores.workflows.add_version(version('a', number=1))
    await stores.workflows.delete(workflow.id)
    assert (await stores.workflows.version('a')).number == 1


async def test_preferences_are_none_until_set_and_then_the_last_value(stores: Stores) -> None:
    assert await stores.preferences.get('theme') is None
    await stores.preferences.set('theme', 'dark')
    await stores.preferences.set('theme', 'lïght')
    assert await stores.preferences.get('theme') == 'lïght'
    assert await stores.preferences.get('other') is None
