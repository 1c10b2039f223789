"""Writes fixtures/schema_HEAD.sql: a database of today's schema with something of everything in it, as SQL text.

Run it once when a new migration is added; the older files stay as they are and must be readable for ever.
usage: python -m tests.storage.make_fixture
"""

import asyncio
import sqlite3
import tempfile
from base64 import b64encode
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.agents.agent import Agent
from core.agents.conversation import Summary, Turn
from core.clock import SystemClock
from core.llm.connection import Connection, ModelRef
from core.llm.messages import Message, Text, Thinking
from core.llm.parameters import Parameters
from core.llm.usage import Usage
from core.runs import events as e
from core.runs.run import Run
from core.stores import Stores
from core.teams.team import Team
from core.tools.mcp.server import McpServer
from core.triggers.schedule import Progress, Schedule
from core.triggers.webhook import Delivery, Webhook
from core.workflows.graph import Edge, Graph, Node, Position, Retry
from core.workflows.workflow import Workflow, WorkflowVersion
from storage.schema import revisions
from storage.store import open_stores

FIXTURES = Path(__file__).parent / 'fixtures'
KEY = b64encode(bytes(32))
"""The master key of all fixtures."""
T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG = 'The quick brown fox. ' * 2_000

GRAPH = Graph(
    nodes=(
        Node(id='topic', type='input', position=Position(x=0, y=0)),
        Node(id='plan', type='agent', config={'agent': 'planner'}, retry=Retry(attempts=3), timeout=60),
    ),
    edges=(Edge(source='topic', target='plan'),),
)
AGENT = Agent(
    name='Planner',
    tags=('a', 'b'),
    instructions='Plan.',
    model=ModelRef(connection='ollama', model='llama3.2'),
    parameters=Parameters(temperature=0.2, thinking='low'),
)
ANSWER = Message(role='assistant', parts=(Thinking(text='Hm.', signature='s'), Text(text='Yes.')))

EVENTS: tuple[e.RunEvent, ...] = (
    e.RunStarted(at=T0, epoch=1, seq=2),
    e.StepStarted(at=T0, path='plan', node='plan', input={'prompt': LONG}, fingerprint='f'),
    e.AttemptFailed(at=T0, path='plan', attempt=1, error='E', retry_at=T0 + timedelta(seconds=1)),
    e.ModelCalled(
        at=T0,
        path='plan',
        model='ollama/llama3.2',
        messages=(Message.user(LONG),),
        answer=ANSWER,
        usage=Usage(calls=1, input_tokens=10, output_tokens=5, cost=0.01),
    ),
    e.ToolStarted(at=T0, path='plan', call_id='c', name='calculator', arguments={'expression': '1+1'}, effects='none'),
    e.ToolCalled(at=T0, path='plan', call_id='c', name='calculator', text='2', seconds=0.1),
    e.Logged(at=T0, path='plan', level='warning', message='Slow.'),
    e.StepCompleted(at=T0, path='plan', output={'text': LONG, 'list': [1, 2.5, None, True]}),
    e.StepReused(at=T0, path='old', node='old', run_id='earlier', output={'text': 'x'}),
    e.StepSkipped(at=T0, path='skipped', node='skipped', reason='R'),
    e.StepFailed(at=T0, path='failed', error='E', handled=True, handles=('error',)),
    e.StepCancelled(at=T0, path='cancelled'),
    e.StepUnknown(at=T0, path='mail'),
    e.UnknownResolved(at=T0, path='mail', decision='value', value={'sent': True}, by='me'),
    e.StepWaiting(at=T0, path='ask', approval=e.ApprovalRequest(title='Send?', value='Dear …')),
    e.ApprovalDecided(at=T0, path='ask', approved=True, value='Dear all', by='me'),
)
LAST_EVENTS: dict[str, tuple[e.RunEvent, ...]] = {
    'succeeded': (*EVENTS, e.RunSucceeded(at=T0, output={'result': {'text': LONG}})),
    'failed': (e.RunFailed(at=T0, error='E', path='plan'),),
    'cancelled': (e.CancelRequested(at=T0, by='me'), e.RunCancelled(at=T0)),
    'waiting': (
        e.StepWaiting(at=T0, path='ask', approval=e.ApprovalRequest(title='Send?', value='Dear …')),
        e.RunWaiting(at=T0),
    ),
    'queued': (),
}


TURN = Turn(
    agent='planner',
    conversation='ann',
    run_id='succeeded',
    path='plan',
    at=T0,
    question=LONG,
    answer='Yes.',
    summary=Summary(text='In short.', upto=3),
)


async def fill(stores: Stores) -> None:
    await stores.agents.create(AGENT)
    await stores.teams.create(Team(name='Desk', members=('planner',), strategy='supervisor'))
    await stores.connections.create(Connection(name='Ollama', provider='ollama', api_key='${KEY}'))
    await stores.workflows.create(Workflow(name='Research brief', graph=GRAPH))
    version = WorkflowVersion(
        id='v', workflow_id='research-brief', workflow_name='Research brief', number=1, graph=GRAPH, created_at=T0
    )
    await stores.workflows.add_version(version)
    await stores.mcp_servers.create(McpServer(name='Files', command='files-server', args=('--root', '/srv')))
    morning = Schedule(name='Morning', workflow_id='research-brief', cron='0 8 * * *', zone='Europe/Berlin')
    await stores.schedules.create(morning)
    await stores.schedules.advance('morning', Progress(until=T0, run_id='succeeded'))
    await stores.webhooks.create(Webhook(name='Topics', workflow_id='research-brief', signature='timestamped'))
    await stores.webhooks.set_token('topics', 'digest')
    delivery = Delivery(run_id='failed', digest='d', at=T0)
    await stores.webhooks.claim('topics', ('id:1',), delivery, forget=T0)
    await stores.preferences.set('theme', 'dark')
    await stores.secrets.set('KEY', 'value')
    for minute, (run_id, events) in enumerate(LAST_EVENTS.items()):
        run = Run(
            id=run_id,
            workflow_id='research-brief',
            workflow_name='Research brief',
            version_id='v',
            created_at=T0 + timedelta(minutes=minute),
        )
        created = e.RunCreated(at=T0, version_id='v', inputs={'topic': 'T'}, agents={'planner': AGENT})
        await stores.journal.create(run, created)
        await stores.journal.append(run_id, events)
    await stores.conversations.add(TURN)


async def write_fixture() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        write_key(data_dir)
        async with open_stores(data_dir, clock=SystemClock()) as stores:
            await fill(stores)
        with closing(sqlite3.connect(data_dir / 'orchestrator.db')) as connection:
            lines = '\n'.join(connection.iterdump())
    (FIXTURES / f'schema_{revisions()[-1]}.sql').write_text(lines + '\n', encoding='utf-8')


def write_key(data_dir: Path) -> None:
    path = data_dir / 'secret.key'
    path.write_bytes(KEY)
    path.chmod(0o600)


if __name__ == '__main__':
    asyncio.run(write_fixture())
