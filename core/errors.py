"""What can go wrong, named; each message says the thing, the reason and the way out."""

from collections.abc import Iterable


class OrchestratorError(Exception):
    """The base of all errors that are meant to be read by a person."""


class InvalidError(OrchestratorError):
    """What was given is not valid; `problems` lists each place as (where, what)."""

    def __init__(self, message: str, *, problems: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class NotFoundError(OrchestratorError):
    """There is nothing of that kind under that id."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f'There is no {kind} {key!r}; it may have been deleted.')
        self.kind = kind
        self.key = key


class ConflictError(OrchestratorError):
    """The thing is not in a state that allows this."""


class UnauthorizedError(OrchestratorError):
    """What should prove who sent this is missing, wrong or too old."""


class StaleError(ConflictError):
    """Somebody saved first; `current` is what is stored now, so that both can be compared."""

    def __init__(self, kind: str, key: str, *, current: object) -> None:
        super().__init__(
            f'{kind.capitalize()} {key!r} was changed by somebody else since you opened it. '
            'Nothing was overwritten: compare with the current one, then save again.'
        )
        self.current = current


class UnknownNameError(OrchestratorError):
    """A registry has nothing under that name."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f'No {kind} {name!r}; there are: {", ".join(sorted(known)) or "none"}.')


class MovedOnError(ConflictError):
    """Something was written to the run between being read and being claimed; read it again."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f'Run {run_id} has moved on since it was read.')


class FencedError(OrchestratorError):
    """Another executor has claimed this run; this one must stop writing to it."""

    def __init__(self, run_id: str, epoch: int) -> None:
        super().__init__(f'Run {run_id} was taken over by another executor (this one held epoch {epoch}).')


class StorageError(OrchestratorError):
    """The data could not be read or written (disk full, file locked, database damaged or newer)."""


class TemplateError(OrchestratorError):
    """A text template, an expression or code does not parse or names what is not there."""


class StepError(OrchestratorError):
    """A step failed for a reason that its node type explains; `retryable` says whether trying again may help."""

    def __init__(self, message: str, *, retryable: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.retry_after = retry_after
