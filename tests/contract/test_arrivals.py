"""What every place does for what files bring: all of it is stored, or nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.agents.agent import Agent
from core.arrivals import Arrival
from core.errors import ConflictError, InvalidError, NotFoundError, OrchestratorError
from core.stores import Stores
from core.teams.team import Team
from core.triggers.schedule import Schedule
from core.triggers.webhook import Webhook
from core.workflows.graph import Graph, Node
from core.workflows.workflow import Workflow, WorkflowVersion

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ODD = Graph(nodes=(Node(id='a', type='template', config={'text': '\ud800'}),))
"""What no store can hold."""
VERSION = WorkflowVersion(id='v1', workflow_id='w', workflow_name='W', number=1, graph=Graph(), created_at=T0)
ARRIVAL = Arrival(
    agents=[Agent(id='ann', name='Ann')],
    teams=[Team(id='pair', name='Pair')],
    workflows=[Workflow(id='w', name='W', published=1), Workflow(id='x', name='X')],
    versions=[VERSION],
    schedules=[Schedule(name='Often', workflow_id='w', every=60), Schedule(name='Often', workflow_id='x', every=60)],
    webhooks=[Webhook(id='hook', name='Hook', workflow_id='w')],
    tokens={'hook': 'digest'},
    secrets={'WEBHOOK_HOOK_TOKEN': 'token', 'WEBHOOK_HOOK_KEY': 'key'},
)


async def ids(stores: Stores) -> list[list[str]]:
    repositories = (stores.agents, stores.teams, stores.workflows, stores.schedules, stores.webhooks)
    return [sorted([each.id for each in await repository.all()]) for repository in repositories]


async def test_all_of_it_is_stored_as_its_own_stores_would(stores: Stores) -> None:
    await stores.arrivals.store(ARRIVAL)
    assert await ids(stores) == [['ann'], ['pair'], ['w', 'x'], ['often', 'often-2'], ['hook']]
    workflow = await stores.workflows.get('w')
    assert (workflow.revision, workflow.published, workflow.created_at) == (1, 1, workflow.updated_at)
    assert workflow.created_at is not None
    assert await stores.workflows.versions('w') == [VERSION]
    assert (await stores.webhooks.by_token('digest')).id == 'hook'
    assert await stores.secrets.get('WEBHOOK_HOOK_KEY') == 'key'
    assert (await stores.agents.save(await stores.agents.get('ann'))).revision == 2


@pytest.mark.parametrize(
    ('broken', 'error'),
    [
        (replace(ARRIVAL, agents=[*ARRIVAL.agents, *ARRIVAL.agents]), ConflictError),
        (replace(ARRIVAL, workflows=[*ARRIVAL.workflows, Workflow(id='y', name='Y', graph=ODD)]), InvalidError),
        (replace(ARRIVAL, versions=[VERSION, VERSION.model_copy(update={'id': 'v2'})]), ConflictError),
        (replace(ARRIVAL, webhooks=[*ARRIVAL.webhooks, *ARRIVAL.webhooks]), ConflictError),
        (replace(ARRIVAL, tokens={'hook': 'digest', 'nothing': 'digest2'}), NotFoundError),
    ],
    ids=['agent', 'workflow', 'version', 'webhook', 'token'],
)
async def test_nothing_is_stored_where_something_cannot_be(
    stores: Stores, broken: Arrival, error: type[OrchestratorError]
) -> None:
    await stores.agents.create(Agent(id='bob', name='Bob'))
    await stores.secrets.set('OTHER', 'value')
    with pytest.raises(error):
        await stores.arrivals.store(broken)
    assert await ids(stores) == [['bob'], [], [], [], []]
    assert await stores.workflows.versions('w') == []
    with pytest.raises(NotFoundError):
        await stores.webhooks.by_token('digest')
    assert await stores.secrets.names() == ['OTHER']
    await stores.arrivals.store(ARRIVAL)
    assert await ids(stores) == [['ann', 'bob'], ['pair'], ['w', 'x'], ['often', 'often-2'], ['hook']]
