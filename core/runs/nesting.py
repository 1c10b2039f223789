"""Which steps of a run stand in which, and how many of each there are: what is shown of a run with many rounds."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core.ids import in_words
from core.runs.state import SETTLED, StepState, StepStatus
from core.workflows.graph import Graph
from core.workflows.order import containers

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


def pattern_of(graph: Graph, node_id: str) -> str:
    """The pattern that the paths of a node's steps have."""
    return ''.join(f'{each}[].' for each in reversed([*containers(graph, node_id)])) + node_id


def around(path: str) -> str:
    """What a step stands in, in words made of the path alone: `Rows 1 › Cells 2`; empty in the run itself."""
    rounds = [each for each in lineage(holder(path)) if each.endswith(']')]
    steps = [in_words(holder(each).rpartition('.')[2]) for each in rounds]
    return ' › '.join(f'{step} {index_of(each) + 1:,}' for step, each in zip(steps, rounds, strict=True))


@dataclass(slots=True)
class Tally:
    """What the steps of one node, or the rounds of its steps, have come to."""

    paths: list[str] = field(default_factory=list)
    """In the order in which they were first heard of."""
    counts: Counter[StepStatus] = field(default_factory=Counter)
    latest: str = ''
    """The one that something happened to last."""
    handles: set[str] = field(default_factory=set)
    """From which ways were open for any of them."""
    tokens: int = 0
    cost: float = 0.0

    @property
    def ended(self) -> int:
        """How many have come to an end."""
        return sum(self.counts[status] for status in SETTLED)


class Nesting:
    """Kept up to date step by step, so that a look at it costs nothing however many steps there are."""

    def __init__(self, steps: Iterable[StepState] = ()) -> None:
        self._inside: defaultdict[str, list[str]] = defaultdict(list)
        self._tallies: dict[str, Tally] = {}
        self._seen: dict[str, _Seen] = {}
        for step in steps:
            self.note(step)

    def note(self, step: StepState) -> None:
        """Takes in what a step is now."""
        path, before = step.path, self._seen.get(step.path)
        tally = self._tallies.setdefault(pattern(path), Tally())
        if before is None:
            before = _Seen()
            self._inside[holder(path)].append(path)
            tally.paths.append(path)
        else:
            tally.counts[before.status] -= 1
        now = self._seen[path] = _Seen(step.status, step.usage.tokens, step.usage.cost or 0.0)
        tally.counts[now.status] += 1
        tally.tokens += now.tokens - before.tokens
        tally.cost += now.cost - before.cost
        tally.handles.update(step.handles)
        tally.latest = path

    def inside(self, path: str = '') -> Sequence[str]:
        """The steps right inside a round, or the rounds of a step; the run's own steps."""
        return self._inside.get(path, ())

    def tally(self, of: str) -> Tally:
        """What the steps with this pattern have come to."""
        return self._tallies.get(of) or Tally()

    def spent_inside(self, of: str) -> tuple[int, float]:
        """The tokens and the cost of all that stands in the steps with this pattern."""
        inside = [tally for each, tally in self._tallies.items() if each.startswith(f'{of}[].')]
        return sum(tally.tokens for tally in inside), sum(tally.cost for tally in inside)

    def count(self, paths: Sequence[str]) -> Tally:
        """What these steps have come to."""
        return Tally(paths=list(paths), counts=Counter(self._seen[path].status for path in paths))

    def with_status(self, *statuses: StepStatus) -> list[str]:
        """All steps that have one of these."""
        return [
            path
            for tally in self._tallies.values()
            for status in statuses
            if tally.counts[status]
            for path in self.having(tally.paths, status)
        ]

    def having(self, paths: Iterable[str], status: StepStatus) -> list[str]:
        """Those of the steps that have this status."""
        return [path for path in paths if self._seen[path].status == status]


class _Seen(NamedTuple):
    status: StepStatus = 'pending'
    tokens: int = 0
    cost: float = 0.0
