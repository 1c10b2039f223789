"""Takes a run up where its journal left it, and walks it."""

from contextlib import suppress

from core.engine.plan import Plan
from core.engine.surroundings import Surroundings
from core.engine.walk import NewRun, Walk
from core.errors import NotFoundError, OrchestratorError
from core.runs import events as e
from core.runs.doorbell import ALL_RUNS
from core.runs.earlier import Earlier
from core.runs.fold import fold
from core.runs.run import ENDED
from core.runs.state import RunState
from core.workflows.workflow import WorkflowRepository

PLANS_KEPT = 100


class Executor:
    """Makes walks out of run ids."""

    def __init__(self, around: Surroundings, workflows: WorkflowRepository) -> None:
        self._around = around
        self._workflows = workflows
        self._plans: dict[str, Plan] = {}

    async def begin(self, new: NewRun) -> Walk | None:
        """The walk that creates the run, in the same commit as its first steps; None if it cannot be walked."""
        state = RunState(lean=True)
        state.apply(new.created)
        try:
            return await self._walk(new.run.id, state, new=new)
        except (OrchestratorError, ValueError):  # see take_up, which lets it fail once it exists
            return None

    async def take_up(self, run_id: str) -> Walk | None:
        """Folds the journal; None if the run has ended, or if it cannot be walked (it then fails)."""
        state = await fold(self._around.journal, run_id, lean=True)
        if state.status in ENDED:
            return None
        try:
            return await self._walk(run_id, state)
        except (OrchestratorError, ValueError) as error:  # its version is gone, or a plugin with its node types is
            await self._fail(run_id, f'The workflow can no longer be run: {error}', state)
            return None

    async def _walk(self, run_id: str, state: RunState, *, new: NewRun | None = None) -> Walk:
        plan, earlier = await self._plan(state.version_id), await self._earlier(state)
        inside = {key: await self._workflows.version(version) for key, version in state.workflows.items()}
        return Walk(run_id, plan, state, self._around, earlier=earlier, workflows=inside, new=new)

    async def _earlier(self, state: RunState) -> Earlier:
        """The runs whose results are taken over; one that was deleted since has none."""
        runs: dict[str, RunState] = {}
        for run_id in (state.reuse_from, *state.reuse_also):
            with suppress(NotFoundError):
                if run_id:
                    runs[run_id] = await fold(self._around.journal, run_id)
        return Earlier(runs)

    async def _plan(self, version_id: str) -> Plan:
        """The plan of a version; the latest made are kept, since a version never changes."""
        if version_id not in self._plans:
            version = await self._workflows.version(version_id)
            self._plans[version_id] = Plan.of(version.graph, self._around.node_types)
            if len(self._plans) > PLANS_KEPT:
                del self._plans[next(iter(self._plans))]
        return self._plans[version_id]

    async def fail(self, run_id: str, error: str) -> None:
        """Ends a run that cannot be walked."""
        try:
            state = await fold(self._around.journal, run_id, lean=True)
        except ValueError:  # an event that cannot be read is what keeps it from being walked
            state = RunState()
        await self._fail(run_id, error, state)

    async def _fail(self, run_id: str, error: str, state: RunState) -> None:
        now = self._around.clock.now()
        still_open = [e.StepCancelled(at=now, path=step.path) for step in state.steps.values() if not step.settled]
        await self._around.journal.append(run_id, [*still_open, e.RunFailed(at=now, error=error)])
        self._around.doorbell.ring(run_id)
        self._around.doorbell.ring(ALL_RUNS)
