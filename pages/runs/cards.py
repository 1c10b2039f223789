"""What the card of a node tells of its step; or of its many steps, where it stands in a body that runs in rounds."""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from core.nodes.body import BodyNodeType
from core.runs.nesting import Tally, lineage, pattern, pattern_of
from core.runs.state import StepState, StepStatus
from core.workflows.graph import Node
from pages.components.formats import cost, duration, short
from pages.components.status import NOT_RUN, StepShown
from pages.live import FollowedRun
from pages.runs.values import text_in
from pages.workflows.picture import CardState, EdgeState, edge_states

TELLING: tuple[StepStatus, ...] = ('failed', 'unknown', 'waiting', 'running')
"""Which of many steps is looked at first."""

SHOWN: tuple[StepStatus, ...] = ('running', 'waiting', 'unknown', 'failed', 'cancelled', 'succeeded', 'skipped')
"""Which status of many steps is shown for all of them: the first of these that one has."""

MUCH = 200
"""Changed steps of which it costs more to find the nodes than to look at all nodes."""


class Cards:
    """The cards and ways of one run's own graph."""

    def __init__(self, run: FollowedRun) -> None:
        self._run = run
        self._graph = run.version.graph

    @cached_property
    def patterns(self) -> dict[str, str]:
        """The pattern that the paths of each node's steps have, by its id."""
        return {node.id: pattern_of(self._graph, node.id) for node in self._graph.nodes}

    @cached_property
    def _by_pattern(self) -> dict[str, str]:
        return {pattern: key for key, pattern in self.patterns.items()}

    def telling(self, node_id: str) -> str:
        """The step of this node that is worth a look: the first that failed, or waits, or runs; else the latest."""
        tally = self._run.nesting.tally(self.patterns.get(node_id, node_id))
        status = next((status for status in TELLING if tally.count(status)), None)
        return tally.latest if status is None else next(iter(tally.having(status)))

    def results(self) -> dict[str, StepState]:
        """By node the latest step that has a result."""
        found = {}
        for key, each in self.patterns.items():
            if latest := self._run.nesting.tally(each).last('succeeded'):
                found[key] = self._run.state.steps[latest]
        return found

    def node_of(self, path: str) -> str:
        """The node of the graph that a step is one of; of what runs in another workflow, the node that runs that."""
        nodes = (self._by_pattern.get(pattern(each).removesuffix('[]')) for each in reversed(lineage(path)))
        return next(filter(None, nodes), '')

    # What is shown

    def all(self) -> dict[str, CardState]:
        """Of each node that runs, heard of or not."""
        return {node.id: self._state(node) for node in self._graph.nodes}

    def changed(self, paths: Collection[str]) -> dict[str, CardState]:
        """Of the nodes that these steps are of, or run in; of all of them at the end, and where much happened."""
        if self._run.ended or len(paths) > MUCH:
            return self.all()
        patterns = {pattern(each).removesuffix('[]') for path in paths for each in lineage(path)}
        nodes = (self._by_pattern.get(each) for each in patterns)
        return {key: self._state(self._graph.by_id[key]) for key in nodes if key}

    def ways(self) -> dict[str, EdgeState]:
        """What became of the edges; nothing flows while the run waits."""
        ways = edge_states(self._graph, self._tallies())
        if self._run.state.status != 'waiting':
            return ways
        return {key: 'done' if state == 'flowing' else state for key, state in ways.items()}

    def _tallies(self) -> Mapping[str, Tally]:
        return {key: self._run.nesting.tally(pattern) for key, pattern in self.patterns.items()}

    def _state(self, node: Node) -> CardState:
        tally = self._run.nesting.tally(self.patterns[node.id])
        types = self._run.graphs.node_types
        if node.type in types and isinstance(types.get(node.type), BodyNodeType) and tally.paths:
            return self._body(node, tally)
        if len(tally.paths) > 1:
            return self._many(tally, node.id)
        path = tally.latest or node.id
        return card_state(self._run, self._run.state.steps.get(path) or StepState(path=path, node=node.id))

    # Many steps, and what runs them

    def _many(self, tally: Tally, node_id: str) -> CardState:
        step = self._run.state.steps[self.telling(node_id)]
        one = card_state(self._run, step)
        return CardState(
            status=self._shown(tally),
            figures=_figures(tally.tokens, tally.cost),
            preview=one.preview,
            word=_counted(tally),
        )

    def _body(self, node: Node, tally: Tally) -> CardState:
        step = self._run.state.steps[self.telling(node.id)]
        one = card_state(self._run, step)
        figures = [_figures(*self._run.nesting.spent_inside(self.patterns[node.id]))]
        if len(tally.paths) == 1:
            figures.append(one.figures)
        return CardState(
            status=one.status if len(tally.paths) == 1 else self._shown(tally),
            figures=' · '.join(filter(None, figures)),
            preview=one.preview,
            word=self._progress(node, tally) or one.word,
        )

    def _progress(self, node: Node, tally: Tally) -> str:
        steps = [self._run.state.steps[path] for path in tally.paths]
        rounds = self._run.nesting.tally(f'{self.patterns[node.id]}[]')
        word = self._run.graphs.round_name(node.id)
        if not word or any(step.not_run is not None for step in steps):
            return ''
        over = all(step.settled for step in steps) or (len(steps) > 1 and word != 'item')
        return progress(rounds, word=word, total=total_of(steps), over=over)

    def _shown(self, tally: Tally) -> StepShown:
        status: StepShown = next((status for status in SHOWN if tally.count(status)), 'pending')
        return 'waiting' if status == 'running' and self._run.state.status == 'waiting' else status


