import pytest

from core.errors import InvalidError
from core.workflows.document import graph_text, read_document, read_graph, write_document, write_graph
from core.workflows.graph import Edge, Graph, Node, Position, Retry
from core.workflows.workflow import Workflow

FILE = """\
agent_orchestrator: 1
name: Research brief
description: |
  Two lines
  of words.
agents:
  planner: {name: Planner, instructions: Plan., model: ollama/llama3.2}
nodes:
  topic: {type: input, config: {fields: [{name: topic}]}}
  plan: {type: agent, config: {agent: planner}, retry: {attempts: 3}, timeout: 30}
  check: {type: condition, config: {branches: [{name: good, when: plan.text}]}}
  brief: {type: output}
edges:
  - topic -> plan
  - plan->check
  - check.good -> brief
"""


def test_a_file_is_read_and_written_again() -> None:
    document = read_document(FILE)
    assert document.workflow.graph.edges[2] == Edge(source='check', source_handle='good', target='brief')
    assert str(document.agents[0].model) == 'ollama/llama3.2'
    assert read_document(write_document(document)) == document


TRIGGERS = """\
schedules:
  mornings: {cron: 0 8 * * *, zone: Europe/Berlin, inputs: {topic: Tides}, missed: all, enabled: true}
  often: {name: Often, every: 900, overlap: start}
webhooks:
  topics: {name: Topics, signature: github, inputs: {topic: '{{ body.title }}'}, enabled: true}
"""


def test_what_starts_a_workflow_is_read_switched_off_whatever_the_file_says() -> None:
    document = read_document(FILE + TRIGGERS)
    assert [(each.name, each.enabled) for each in document.schedules] == [('mornings', False), ('Often', False)]
    assert [(each.name, each.enabled) for each in document.webhooks] == [('Topics', False)]
    assert document.schedules[0].inputs == {'topic': 'Tides'}
    assert read_document(write_document(document)) == document
    assert 'enabled' not in write_document(document)


@pytest.mark.parametrize(
    ('triggers', 'where'),
    [
        ('schedules: {a: {cron: nonsense}}', 'schedules.a.cron'),
        ('schedules: {a: {cron: 0 8 * * *, zone: Nowhere}}', 'schedules.a.zone'),
        ('schedules: [a]', 'schedules'),
        ("webhooks: {a: {inputs: {b: '{{ c }}'}}}", 'webhooks.a.inputs.b'),
        ('webhooks: {a: {token: x}}', 'webhooks.a.token'),
    ],
)
def test_a_trigger_that_cannot_be_read_says_where(triggers: str, where: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_document(FILE + triggers)
    assert [place for place, _ in refused.value.problems] == [where]


def test_a_graph_is_written_and_read_again() -> None:
    graph = Graph(
        nodes=(
            Node(id='a', type='input', name='Start: here', position=Position(x=1, y=2.5)),
            Node(
                id='b',
                type='output',
                config={'value': 'one\ntwo'},
                retry=Retry(attempts=2),
                on_error='value',
                error_value={'a': [1]},
            ),
        ),
        edges=(Edge(source='a', target='b'),),
    )
    assert read_graph(write_graph(graph)) == graph


TYPED = """\
nodes:  # all of them
  day: {type: input, config: {first: 2026-01-01}}
edges: []
"""


def test_a_graph_is_shown_as_it_was_typed_while_it_says_the_same() -> None:
    workflow = Workflow(name='Days', graph=read_graph(TYPED), source=TYPED)
    stored = Workflow.model_validate_json(workflow.model_dump_json())  # where a date becomes a text
    assert graph_text(stored) == TYPED


@pytest.mark.parametrize('source', ['', TYPED.replace('day', 'night'), 'nodes: ['])
def test_a_graph_is_written_anew_where_the_typed_text_says_something_else(source: str) -> None:
    graph = read_graph(TYPED)
    assert graph_text(Workflow(name='Days', graph=graph, source=source)) == write_graph(graph)


@pytest.mark.parametrize(
    ('text', 'says'),
    [
        ('nodes: [', 'Line 2'),
        ('nodes: {a: {type: input}}\nedges:\n  - a => b\n', 'Edge 1 should be an arrow'),
        ('nodes: {a: {typ: input}}', '`nodes.a.typ`'),
        ('nodes: {a: {type: input}, a: {type: output}}', '`a` is there twice'),
        ('nodes: {A: {type: input}}', '`nodes.A.id`'),
        ('a: &x [1]\nnodes: *x', 'aliases'),
        ('- just a list', 'mapping'),
        ('edges: {a: b}', 'list of arrows'),
        ('nodes: 5', '`nodes` should be a mapping'),
        ('nodes:\n\t- a', 'Line 2'),
        ('nodes: !!python/object/apply:os.system [ls]', 'Line 1, column 8: tags such as `!!python'),
        ('nodes: {a: {type: !!bool maybe}}', 'tags such as `!!bool`'),
        ('nodes: {a: {type: !!int ""}}', 'tags such as `!!int`'),
        ('nodes: {a: {type: !mine x}}', 'tags such as `!mine`'),
        ('nodes: !!omap [1]', 'tags such as `!!omap`'),
        ('? [a, b]\n: c', 'Line 1, column 3: a name is expected'),
        ('nodes: {a: {? {b: c} : d}}', 'a name is expected'),
        ('\x00', 'not readable'),
        ('[' * 10_000 + ']' * 10_000, 'nested'),
    ],
)
def test_broken_yaml_says_what_and_where(text: str, says: str) -> None:
    with pytest.raises(InvalidError) as caught:
        read_graph(text)
    assert says in str(caught.value)


def test_yes_and_no_are_words() -> None:
    graph = read_graph("""
        nodes:
          yes: {type: condition, name: no, config: {branches: [{name: on, when: "true"}], off: true, n: 1}}
        edges: []
        """)
    assert graph.nodes[0].id == 'yes'
    assert graph.nodes[0].name == 'no'
    assert graph.nodes[0].config == {'branches': [{'name': 'on', 'when': 'true'}], 'off': True, 'n': 1}
    assert read_graph(write_graph(graph)) == graph


def test_a_file_of_another_version_is_refused() -> None:
    with pytest.raises(InvalidError, match='newer version'):
        read_document(FILE.replace('agent_orchestrator: 1', 'agent_orchestrator: 2'))
