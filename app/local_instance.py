"""An instance in this process: the data directory is opened for one command."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from app.documents import import_text
from app.instance import Instance
from app.lifespan import code_rules, open_orchestrator
from app.settings import Settings
from core.llm.connection import ModelRef
from core.orchestrator import Orchestrator
from core.runs.events import RunEvent
from core.runs.live import LiveStep
from core.runs.run import Run
from core.teams.team import Team
from core.triggers.schedule import Schedule, ScheduleState
from core.triggers.webhook import Webhook
from core.workflows.document import write_document
from core.workflows.workflow import Workflow


@asynccontextmanager
async def open_local(settings: Settings, *, model: str | None = None) -> AsyncIterator[Instance]:
    """Opens the data directory; unfinished runs in it go on meanwhile, and are left to the next start at the end."""
    default = ModelRef.parse(model) if model else None
    async with open_orchestrator(settings.data_dir, default_model=default, code=code_rules(settings)) as orchestrator:
        yield LocalInstance(orchestrator)


class LocalInstance:
    """Commands straight to the orchestrator."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator

    async def workflows(self) -> list[Workflow]:
        return await self._orchestrator.workflows.all()

    async def import_file(self, text: str, *, once: bool = False) -> Workflow:
        return await import_text(self._orchestrator, text, once=once)

    async def export_file(self, workflow_id: str) -> str:
        return write_document(await self._orchestrator.export_document(workflow_id))

    async def teams(self) -> list[Team]:
        return await self._orchestrator.teams.all()

    async def run_team(self, team_id: str, task: str, *, images: Sequence[str] = ()) -> Run:
        return await self._orchestrator.run_team(await self._orchestrator.teams.get(team_id), task, images=images)

    async def start_run(self, workflow_id: str, inputs: dict[str, Any], *, until: str | None = None) -> Run:
        return await self._orchestrator.start_run(workflow_id, inputs, until=until)

    def watch(self, run_id: str) -> AsyncIterator[RunEvent]:
        return self._orchestrator.watch(run_id)

    def live(self, run_id: str) -> Mapping[str, LiveStep]:
        return self._orchestrator.live.steps(run_id)

    async def cancel(self, run_id: str) -> None:
        await self._orchestrator.cancel_run(run_id, by='command line')

    async def decide(self, run_id: str, path: str, *, approved: bool, value: str | None, comment: str) -> None:
        await self._orchestrator.decide_approval(
            run_id, path, approved=approved, value=value, comment=comment, by='command line'
        )

    async def run(self, run_id: str) -> Run:
        return await self._orchestrator.run(run_id)

    async def schedules(self) -> list[Schedule]:
        return await self._orchestrator.schedules.all()

    async def schedule_state(self, schedule_id: str) -> ScheduleState:
        return await self._orchestrator.schedules.state(schedule_id)

    async def save_schedule(self, schedule: Schedule) -> Schedule:
        schedules = self._orchestrator.schedules
        return await (schedules.save(schedule) if schedule.revision else schedules.create(schedule))

    async def webhooks(self) -> list[Webhook]:
        return await self._orchestrator.webhooks.all()

    async def save_webhook(self, webhook: Webhook) -> Webhook:
        return await self._orchestrator.webhooks.save(webhook)
