"""Workflows that run others, as files: all of them travel, and run at once where they arrive."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from core.agents.agent import Agent
from core.clock import SystemClock
from core.errors import InvalidError
from core.llm.connection import Connection
from core.llm.service import LLMService
from core.memory import memory_stores
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs.run import RunFilter
from core.runs.state import RunState
from core.triggers.schedule import Schedule
from core.workflows.document import read_document, read_graph, write_document
from core.workflows.workflow import Workflow

Instance = Callable[[], AbstractAsyncContextManager[Orchestrator]]

FILE = """
agent_orchestrator: 1
name: Letters
agents: {writer: {name: Writer, instructions: Repeat what matters.}}
workflows:
  polish:
    name: Polish
    description: Makes a letter shine.
    tags: [writing]
    nodes:
      letter: {type: input, config: {fields: [{name: text}]}}
      write: {type: agent, config: {agent: writer, prompt: 'Shine. {{ letter.text }}'}}
      sign: {type: workflow, config: {workflow: sign, inputs: {text: '{{ write.text }}'}}}
      end: {type: output}
    edges: [letter -> write, write -> sign, sign -> end]
    schedules: {nightly: {name: Nightly, every: 86400, inputs: {text: Good night.}, enabled: true}}
  sign:
    nodes:
      letter: {type: input, config: {fields: [{name: text}]}}
      end: {type: output, config: {value: '{{ letter.text }} Yours, Ada'}}
    edges: [letter -> end]
nodes:
  letters:
    type: input
    config: {fields: [{name: letters, type: long_text, default: "The roof leaks.\\nThe sun shines."}]}
  each: {type: map, config: {items: letters.letters}}
  polish: {type: workflow, parent: each, config: {workflow: polish, inputs: {text: '{{ item }}'}}}
  praise: {type: agent, config: {agent: writer, prompt: 'Praise. {{ each.text }}'}}
  end: {type: output, config: {value: '{{ each.text }}'}}
