"""Which runs a person asked for, and the runs that were found."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from core.orchestrator import Orchestrator
from core.runs.run import Run, RunFilter, RunStatus, Trigger

PAGE = 50
READ = 200
LOOKED_THROUGH = 2_000
"""How many runs a search goes through at most, newest first."""

KINDS: dict[str, tuple[RunStatus, ...]] = {
    'All': (),
    'Active': ('queued', 'running', 'waiting'),
    'Waiting': ('waiting',),
    'Failed': ('failed',),
    'Succeeded': ('succeeded',),
    'Cancelled': ('cancelled',),
}

SPANS: dict[str, timedelta | None] = {
    'Any time': None,
    'Last hour': timedelta(hours=1),
    'Last day': timedelta(days=1),
    'Last week': timedelta(days=7),
    'Last month': timedelta(days=30),
}


@dataclass(kw_only=True, slots=True)
class Wanted:
    """What a person has chosen in the bar above the list; empty means any."""

    kind: str = 'All'
    workflow_id: str = ''
    trigger: Trigger | None = None
    span: str = 'Any time'
    query: str = ''

    @property
    def narrowed(self) -> bool:
        return self != Wanted()

    def fits(self, run: Run) -> bool:
        """Whether the run holds the searched words in its workflow's name, its id or its error."""
        told = f'{run.workflow_name} {run.id} {run.error}'.casefold()
        return all(word in told for word in self.query.casefold().split())


@dataclass(kw_only=True, slots=True)
class Found:
    """One page of the list; `more`: there are older ones."""

    runs: list[Run]
    more: bool
    gave_up: bool = False
    """Whether the search ended at its limit."""


async def find(orchestrator: Orchestrator, wanted: Wanted, *, before: str | None = None) -> Found:
    """The next page of runs, newest first, older than the run `before`."""
    hits: list[Run] = []
    looked_at = 0
    async for run in _matching(orchestrator, wanted, before):
        looked_at += 1
        if wanted.fits(run):
            hits.append(run)
        if len(hits) > PAGE:
            return Found(runs=hits[:PAGE], more=True)
        if looked_at >= LOOKED_THROUGH:
            return Found(runs=hits, more=False, gave_up=True)
    return Found(runs=hits, more=False)


async def _matching(orchestrator: Orchestrator, wanted: Wanted, before: str | None) -> AsyncIterator[Run]:
    span = SPANS[wanted.span]
    limit = READ if wanted.query else PAGE + 1
    while True:
        runs = await orchestrator.runs(
            RunFilter(
                status=KINDS[wanted.kind],
                workflow_id=wanted.workflow_id or None,
                trigger=wanted.trigger,
                since=orchestrator.clock.now() - span if span else None,
                limit=limit,
                before=before,
            )
        )
        for run in runs:
            yield run
        if len(runs) < limit:
            return
        before = runs[-1].id
