"""The steps of a run as a list that is folded: which of them are seen, in what order, and how deep they stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from core.runs.nesting import holder, index_of, lineage
from pages.live import FollowedRun

PAGE = 50
"""As many rounds of a step are listed at once."""
FEW = 10
"""A step with at most so many rounds is unfolded from the start."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line: a step, or with `pager` what stands above the rounds of a step that has many."""

    path: str
    depth: int = 0
    folded: bool | None = None
    """None: there is nothing inside it."""
    pager: 'Pager | None' = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pager:
    """Which rounds are listed: from the place `first` on, of those that count."""

    first: int
    count: int
    total: int
    failed: int
    only_failed: bool
    word: str


@dataclass(kw_only=True, slots=True)
class Steps:
    """What is unfolded, and where in the rounds of each step one is; `lines` follows the run."""

    run: FollowedRun
    nodes: Sequence[str]
    """The run's own nodes in the order in which they are listed, begun or not."""
    opened: dict[str, bool] = field(default_factory=dict)
    """What a person folded or unfolded."""
    places: dict[str, int] = field(default_factory=dict)
    failed_only: set[str] = field(default_factory=set)

    def lines(self) -> Iterator[Line]:
        """All that is seen now."""
        known = set(self.nodes)
        for path in (*self.nodes, *(path for path in self.run.nesting.inside() if path not in known)):
            yield from self._step(path, depth=0)

    def fold(self, path: str) -> None:
        """Folds or unfolds a step or a round."""
        self.opened[path] = not self._is_open(path)

    def turn_to(self, path: str, place: int) -> None:
        """Lists the rounds of a step from this place on."""
        self.places[path] = max(0, place)

    def filter(self, path: str) -> None:
        """Lists only the failed rounds of a step, or all."""
        self.failed_only ^= {path}
        self.places.pop(path, None)

    def reveal(self, path: str) -> None:
        """Unfolds what the step stands in, and turns to its round."""
        for around in lineage(path)[:-1]:
            self.opened[around] = True
        for each in lineage(path):
            if each.endswith(']'):
                self._turn_to_round(each)

    def go_to(self, path: str, index: int) -> str:
        """Turns to a round by its number; gives its path, empty if there is none (yet)."""
        round_path = f'{path}[{index}]'
        if round_path not in self.run.state.steps:
            return ''
        self.reveal(round_path)
        self.opened[round_path] = True
        return round_path

    def _turn_to_round(self, path: str) -> None:
        step = holder(path)
        if path not in self._rounds(step):
            self.failed_only.discard(step)
        self.places[step] = self._rounds(step).index(path) // PAGE * PAGE

    def _rounds(self, path: str) -> Sequence[str]:
        rounds = self.run.nesting.rounds(path)
        return sorted(rounds.having('failed'), key=index_of) if path in self.failed_only else rounds.paths

    # One after the other

    def _step(self, path: str, *, depth: int) -> Iterator[Line]:
        inside = self.run.nesting.inside(path)
        if not inside:
            yield Line(path=path, depth=depth)
            return
        opened = self._is_open(path)
        yield Line(path=path, depth=depth, folded=not opened)
        if opened:
            yield from self._inside(path, inside, depth=depth + 1)

    def _inside(self, path: str, rounds: Sequence[str], *, depth: int) -> Iterator[Line]:
        word = self.run.graphs.round_name(path)
        if not word:  # the one round is not worth a line
            for step in (step for each in rounds for step in self.run.nesting.inside(each)):
                yield from self._step(step, depth=depth)
            return
        shown, first = self._rounds(path), self.places.get(path, 0)
        failed = self.run.nesting.rounds(path).count('failed')
        if len(rounds) > PAGE or path in self.failed_only or (failed and len(rounds) > FEW):
            pager = partial(Pager, total=len(rounds), failed=failed, only_failed=path in self.failed_only, word=word)
            yield Line(path=path, depth=depth, pager=pager(first=first, count=len(shown)))
        for each in shown[first : first + PAGE]:
            yield from self._round(each, depth=depth)

    def _round(self, path: str, *, depth: int) -> Iterator[Line]:
        inside, opened = self.run.nesting.inside(path), self._is_open(path)
        if len(inside) == 1 and self.run.graphs.find(inside[0]) is None:  # one says one thing: a turn of a team
            yield Line(path=inside[0], depth=depth)
            return
        yield Line(path=path, depth=depth, folded=not opened if inside else None)
        if opened:
            for step in inside:
                yield from self._step(step, depth=depth + 1)

    def _is_open(self, path: str) -> bool:
        return self.opened.get(path, index_of(path) < 0 and self._begins_open(path))

    def _begins_open(self, path: str) -> bool:
        rounds = self.run.nesting.inside(path)
        step = self.run.state.steps.get(path)
        return max(len(rounds), (step.rounds or 0) if step else 0) <= FEW
