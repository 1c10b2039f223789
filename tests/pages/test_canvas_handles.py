"""What a handle says of itself when it is pointed at."""

from core.plugins import Extensions
from core.workflows.document import read_graph
from pages.canvas.tidy import with_places
from pages.canvas.views import views_of
from pages.workflows.known import Known

GRAPH = """
nodes:
  start: {type: input}
  check: {type: condition, config: {branches: [{name: urgent, when: 'true'}]}}
  ask: {type: approval, on_error: handle}
  shape: {type: code, config: {code: '1'}}
  both: {type: merge, config: {mode: all}}
edges: [start -> check, check.urgent -> ask, check.otherwise -> shape, ask.approved -> both, shape -> both]
"""


def test_a_handle_says_what_it_is_and_which_fields_it_carries(extensions: Extensions) -> None:
    node_types = extensions.node_types
    graph = with_places(read_graph(GRAPH), node_types, Known())
    views = views_of(graph, node_types, known=Known()).nodes
    said = {key: {handle.name: handle.title for handle in view.handles} for key, view in views.items()}
    assert said['shape'] == {'out': 'Result: text, value, printed, level'}
    assert said['check'] == {
        'urgent': 'Branch “urgent”: text, branch',
        'otherwise': 'Branch “otherwise”: text, branch',
    }
    assert said['ask']['approved'] == 'Approved: text, approved, comment, by'
    assert said['ask']['error'] == 'On error: error, text'
    assert (views['start'].entry, views['ask'].entry, views['both'].entry) == (
        '',
        'In: once all that can arrive has arrived',
        'In: once every way has arrived',
    )
