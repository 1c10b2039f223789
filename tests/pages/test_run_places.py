"""What steps with others inside them have used."""

from core.llm.usage import Usage
from core.runs.state import RunState
from pages.runs.places import usage_of


def test_a_step_costs_what_is_inside_it() -> None:
    state = RunState()
    for path, tokens in (('panel', 0), ('panel[0]', 0), ('panel[0].ann', 3), ('panel[1].bob', 4), ('panels', 9)):
        state.step(path).usage = Usage(calls=1, input_tokens=tokens)
    assert usage_of(state, state.steps['panel']).tokens == 7
    assert usage_of(state, state.steps['panel[0].ann']).tokens == 3
