"""What Home shows, read at one moment."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.llm.connection import ModelRef
from core.orchestrator import Orchestrator
from core.runs.run import PendingApproval, Run, RunFilter
from core.runs.totals import Totals
from core.workflows.workflow import Workflow
from pages.home.week import DAYS, days_of

SHOWN = 5

Starts = Callable[[Workflow], Awaitable[None]]
"""Asks for a workflow's inputs and runs it."""


@dataclass(kw_only=True, slots=True)
class Picture:
    """What is going on; `live` and `failed` hold one more than is shown where there are more."""

    live: Sequence[Run]
    failed: Sequence[Run]
    week: Totals
    approvals: Sequence[PendingApproval]
    workflows: Sequence[Workflow]
    model: ModelRef
    is_new: bool
    """Whether nothing was ever run here."""


async def read_picture(orchestrator: Orchestrator, *, week: Totals) -> Picture:
    """All but the week, which may be many runs and is read less often."""
    since = orchestrator.clock.now() - timedelta(days=DAYS)
    order = {sample.workflow.name: place for place, sample in enumerate(await orchestrator.samples())}
    workflows = await orchestrator.workflows.all()
    approvals = await orchestrator.approvals()
    return Picture(
        live=await _live(orchestrator, without={approval.run_id for approval in approvals}),
        failed=await orchestrator.runs(RunFilter(status=('failed',), since=since, limit=SHOWN + 1)),
        week=week,
        approvals=approvals,
        workflows=sorted(workflows, key=lambda workflow: order.get(workflow.name, len(order))),
        model=await orchestrator.default_model(),
        is_new=not await orchestrator.runs(RunFilter(limit=1)),
    )


async def _live(orchestrator: Orchestrator, *, without: set[str]) -> list[Run]:
    """What goes on by itself; runs that wait for a person are shown elsewhere."""
    which = RunFilter(status=('running', 'queued', 'waiting'), limit=SHOWN + 1 + len(without))
    return [run for run in await orchestrator.runs(which) if run.id not in without]


async def read_week(orchestrator: Orchestrator) -> Totals:
    """What the runs of the last seven days came to, by day."""
    return await orchestrator.journal.totals(days_of(orchestrator.clock.now()))