edges: [letters -> each, each -> praise, praise -> end]
webhooks: {post: {name: Post, enabled: true}}
"""


@pytest.fixture
def instance(extensions: Extensions) -> Instance:
    """An instance that has nothing, not even the samples."""

    @asynccontextmanager
    async def live() -> AsyncIterator[Orchestrator]:
        stores = memory_stores(clock=SystemClock())
        await stores.preferences.set('seeded', 'yes')
        llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=SystemClock())
        orchestrator = Orchestrator(stores, llm, extensions, clock=SystemClock())
        await stores.connections.create(Connection(name='Practice', provider='practice'))
        await stores.preferences.set('default_model', 'practice/practice-instant')
        await orchestrator.start()
        yield orchestrator
        await orchestrator.stop(grace=0.2)

    return live


async def run_of(orchestrator: Orchestrator, workflow: Workflow, **inputs: str) -> RunState:
    run = await orchestrator.start_run(workflow.id, dict(inputs))
    async for _ in orchestrator.watch(run.id):
        pass
    return await orchestrator.state(run.id)


def test_inner_workflows_are_read_and_written_again() -> None:
    document = read_document(FILE)
    assert [(each.id, each.name, each.published) for each in document.workflows] == [
        ('polish', 'Polish', None),
        ('sign', 'sign', None),
    ]
    assert [(each.id, each.workflow_id, each.enabled) for each in document.schedules] == [('nightly', 'polish', False)]
    assert [(each.id, each.workflow_id, each.enabled) for each in document.webhooks] == [('post', '', False)]
    text = write_document(document)
    assert read_document(text) == document
    assert text.index('workflows:') < text.index('\nnodes:')
    assert 'enabled' not in text


@pytest.mark.parametrize(
    ('workflows', 'where', 'says'),
    [
        ('{a: {nodes: {b: {type: note, on: x}}}}', 'workflows.a.nodes.b.on', '`workflows.a.nodes.b.on`'),
        ('{a: {edges: [b => c]}}', 'workflows.a.edges.1', 'Edge 1 of `workflows.a` should be an arrow'),
        ('{a: {edges: {b: c}}}', 'workflows.a.edges', '`workflows.a.edges` should be a list'),
        ('{a: {schedules: {b: {cron: x}}}}', 'workflows.a.schedules.b.cron', '`workflows.a.schedules.b.cron`'),
        ('{a: {tags: 5}}', 'workflows.a.tags', '`workflows.a.tags`'),
        ('{a: b}', 'workflows.a', '`workflows.a` should be a mapping'),
        ('[a]', 'workflows', '`workflows` should be a mapping'),
        ("{'': {}}", 'workflows', '`workflows` should be a mapping'),
    ],
)
def test_what_cannot_be_read_of_an_inner_workflow_says_where(workflows: str, where: str, says: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_document(f'agent_orchestrator: 1\nname: Outer\nworkflows: {workflows}')
    assert says in str(refused.value)
    assert [place for place, _ in refused.value.problems] == [where]


def test_an_inner_workflow_brings_no_agents_of_its_own() -> None:
    with pytest.raises(InvalidError, match=r'There is no `agents` in `workflows\.a`; there are: description, edges'):
        read_document('agent_orchestrator: 1\nname: Outer\nworkflows: {a: {agents: {}}}')


async def test_what_is_imported_runs_at_once_and_is_exported_as_it_came(instance: Instance) -> None:
    async with instance() as here:
        workflow = await here.import_document(read_document(FILE))
        assert not await here.runs(RunFilter())
        before = await run_of(here, workflow)
        exported = write_document(await here.export_document(workflow.id))
    async with instance() as elsewhere:
        workflow = await elsewhere.import_document(read_document(exported))
        after = await run_of(elsewhere, workflow)
        assert write_document(await elsewhere.export_document(workflow.id)) == exported
        assert {each.id: each.published for each in await elsewhere.workflows.all()} == {
            'letters': None,
            'polish': 1,
            'sign': 1,
        }
        assert [(each.id, each.enabled) for each in await elsewhere.schedules.of('polish')] == [('nightly', False)]
        assert [(each.id, each.enabled) for each in await elsewhere.webhooks.of('letters')] == [('post', False)]
    assert (before.status, after.status) == ('succeeded', 'succeeded')
    assert before.output == after.output
    assert 'Yours, Ada' in after.output['end']


async def test_what_is_here_just_so_is_used_and_gets_no_second_triggers(instance: Instance) -> None:
    async with instance() as here:
        first = await here.import_document(read_document(FILE))
        second = await here.import_document(read_document(FILE))
        assert (second.id, second.name, second.graph) == ('letters-2', 'Letters (2)', first.graph)
        assert [agent.id for agent in await here.agents.all()] == ['writer']
        assert [workflow.id for workflow in await here.workflows.all()] == ['letters', 'letters-2', 'polish', 'sign']
        assert len(await here.schedules.of('polish')) == 1


async def test_what_names_something_else_is_something_else(instance: Instance) -> None:
    async with instance() as here:
        await here.import_document(read_document(FILE))
        other = await here.import_document(read_document(FILE.replace('Yours, Ada', 'Yours, Bea')))
        polish = await here.workflows.get('polish-2')
        assert (polish.name, polish.published) == ('Polish (2)', 1)
        assert polish.graph.by_id['sign'].config['workflow'] == 'sign-2'
        assert other.graph.by_id['polish'].config['workflow'] == 'polish-2'
        assert [agent.id for agent in await here.agents.all()] == ['writer']
        assert [each.workflow_id for each in await here.schedules.all()] == ['polish', 'polish-2']
        assert 'Yours, Bea' in (await run_of(here, other)).output['end']


async def test_what_is_exported_of_an_inner_workflow_is_what_would_run(instance: Instance) -> None:
    async with instance() as here:
        workflow = await here.import_document(read_document(FILE))
        sign = await here.workflows.get('sign')
        await here.workflows.save(sign.model_copy(update={'graph': read_graph('nodes: {}')}))
        document = await here.export_document(workflow.id)
        assert 'end' in {each.id: each for each in document.workflows}['sign'].graph.by_id


async def test_a_workflow_that_an_agent_or_a_node_has_as_a_tool_comes_along(instance: Instance) -> None:
    text = """
    agent_orchestrator: 1
    name: Helped
    agents:
      helped: {name: Helped, tools: ['workflow:sign', calculator], ask_before: ['workflow:sign']}
    workflows:
      sign: {nodes: {a: {type: input}, b: {type: agent, config: {agent: helped}}}, edges: [a -> b]}
      call: {nodes: {a: {type: input}, b: {type: output}}, edges: [a -> b]}
    nodes:
      a: {type: input}
      b: {type: agent, config: {agent: helped}}
      c: {type: tool, config: {tool: 'workflow:call'}}
    edges: [a -> b, b -> c]
    """
    async with instance() as here:
        await here.agents.create(Agent(id='helped', name='Somebody else'))
        await here.workflows.create(Workflow(id='sign', name='Sign'))
        await here.workflows.create(Workflow(id='call', name='Call'))
        workflow = await here.import_document(read_document(text))
        agent = await here.agents.get('helped-2')
        assert (agent.tools, agent.ask_before) == (('workflow:sign-2', 'calculator'), ('workflow:sign-2',))
        assert workflow.graph.by_id['c'].config == {'tool': 'workflow:call-2'}
        exported = await here.export_document(workflow.id)
        assert [each.id for each in exported.workflows] == ['call-2', 'sign-2']
        assert [each.id for each in exported.agents] == ['helped-2']
        await here.toolbox.find(agent.tools)


CIRCLE = """
agent_orchestrator: 1
name: Outer
workflows:
  ping:
    nodes:
      a: {type: input, config: {fields: [{name: left, type: number}]}}
      more: {type: condition, config: {branches: [{name: go, when: 'a.left > 0'}]}}
      pong: {type: workflow, config: {workflow: pong, inputs: {left: '{{ a.left - 1 }}'}}}
      end: {type: output, config: {value: 'ping {{ pong.text }}'}}
    edges: [a -> more, more.go -> pong, pong -> end, more.otherwise -> end]
  pong:
    nodes:
      a: {type: input, config: {fields: [{name: left, type: number}]}}
      ping: {type: workflow, config: {workflow: ping, inputs: {left: '{{ a.left }}'}}}
      end: {type: output, config: {value: 'pong {{ ping.text }}'}}
    edges: [a -> ping, ping -> end]
