"""What running steps say before they are done: shown while it streams, never stored, gone when the step ends."""

from dataclasses import dataclass, field

from core.runs.doorbell import Doorbell

PARTS = 1000
"""As many parts of a text are kept; then they are joined, or when somebody looks."""


@dataclass(kw_only=True, slots=True)
class LiveStep:
    """The output of one running attempt so far; viewers remember how much of `text` they have shown."""

    attempt: int
    status: str = ''
    """What it does just now, in words: 'loading model', 'trying again in 4 s'."""
    # In parts, since a long text would be copied with each word that is added.
    _text: list[str] = field(default_factory=list)
    _thinking: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return _joined(self._text)

    @property
    def thinking(self) -> str:
        return _joined(self._thinking)

    def add(self, *, text: str = '', thinking: str = '') -> None:
        """Goes on with what it says."""
        for said, more in ((self._text, text), (self._thinking, thinking)):
            if more:
                said.append(more)
            if len(said) > PARTS:
                _joined(said)


def _joined(parts: list[str]) -> str:
    if len(parts) > 1:
        parts[:] = [''.join(parts)]
    return parts[0] if parts else ''


class Live:
    """The live output of all running steps, by run and path; a slow viewer misses nothing but the steps between."""

    def __init__(self) -> None:
        self._runs: dict[str, dict[str, LiveStep]] = {}
        self.bell = Doorbell()

    def steps(self, run_id: str) -> dict[str, LiveStep]:
        return self._runs.get(run_id, {})

    def start(self, run_id: str, path: str, attempt: int) -> None:
        self._runs.setdefault(run_id, {})[path] = LiveStep(attempt=attempt)
        self.bell.ring(run_id)

    def add(self, run_id: str, path: str, *, text: str = '', thinking: str = '') -> None:
        step = self._runs[run_id][path]
        step.add(text=text, thinking=thinking)
        step.status = ''
        self.bell.ring(run_id)

    def say(self, run_id: str, path: str, status: str) -> None:
        self._runs[run_id][path].status = status
        self.bell.ring(run_id)

    def end_run(self, run_id: str) -> None:
        self._runs.pop(run_id, None)
        self.bell.ring(run_id)

    def end(self, run_id: str, path: str) -> None:
        steps = self.steps(run_id)
        if steps.pop(path, None) is None:
            return
        if not steps:
            del self._runs[run_id]
        self.bell.ring(run_id)
