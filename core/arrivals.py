"""What a file brings, to be stored as a whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Protocol

from core.agents.agent import Agent
from core.repository import Repository, Secrets
from core.teams.team import Team
from core.triggers.schedule import Schedule
from core.triggers.webhook import Webhook, WebhookRepository
from core.workflows.workflow import Workflow, WorkflowRepository, WorkflowVersion


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """New entities, which name each other by the ids that they have here."""

    agents: Sequence[Agent] = ()
    teams: Sequence[Team] = ()
    workflows: Sequence[Workflow] = ()
    versions: Sequence[WorkflowVersion] = ()
    schedules: Sequence[Schedule] = ()
    webhooks: Sequence[Webhook] = ()
    tokens: Mapping[str, str] = field(default_factory=dict)
    """The digests of the webhooks' tokens, by the ids of the webhooks."""
    secrets: Mapping[str, str] = field(default_factory=dict)


class Arrivals(Protocol):
    """Where they go; contract: tests/contract/test_arrivals.py."""

    async def store(self, arrival: Arrival) -> None:
        """Stores all of it, each as its own store would, or nothing; ConflictError where an id is taken."""
        ...


@dataclass(slots=True)
class MemoryArrivals:
    """Stores one after the other in memory, and takes all back where one cannot be stored."""

    agents: Repository[Agent]
    teams: Repository[Team]
    workflows: WorkflowRepository
    schedules: Repository[Schedule]
    webhooks: WebhookRepository
    secrets: Secrets
    _: KW_ONLY
    kept: Sequence[dict[str, Any]]
    """What these keep things in."""

    async def store(self, arrival: Arrival) -> None:
        before = [dict(each) for each in self.kept]
        try:
            await self._store(arrival)
        except Exception:
            for each, was in zip(self.kept, before, strict=True):
                each.clear()
                each.update(was)
            raise

    async def _store(self, arrival: Arrival) -> None:
        for kind in ('agents', 'teams', 'workflows', 'schedules', 'webhooks'):
            for item in getattr(arrival, kind):
                await getattr(self, kind).create(item)
        for version in arrival.versions:
            await self.workflows.add_version(version)
        for key, digest in arrival.tokens.items():
            await self.webhooks.set_token(key, digest)
        for name, value in arrival.secrets.items():
            await self.secrets.set(name, value)
