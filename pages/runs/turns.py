"""The turns of a team: the steps in its rounds in which its members speak."""

from core.runs.state import StepState
from pages.live import FollowedRun


def is_turn(step: StepState) -> bool:
    """Whether a member of a team speaks in it."""
    return {'seat', 'talk', 'name'} <= step.input.keys()


def turns_of(run: FollowedRun, path: str) -> list[StepState]:
    """The turns of the team at `path`, in their order."""
    inside = (run.state.steps[step] for each in run.nesting.rounds(path).paths for step in run.nesting.inside(each))
    return [step for step in inside if is_turn(step)]