nodes:
  a: {type: input, config: {fields: [{name: left, type: number, default: 2}]}}
  ping: {type: workflow, config: {workflow: ping, inputs: {left: '{{ a.left }}'}}}
  end: {type: output}
edges: [a -> ping, ping -> end]
"""


async def test_workflows_that_run_each_other_travel_together(instance: Instance) -> None:
    async with instance() as here:
        workflow = await here.import_document(read_document(CIRCLE))
        assert (await run_of(here, workflow)).output == {'end': 'ping pong ping pong ping '}
        exported = write_document(await here.export_document(workflow.id))
        again = await here.import_document(read_document(exported))
        assert again.graph == workflow.graph
    async with instance() as elsewhere:
        await elsewhere.workflows.create(Workflow(name='ping'))
        workflow = await elsewhere.import_document(read_document(exported))
        assert workflow.graph.by_id['ping'].config['workflow'] == 'ping-2'
        assert (await elsewhere.workflows.get('pong')).graph.by_id['ping'].config['workflow'] == 'ping-2'
        assert (await run_of(elsewhere, workflow)).output == {'end': 'ping pong ping pong ping '}


async def test_a_workflow_that_runs_itself_brings_what_is_published_of_it(instance: Instance) -> None:
    graph = """
    nodes:
      a: {type: input, config: {fields: [{name: left, type: number, default: 2}]}}
      more: {type: condition, config: {branches: [{name: go, when: 'a.left > 0'}]}}
      again: {type: workflow, config: {workflow: count, inputs: {left: '{{ a.left - 1 }}'}}}
      end: {type: output, config: {value: '{{ a.left }} {{ again.text }}'}}
    edges: [a -> more, more.go -> again, again -> end, more.otherwise -> end]
    """
    async with instance() as here:
        first = read_graph('nodes: {end: {type: output, config: {value: x}}}')
        workflow = await here.workflows.create(Workflow(name='Count', graph=first))
        await here.publish(workflow.id)
        workflow = await here.workflows.get(workflow.id)
        await here.workflows.save(workflow.model_copy(update={'graph': read_graph(graph)}))
        await here.publish(workflow.id)
        await here.schedules.create(Schedule(name='Often', workflow_id='count', every=900))
        exported = write_document(await here.export_document('count'))
        assert (await here.import_document(read_document(exported))).graph == read_graph(graph)
    async with instance() as elsewhere:
        workflow = await elsewhere.import_document(read_document(exported))
        assert [(each.id, each.name, each.published) for each in await elsewhere.workflows.all()] == [
            ('count', 'Count', None),
            ('count-2', 'Count (2)', 1),
        ]
        assert [each.workflow_id for each in await elsewhere.schedules.all()] == ['count']
        assert (await run_of(elsewhere, workflow)).output == {'end': '2 1 0 '}


async def test_an_inner_workflow_that_cannot_run_stays_a_draft_and_the_outer_one_says_why(instance: Instance) -> None:
    async with instance() as here:
        workflow = await here.import_document(
            read_document(FILE.replace('{{ letter.text }} Yours', '{{ nobody }} Yours'))
        )
        assert {each.id: each.published for each in await here.workflows.all()} == dict.fromkeys(
            ('letters', 'polish', 'sign')
        )
        found = {problem.code: problem.message for problem in await here.validate(workflow.graph)}
        assert found['unready_workflow'].startswith(
            "`polish` runs the workflow 'Polish', which cannot run: `sign` runs the workflow 'sign', which cannot run: "
            '`end` names `nobody`'
        )
        polish = await here.workflows.get('polish')
        found = {problem.code: problem.message for problem in await here.validate(polish.graph)}
        assert 'which cannot run: `end` names `nobody` in value' in found['unready_workflow']
        with pytest.raises(InvalidError, match='which cannot run'):
            await here.start_run(workflow.id, {})


async def test_a_pasted_part_brings_the_workflows_that_it_runs(instance: Instance) -> None:
    async with instance() as here:
        await here.workflows.create(Workflow(name='sign'))
        graph = await here.bring_along(read_document(FILE))
        assert graph.by_id['polish'].config['workflow'] == 'polish'
        assert (await here.workflows.get('polish')).graph.by_id['sign'].config['workflow'] == 'sign-2'
        assert [each.workflow_id for each in await here.schedules.all()] == ['polish']
        assert not await here.webhooks.all()


async def test_a_node_for_which_nothing_is_chosen_yet_stays_so(instance: Instance) -> None:
    text = 'agent_orchestrator: 1\nname: Draft\nnodes: {a: {type: workflow, config: {workflow: ""}}}'
    async with instance() as here:
        assert (await here.import_document(read_document(text))).graph.by_id['a'].config == {'workflow': ''}


async def test_a_file_of_which_the_last_item_cannot_be_stored_leaves_nothing(instance: Instance) -> None:
    document = read_document(FILE)
    bad = document.webhooks[0].model_copy(update={'name': 'No text: \ud800'})
    async with instance() as here:
        for attempt in (here.import_document, here.bring_along):
            with pytest.raises(InvalidError, match='cannot be stored'):
                await attempt(
                    document.model_copy(update={'webhooks': (bad.model_copy(update={'workflow_id': 'sign'}),)})
                )
            assert [await kept.all() for kept in (here.agents, here.workflows, here.schedules, here.webhooks)] == [
                []
            ] * 4
            assert await here.workflows.versions('sign') == []
            assert await here.secrets.names() == []
        workflow = await here.import_document(document)
        assert (await run_of(here, workflow)).status == 'succeeded'
        assert {each.id: each.published for each in await here.workflows.all()} == {
            'letters': None,
            'polish': 1,
            'sign': 1,
        }
