"""All that starts runs by itself, in one place for the orchestrator."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from core.arrivals import Arrival
from core.clock import Clock
from core.published import CreateRun
from core.runs.run import Run
from core.stores import Stores
from core.triggers.schedule import Schedule
from core.triggers.scheduler import Scheduler
from core.triggers.schedules import Schedules
from core.triggers.starting import Starter
from core.triggers.webhook import Webhook
from core.triggers.webhooks import Credentials, Webhooks
from core.workflows.document import WorkflowDocument


class Triggers:
    """Schedules and webhooks, and what comes and goes with the workflow that they start."""

    def __init__(
        self, stores: Stores, *, create: CreateRun, get: Callable[[str], Awaitable[Run]], clock: Clock
    ) -> None:
        self.starter = starter = Starter(stores.workflows, create=create, get=get)
        self.schedules = Schedules(stores.schedules, starter, clock)
        self.webhooks = Webhooks(stores.webhooks, stores.secrets, starter, clock)
        self._scheduler = Scheduler(stores.schedules, starter, clock, self.schedules.changed)

    @asynccontextmanager
    async def starting(self, ready: asyncio.Event, *, schedules: bool) -> AsyncIterator[None]:
        """Starts what is due by a schedule, for as long as this lasts and from when runs can be started on."""
        if not schedules:
            yield
            return
        clockwork = asyncio.create_task(self._scheduler.serve(ready), name='scheduler')
        try:
            yield
        finally:
            clockwork.cancel()
            await asyncio.wait([clockwork])

    async def forget(self, workflow_id: str) -> None:
        """Deletes all that starts the workflow."""
        for schedule in await self.schedules.of(workflow_id):
            await self.schedules.delete(schedule.id)
        for webhook in await self.webhooks.of(workflow_id):
            await self.webhooks.delete(webhook.id)

    async def arriving(self, document: WorkflowDocument, ids: Mapping[str, str]) -> Arrival:
        """What starts these workflows of a file, switched off, the webhooks with addresses of their own.

        `ids` are those that the workflows have now, by those in the file.
        """
        mine = [each for each in document.webhooks if each.workflow_id in ids]
        made = [(webhook, Credentials.new()) for webhook in await self.webhooks.arriving(mine, ids=ids)]
        return Arrival(
            schedules=[
                self.schedules.arriving(each, workflow_id=ids[each.workflow_id])
                for each in document.schedules
                if each.workflow_id in ids
            ],
            webhooks=[webhook for webhook, _ in made],
            tokens={webhook.id: own.digest for webhook, own in made},
            secrets={name: value for webhook, own in made for name, value in own.as_secrets(webhook.id).items()},
        )

    async def beside(self, document: WorkflowDocument) -> WorkflowDocument:
        """The document with what starts its workflows, as files have it: without tokens and keys."""
        schedules: list[Schedule] = []
        webhooks: list[Webhook] = []
        inside = {workflow.id: workflow.id for workflow in document.workflows}
        for workflow_id, key in {**inside, document.workflow.id: ''}.items():
            off = {'workflow_id': key, 'enabled': False}
            own = await self.schedules.of(workflow_id)
            schedules += [each.model_copy(update={**off, 'since': None}) for each in own]
            webhooks += [each.model_copy(update=off) for each in await self.webhooks.of(workflow_id)]
        return document.model_copy(update={'schedules': tuple(schedules), 'webhooks': tuple(webhooks)})
