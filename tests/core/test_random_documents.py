"""Whatever names whatever in a document: where it arrives, the same names the same, and nothing that was there."""

import asyncio
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from core.agents.agent import Agent
from core.clock import SystemClock
from core.llm.service import LLMService
from core.memory import memory_stores
from core.named import Item, Named, named_by
from core.nodes.built_in import add_built_in_node_types
from core.orchestrator import Orchestrator
from core.plugins import load_extensions
from core.teams.built_in import add_built_in_strategies
from core.teams.team import Member, Team
from core.workflows.document import WorkflowDocument, read_document, write_document
from core.workflows.graph import Edge, Graph, Node
from core.workflows.workflow import Workflow

EXTENSIONS = load_extensions(
    [lambda e: add_built_in_node_types(e.node_types), lambda e: add_built_in_strategies(e.strategies)], plugins=()
)
NodeTypes = EXTENSIONS.node_types

IDS = st.sampled_from(['a', 'b', 'c'])
SOME = st.lists(IDS, unique=True, max_size=2)
TOOLS = SOME.map(lambda keys: tuple(f'workflow:{key}' for key in keys))


def agent(key: str) -> st.SearchStrategy[Agent]:
    return TOOLS.map(lambda tools: Agent(id=key, name=f'Agent {key}', tools=tools))


def team(key: str) -> st.SearchStrategy[Team]:
    members = st.lists(IDS, min_size=2, max_size=3)
    return members.map(lambda ids: Team(id=key, name=f'Team {key}', members=tuple(Member(agent=each) for each in ids)))


def workflow(key: str) -> st.SearchStrategy[Workflow]:
    named = st.tuples(SOME, SOME, SOME, TOOLS)
    return named.map(lambda told: Workflow(id=key, name=f'Workflow {key or "itself"}', graph=graph(*told)))


def graph(agents: list[str], teams: list[str], workflows: list[str], tools: tuple[str, ...]) -> Graph:
    told = [('agent', each) for each in agents] + [('team', each) for each in teams]
    told += [('workflow', each) for each in workflows] + [('tool', each) for each in tools]
    nodes = [Node(id=f'n{n}', type=kind, config={kind: key}) for n, (kind, key) in enumerate(told)]
    nodes.append(Node(id='end', type='output'))
    edges = tuple(Edge(source='start', target=node.id) for node in nodes)
    return Graph(nodes=(Node(id='start', type='input'), *nodes), edges=edges)


DOCUMENTS = st.builds(
    WorkflowDocument,
    workflow=workflow(''),
    agents=st.tuples(agent('a'), agent('b'), agent('c')),
    teams=st.tuples(team('a'), team('b'), team('c')),
    workflows=st.tuples(workflow('a'), workflow('b'), workflow('c')),
)


@given(document=DOCUMENTS, changed=DOCUMENTS, others=st.booleans())
@settings(max_examples=40, deadline=None)
def test_all_names_lead_to_the_same_as_in_the_document(
    document: WorkflowDocument, changed: WorkflowDocument, others: bool
) -> None:
    async def check() -> None:
        stores = memory_stores(clock=SystemClock())
        llm = LLMService(stores.connections, stores.secrets, EXTENSIONS.providers, clock=SystemClock())
        orchestrator = Orchestrator(stores, llm, EXTENSIONS, clock=SystemClock())
        for key in 'abc' if others else '':
            await stores.agents.create(Agent(id=key, name='Another'))
            await stores.teams.create(Team(id=key, name='Another'))
            await stores.workflows.create(Workflow(id=key, name='Another'))
        for each in (document, changed, document):
            imported = await orchestrator.import_document(each)
            exported = await orchestrator.export_document(imported.id)
            assert read_document(write_document(exported)) == as_read(exported)
            assert ways(exported) == ways(each)

    asyncio.run(check())


def ways(document: WorkflowDocument) -> dict[str, list[str]]:
    """What each names, by names without the numbers that workflows get; as far as the document itself leads."""
    items: dict[Named, Item] = {
        **{('agent', each.id): each for each in document.agents},
        **{('team', each.id): each for each in document.teams},
        **{('workflow', each.id): each for each in document.workflows},
    }
    found: dict[str, list[str]] = {}
    left: list[Item] = [document.workflow]
    while left:
        item = left.pop()
        name = item.name.partition(' (')[0]
        if name not in found:
            named = [items[key] for key in named_by(item, NodeTypes)]
            found[name] = [each.name.partition(' (')[0] for each in named]
            left += named
    return found


def as_read(document: WorkflowDocument) -> WorkflowDocument:
    """Without what an item is on one instance only."""
    own = {'revision': 0, 'created_at': None, 'updated_at': None, 'published': None}
    return WorkflowDocument(
        workflow=document.workflow.model_copy(update={**own, 'id': ''}),
        agents=tuple(_without(document.agents)),
        teams=tuple(_without(document.teams)),
        workflows=tuple(each.model_copy(update=own) for each in document.workflows),
    )


def _without(items: tuple[Item, ...]) -> Iterator[Item]:
    return (each.model_copy(update={'revision': 0, 'created_at': None, 'updated_at': None}) for each in items)