def total_of(steps: Iterable[StepState]) -> int | None:
    """How many rounds these steps have at most, where that is known of all of them."""
    totals = [step.rounds for step in steps]
    known = [total for total in totals if total is not None]
    return sum(known) if known and len(known) == len(totals) else None


def progress(rounds: Tally, *, word: str, total: int | None, over: bool) -> str:
    """How far a body has come: `37 of 1,000 · 2 failed`, `Round 3 of 5`, and at its end `3 rounds`."""
    failed = rounds.count('failed')
    many = f'{len(rounds.paths):,} {word if len(rounds.paths) == 1 else word + "s"}'
    if over:
        said = many
    elif word == 'item':
        said = f'{rounds.ended:,} of {total:,}' if total is not None else many
    else:
        said = f'{word.capitalize()} {len(rounds.paths):,}' + (f' of {total:,}' if total is not None else '')
    return f'{said} · {failed:,} failed' if failed else said


def _counted(tally: Tally) -> str:
    """How many of the steps have come to what."""
    failed, done, skipped = (tally.count(status) for status in ('failed', 'succeeded', 'skipped'))
    parts = [(failed, 'failed'), (done, 'done'), (skipped, 'skipped')]
    said = [f'{count:,} {word}' for count, word in parts if count]
    return ' · '.join(said or [f'{tally.count("running"):,} running'] if tally.count('running') else said)


def _figures(tokens: int, dollars: float) -> str:
    return ' · '.join([f'{short(tokens)} tok'] * bool(tokens) + [cost(dollars)] * bool(dollars))


def card_state(run: FollowedRun, step: StepState) -> CardState:
    """What is told of one step."""
    live = (run.live(step.path) or run.live_inside(step.path)) if step.status == 'running' else None
    figures = [f'{short(step.usage.tokens)} tok'] if step.calls else []
    if step.settled and step.started_at and step.not_run is None:
        figures.append(duration(run.step_seconds(step)))
    if step.usage.cost:
        figures.append(cost(step.usage.cost))
    return CardState(
        status=run.shown(step),
        figures=' · '.join(figures),
        preview=(live.text or live.thinking) if live else step.error or text_in(step.output),
        word=_word(step, live.status if live else ''),
    )


def _word(step: StepState, status: str) -> str:
    if step.status == 'succeeded' and step.not_run is not None:
        return NOT_RUN[step.not_run]
    if step.status == 'running':
        return status or (f'Attempt {step.attempt}' if step.attempt > 1 else '')
    return ''
