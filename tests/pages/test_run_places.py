"""Steps inside other steps: their cards, their names, their lines."""

import pytest

from core.llm.usage import Usage
from core.runs.state import RunState, StepState
from core.workflows.document import read_graph
from pages.runs.places import around, card_of, is_listed, name_of, usage_of

GRAPH = read_graph("""
nodes:
  panel: {type: team}
  ann: {type: output}
  each: {type: map}
  inner: {type: team, parent: each}
""")


@pytest.mark.parametrize(
    ('path', 'outer', 'card'),
    [
        ('panel', '', 'panel'),
        ('panel[2]', 'panel', 'panel'),
        ('panel[2].ann', 'panel[2]', 'panel'),
        ('ann', '', 'ann'),
        ('each[3].inner', 'each[3]', 'each[3].inner'),
        ('each[3].inner[0].ann', 'each[3].inner[0]', 'each[3].inner'),
        ('gone[0].ann', 'gone[0]', None),
    ],
)
def test_a_step_is_told_of_by_the_card_that_it_stands_in(path: str, outer: str, card: str | None) -> None:
    assert around(path) == outer
    assert card_of(path, GRAPH) == card


def test_a_turn_is_called_like_its_member_and_its_round_has_no_line() -> None:
    turn = StepState(path='panel[0].ann', node='ann', input={'name': 'Ann', 'seat': 'ann', 'talk': []})
    team_round = StepState(path='panel[0]', node='panel', input={'who': 'Ann', 'agent': 'ann'})
    map_round = StepState(path='each[4]', node='each', input={'item': 'x', 'index': 4})
    names = {'ann': 'Another node', 'panel': 'Panel', 'each': 'Each'}
    assert name_of(turn, names) == 'Ann'
    assert [is_listed(step) for step in (turn, team_round, map_round)] == [True, False, True]
    assert name_of(map_round, names) == 'Each 5'


def test_a_step_costs_what_is_inside_it() -> None:
    state = RunState()
    for path, tokens in (('panel', 0), ('panel[0]', 0), ('panel[0].ann', 3), ('panel[1].bob', 4), ('panels', 9)):
        state.step(path).usage = Usage(calls=1, input_tokens=tokens)
    assert usage_of(state, state.steps['panel']).tokens == 7
    assert usage_of(state, state.steps['panel[0].ann']).tokens == 3
