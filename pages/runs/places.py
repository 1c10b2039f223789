"""What a step of a run is beyond its own line: a turn of a team, and what all that is inside it has used."""

from collections.abc import Iterator

from core.llm.usage import Usage
from core.runs.state import RunState, StepState


def is_turn(step: StepState) -> bool:
    """Whether a member of a team speaks in it."""
    return {'seat', 'talk', 'name'} <= step.input.keys()


def usage_of(state: RunState, step: StepState) -> Usage:
    """What it used, with all that is inside it."""
    return sum((each.usage for each in _inside(state, step.path)), step.usage)


def _inside(state: RunState, path: str) -> Iterator[StepState]:
    if f'{path}[0]' in state.steps:
        begin = f'{path}['
        yield from (step for step in state.steps.values() if step.path.startswith(begin))
