"""Which steps of a run stand in which, and how many of each there are: what is shown of a run with many rounds."""

import re
from collections.abc import Iterable, KeysView, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core.ids import in_words
from core.llm.usage import Usage
from core.runs.state import NOTHING, SETTLED, StepState, StepStatus
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
    """What the steps of one node, or the rounds of one step, have come to."""

    paths: list[str] = field(default_factory=list)
    """In the order in which they were first heard of."""
    latest: str = ''
    """The one that something happened to last."""
    handles: set[str] = field(default_factory=set)
    """From which ways were open for any of them."""
    tokens: int = 0
    cost: float = 0.0
    _by_status: dict[StepStatus, dict[str, None]] = field(default_factory=dict)

    def having(self, status: StepStatus) -> KeysView[str]:
        """Those that have this status, in the order in which they came to it."""
        return self._by_status.get(status, {}).keys()

    def last(self, status: StepStatus) -> str:
        """The one that came to this status last; empty if there is none."""
        return next(reversed(self._by_status.get(status, {})), '')

    def count(self, status: StepStatus) -> int:
        return len(self._by_status.get(status, ()))

    @property
    def ended(self) -> int:
        """How many have come to an end."""
        return sum(self.count(status) for status in SETTLED)

    def move(self, path: str, before: StepStatus | None, now: StepStatus) -> None:
        """Notes that a step has come from one status to another; None: it was not heard of before."""
        if before is None:
            self.paths.append(path)
        elif before != now:
            self._by_status[before].pop(path)
        if before != now:
            self._by_status.setdefault(now, {})[path] = None
        self.latest = path


class Nesting:
    """Kept up to date step by step, so that a look at it costs nothing however many steps there are."""

    def __init__(self, steps: Iterable[StepState] = ()) -> None:
        self._seen: dict[str, _Seen] = {}
        self._tallies: dict[str, Tally] = {}
        self._rounds: dict[str, Tally] = {}
        """By the step that runs them."""
        self._inside: dict[str, list[str]] = {}
        """By round; the run's own steps have an empty path."""
        self._used: dict[str, Usage] = {}
        """What all has used that stands in a step or a round."""
        for step in steps:
            self.note(step)

    def note(self, step: StepState) -> None:
        """Takes in what a step is now."""
        path, before = step.path, self._seen.get(step.path)
        status = before.status if before else None
        tally = self._tallies.setdefault(pattern(path), Tally())
        tally.move(path, status, step.status)
        tally.handles.update(step.handles)
        if path.endswith(']'):
            self._rounds.setdefault(holder(path), Tally()).move(path, status, step.status)
        elif before is None:
            self._inside.setdefault(holder(path), []).append(path)
        used = before.usage if before else NOTHING
        if step.usage is not used:
            self._note_usage(tally, path, step.usage.since(used))
        self._seen[path] = _Seen(step.status, step.usage)

    def _note_usage(self, tally: Tally, path: str, more: Usage) -> None:
        tally.tokens += more.tokens
        tally.cost += more.cost or 0.0
        for around in lineage(path)[:-1]:
            self._used[around] = self._used.get(around, NOTHING) + more

    def inside(self, path: str = '') -> Sequence[str]:
        """The steps right inside a round, or the rounds of a step; the run's own steps."""
        return self._rounds[path].paths if path in self._rounds else self._inside.get(path, ())

    def rounds(self, path: str) -> Tally:
        """What the rounds of a step have come to."""
        return self._rounds.get(path) or Tally()

    def tally(self, of: str) -> Tally:
        """What the steps with this pattern have come to."""
        return self._tallies.get(of) or Tally()

    def spent_inside(self, of: str) -> tuple[int, float]:
        """The tokens and the cost of all that stands in the steps with this pattern."""
        inside = [tally for each, tally in self._tallies.items() if each.startswith(f'{of}[].')]
        return sum(tally.tokens for tally in inside), sum(tally.cost for tally in inside)

    def used_inside(self, path: str) -> Usage:
        """What all has used that stands in a step."""
        return self._used.get(path, NOTHING)

    def with_status(self, *statuses: StepStatus) -> list[str]:
        """All steps that have one of these."""
        return [path for tally in self._tallies.values() for status in statuses for path in tally.having(status)]

    def failed_inside(self, path: str = '') -> list[str]:
        """The steps right inside a round, or the rounds of a step, or the run's own steps, that failed."""
        if path in self._rounds:
            return [*self._rounds[path].having('failed')]
        return [each for each in self._inside.get(path, ()) if self._seen[each].status == 'failed']


class _Seen(NamedTuple):
    status: StepStatus
    usage: Usage
