"""New runs: what they take along is gathered, and whoever advances them is told."""

from collections.abc import Mapping, Sequence

from core.clock import Clock
from core.company import Companies
from core.engine.dispatch import Dispatcher
from core.engine.walk import NewRun
from core.ids import run_id
from core.runs import events as e
from core.runs.doorbell import ALL_RUNS, Doorbell
from core.runs.run import Run, RunPart, Trigger
from core.runs.tail import TailedJournal
from core.teams.team import Team
from core.values import Json
from core.workflows.workflow import WorkflowVersion


class NewRuns:
    """Creates runs of workflow versions, and has them advanced."""

    def __init__(
        self, companies: Companies, journal: TailedJournal, dispatcher: Dispatcher, doorbell: Doorbell, clock: Clock
    ) -> None:
        self._companies = companies
        self._journal = journal
        self._dispatcher = dispatcher
        self._doorbell = doorbell
        self._clock = clock

    async def create(
        self,
        version: WorkflowVersion,
        inputs: dict[str, Json],
        *,
        trigger: Trigger,
        reused: Sequence[str] = (),
        part: RunPart | None = None,
        teams: Mapping[str, Team] | None = None,
        key: str = '',
        depth: int = 0,
    ) -> Run:
        """`key`: its id, if that is known before. With a `depth` it needs no slot, since the run above it holds one."""
        company = await self._companies.of(version, given=teams)
        now = self._clock.now()
        run = Run(
            id=key or run_id(now),
            workflow_id=version.workflow_id,
            workflow_name=version.workflow_name,
            version_id=version.id,
            trigger=trigger,
            part=part,
            created_at=now,
        )
        created = e.RunCreated(
            seq=1,
            at=now,
            version_id=version.id,
            inputs=inputs,
            trigger=trigger,
            agents=company.agents,
            teams=company.teams,
            workflows=company.workflows,
            reuse_from=next(iter(reused), None),
            reuse_also=tuple(reused[1:]),
            depth=depth,
        )
        if not await self._dispatcher.begin(NewRun(run, created, again=bool(key))):
            await self._journal.create(run, created)
            self._dispatcher.dispatch(run.id, urgent=depth > 0)
        self._doorbell.ring(ALL_RUNS)
        return run
