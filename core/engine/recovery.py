"""What to do about the steps that an earlier executor left open: decided from the state alone."""

from dataclasses import dataclass
from datetime import datetime

from core.engine.plan import Planned
from core.runs.state import StepState

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


Reopened = Again | Resume | Ask | GiveUp


def is_due(step: StepState, now: datetime) -> bool:
    """Whether what a waiting step waits for is there."""
    if step.answer is not None:
        return True
    return step.wait is not None and step.wait.until is not None and step.wait.until <= now


def reopen(planned: Planned, step: StepState, now: datetime) -> Reopened | None:
    """What to do with an open step; None where there is nothing but to wait."""
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
