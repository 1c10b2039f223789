"""What to do about the steps that an earlier executor left open: decided from the state alone."""

from dataclasses import dataclass
from datetime import datetime

from core.engine.plan import Plan, Planned
from core.runs.state import RunState, StepState

MAX_LOST_ATTEMPTS = 10
"""A step during which the process died this often is taken for the cause, and fails."""


@dataclass(frozen=True, slots=True)
class Again:
    """Attempt the step once more, not before its time for a retry."""

    planned: Planned
    step: StepState


@dataclass(frozen=True, slots=True)
class Resume:
    """What the step waited for is there; call it again."""

    planned: Planned
    step: StepState


@dataclass(frozen=True, slots=True)
class Ask:
    """It acted on the outside world when the process died: only a person can know whether it happened."""

    step: StepState


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The process died too often during this step."""

    planned: Planned
    step: StepState


def reopen(plan: Plan, state: RunState, now: datetime) -> list[Again | Resume | Ask | GiveUp]:
    """One decision for each step that is open and need not wait any longer."""
    return [
        decision for step in state.steps.values() if (decision := _reopen(plan.nodes[step.node], step, now)) is not None
    ]


def is_due(step: StepState, now: datetime) -> bool:
    """Whether what a waiting step waits for is there."""
    if step.answer is not None:
        return True
    return step.wait is not None and step.wait.until is not None and step.wait.until <= now


def _reopen(planned: Planned, step: StepState, now: datetime) -> Again | Resume | Ask | GiveUp | None:
    match step.status:
        case 'pending':
            return Again(planned, step)
        case 'waiting' if is_due(step, now):
            return Resume(planned, step)
        case 'running' if step.retry_at is not None:  # the attempt had ended, only the next had not begun
            return Again(planned, step)
        case 'running' if planned.type.effects_of(planned.config) == 'external':
            return Ask(step)
        case 'running' if step.attempt - step.failures >= MAX_LOST_ATTEMPTS:
            return GiveUp(planned, step)
        case 'running':
            return Again(planned, step)
        case _:
            return None
