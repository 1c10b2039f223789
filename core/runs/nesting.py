"""Which steps of a run stand in which, and how many of each there are: what is shown of a run with many rounds."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.runs.state import StepState, StepStatus

_INDEX = re.compile(r'\[\d+\]')


def holder(path: str) -> str:
    """What a step stands in: a round stands in the step it is a round of, `each[3].shout` in the round `each[3]`."""
    return path[: path.rindex('[')] if path.endswith(']') else path[: max(path.rfind('.'), 0)]


def lineage(path: str) -> list[str]:
    """The step's path behind those of all that it stands in, the outermost first."""
    found = []
    while path:
        found.append(path)
        path = holder(path)
    return found[::-1]


def index_of(path: str) -> int:
    """Which round it is, from 0; -1 for what is none."""
    return int(path[path.rindex('[') + 1 : -1]) if path.endswith(']') else -1


def pattern(path: str) -> str:
    """The same for all steps of one node: `each[].shout`; their rounds have `each[]`."""
    return _INDEX.sub('[]', path) if '[' in path else path


@dataclass(slots=True)
class Tally:
    """What the steps of one node, or the rounds of its steps, have come to."""

    paths: list[str] = field(default_factory=list)
    """In the order in which they were first heard of."""
    counts: Counter[StepStatus] = field(default_factory=Counter)
    latest: str = ''
    """The one that something happened to last."""

    @property
    def ended(self) -> int:
        """How many have come to an end."""
        return sum(self.counts[status] for status in ('succeeded', 'failed', 'skipped', 'cancelled'))


class Nesting:
    """Kept up to date step by step, so that a look at it costs nothing however many steps there are."""

    def __init__(self, steps: Iterable[StepState] = ()) -> None:
        self._inside: defaultdict[str, list[str]] = defaultdict(list)
        self._tallies: dict[str, Tally] = {}
        self._statuses: dict[str, StepStatus] = {}
        for step in steps:
            self.note(step)

    def note(self, step: StepState) -> None:
        """Takes in what a step is now."""
        path, before = step.path, self._statuses.get(step.path)
        tally = self._tallies.setdefault(pattern(path), Tally())
        if before is None:
            self._inside[holder(path)].append(path)
            tally.paths.append(path)
        else:
            tally.counts[before] -= 1
        tally.counts[step.status] += 1
        tally.latest = path
        self._statuses[path] = step.status

    def inside(self, path: str = '') -> Sequence[str]:
        """The steps right inside a round, or the rounds of a step; the run's own steps."""
        return self._inside.get(path, ())

    def tally(self, of: str) -> Tally:
        """What the steps with this pattern have come to."""
        return self._tallies.get(of) or Tally()

    def rounds_of(self, path: str) -> Counter[StepStatus]:
        """How many rounds of one step there are, by their status."""
        return Counter(self._statuses[each] for each in self.inside(path) if each.endswith(']'))
