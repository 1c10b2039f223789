"""Where a command works: in this process, or through the REST API of the one that holds the data directory."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from app.settings import Settings
from core.runs.events import RunEvent
from core.runs.live import LiveStep
from core.runs.run import Run
from core.teams.team import Team
from core.triggers.schedule import Schedule, ScheduleState
from core.triggers.webhook import Webhook
from core.workflows.workflow import Workflow


class Instance(Protocol):
    """What commands ask; errors are those of the orchestrator, wherever it is."""

    async def workflows(self) -> list[Workflow]: ...

    async def import_file(self, text: str, *, once: bool = False) -> Workflow: ...

    async def export_file(self, workflow_id: str) -> str: ...

    async def teams(self) -> list[Team]: ...

    async def run_team(self, team_id: str, task: str, *, images: Sequence[str] = ()) -> Run:
        """`images` are data URLs."""
        ...

    async def start_run(self, workflow_id: str, inputs: dict[str, Any], *, until: str | None = None) -> Run: ...

    def watch(self, run_id: str) -> AsyncIterator[RunEvent]:
        """All events of the run, to its end."""
        ...

    def live(self, run_id: str) -> Mapping[str, LiveStep]:
        """What running steps have written so far, by path; of the run that is watched."""
        ...

    async def cancel(self, run_id: str) -> None: ...

    async def decide(self, run_id: str, path: str, *, approved: bool, value: str | None, comment: str) -> None: ...

    async def run(self, run_id: str) -> Run: ...

    async def schedules(self) -> list[Schedule]: ...

    async def schedule_state(self, schedule_id: str) -> ScheduleState: ...

    async def save_schedule(self, schedule: Schedule) -> Schedule:
        """Creates it (revision 0) or saves it."""
        ...

    async def webhooks(self) -> list[Webhook]: ...

    async def save_webhook(self, webhook: Webhook) -> Webhook: ...


@asynccontextmanager
async def open_instance(settings: Settings, *, model: str | None = None) -> AsyncIterator[Instance]:
    """The server that holds the data directory, if one does; else the directory itself, for as long as this lasts.

    model: what agents without a model of their own use, CONNECTION/MODEL; only without a server.
    """
    from storage.lock import holder_of  # noqa: PLC0415

    holder = holder_of(settings.data_dir)
    if holder and holder.url:
        from app.remote_instance import open_remote  # noqa: PLC0415

        async with open_remote(holder.url, settings, model=model) as remote:
            yield remote
    else:
        from app.local_instance import open_local  # noqa: PLC0415

        async with open_local(settings, model=model) as local:
            yield local
