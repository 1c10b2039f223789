"""Earlier runs of a workflow, as later ones build on them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import NotFoundError
from core.runs.fold import fold
from core.runs.journal import Journal
from core.runs.run import RunFilter
from core.runs.state import RunState, StepState

LOOKED_AT = 200
"""Rows of runs that are looked at for results, the newest first."""

READ = 20
"""Runs that are read whole for them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What a step gave; `handles` None: ways are open from the first."""

    output: dict[str, Any]
    handles: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """States of runs by their ids, the newest first."""

    runs: Mapping[str, RunState] = field(default_factory=dict)

    def same(self, path: str, fingerprint: str) -> tuple[str, StepState] | None:
        """The step that did the same with the same input, and its run's id."""
        for run_id, state in self.runs.items():
            step = state.steps.get(path)
            if step is not None and step.status == 'succeeded' and step.fingerprint == fingerprint:
                return run_id, step
        return None

    def results(self) -> dict[str, Result]:
        """The newest result of each node that ran."""
        newest: dict[str, Result] = {}
        for state in self.runs.values():
            for node, result in _results(state):
                newest.setdefault(node, result)
        return newest

    @property
    def inputs(self) -> dict[str, Any]:
        """What the newest of the runs was started with."""
        return next((state.inputs for state in self.runs.values()), {})


async def earlier_runs(journal: Journal, workflow_id: str, nodes: Iterable[str]) -> Earlier:
    """The newest runs of the workflow that together hold a result of each of these nodes, as far as there are any."""
    missing, found, reads = set(nodes), dict[str, RunState](), 0
    for run in await journal.runs(RunFilter(workflow_id=workflow_id, limit=LOOKED_AT)):
        if not missing or reads == READ:
            break
        if run.part is not None and not run.part.may_bring(missing):
            continue
        try:
            state = await fold(journal, run.id)
        except NotFoundError:  # deleted just now
            continue
        reads += 1
        if brought := missing.intersection(node for node, _ in _results(state)):
            missing -= brought
            found[run.id] = state
    return Earlier(found)


def _results(state: RunState) -> Iterator[tuple[str, Result]]:
    """What its steps gave themselves; one that a person skipped gave nothing, on purpose."""
    for step in state.steps.values():
        match step.status:
            case _ if step.not_run in {'pinned', 'disabled'} or step.path != step.node:
                continue
            case 'succeeded':
                yield step.node, Result(output=step.output, handles=step.handles)
            case 'failed' if step.output:
                yield step.node, Result(output=step.output, handles=step.handles)
            case 'skipped' if step.attempt:
                yield step.node, Result(output={}, handles=())
            case _:
                continue
