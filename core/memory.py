"""The in-memory twins of all that is kept: for tests, trials and runs that need not survive the process."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Generic, TypeVar

from core.agents.agent import Agent
from core.agents.conversation import Conversation, Turn
from core.arrivals import MemoryArrivals
from core.clock import Clock
from core.errors import ConflictError, NotFoundError, StaleError
from core.ids import slug
from core.llm.connection import Connection
from core.repository import Repository, stored_json
from core.runs.events import Logged, RunCreated, RunEvent, run_event
from core.runs.journal import Appended, advance, event_json, levels_from
from core.runs.run import PendingApproval, Run, RunFilter
from core.runs.totals import Totals, totals_of
from core.stores import Stores
from core.teams.team import Team
from core.tools.mcp.server import McpServer
from core.triggers.schedule import Progress, Schedule
from core.triggers.webhook import Delivery, Webhook
from core.values import Entity
from core.workflows.workflow import Workflow, WorkflowVersion

T = TypeVar('T', bound=Entity)


def memory_stores(*, clock: Clock) -> Stores:
    """A complete, empty set of stores."""
    conversations = MemoryConversations()
    agents = MemoryRepository[Agent]('agent', clock=clock, then=conversations.forget_agent)
    conversations.agents = agents
    teams = MemoryRepository[Team]('team', clock=clock)
    workflows = MemoryWorkflowRepository(clock=clock)
    schedules, webhooks = MemoryScheduleRepository(clock=clock), MemoryWebhookRepository(clock=clock)
    secrets = MemorySecrets()
    kept: list[dict[str, Any]] = [each._items for each in (agents, teams, workflows, schedules, webhooks)]
    kept += [workflows._versions, webhooks._tokens, secrets._values]
    return Stores(
        agents=agents,
        conversations=conversations,
        workflows=workflows,
        teams=teams,
        connections=MemoryRepository[Connection]('connection', clock=clock),
        mcp_servers=MemoryRepository[McpServer]('MCP server', clock=clock),
        schedules=schedules,
        webhooks=webhooks,
        secrets=secrets,
        preferences=MemoryPreferences(),
        journal=MemoryJournal(then=conversations.forget_run),
        arrivals=MemoryArrivals(agents, teams, workflows, schedules, webhooks, secrets, kept=kept),
    )


class MemoryRepository(Generic[T]):
    """Entities of one kind in a dict."""

    def __init__(self, kind: str, *, clock: Clock, then: Callable[[str], None] | None = None) -> None:
        """`then` is told the id of each that was deleted."""
        self._then = then
        self._kind = kind
        self._clock = clock
        self._items: dict[str, T] = {}

    async def all(self) -> list[T]:
        return sorted(self._items.values(), key=lambda item: (item.name.casefold(), item.id))

    async def get(self, key: str) -> T:
        try:
            return self._items[key]
        except KeyError:
            raise NotFoundError(self._kind, key) from None

    async def create(self, item: T) -> T:
        key = item.id or slug(item.name, taken=self._items)
        if key in self._items:
            raise ConflictError(f'The id {key!r} is taken by another {self._kind}; choose another one.')
        now = self._clock.now()
        created = item.model_copy(update={'id': key, 'revision': 1, 'created_at': now, 'updated_at': now})
        return self._store(created)

    async def save(self, item: T) -> T:
        current = await self.get(item.id)
        if item.revision != current.revision:
            raise StaleError(self._kind, item.id, current=current)
        saved = item.model_copy(
            update={
                'revision': current.revision + 1,
                'created_at': current.created_at,
                'updated_at': self._clock.now(),
            }
        )
        return self._store(saved)

    async def delete(self, key: str) -> None:
        await self.get(key)
        del self._items[key]
        if self._then is not None:
            self._then(key)

    def _store(self, item: T) -> T:
        stored_json(item, what=repr(item.name))  # what a database would refuse is refused here too
        self._items[item.id] = item
        return item


class MemoryWorkflowRepository(MemoryRepository[Workflow]):
    """Workflows in a dict, and their versions in another."""

    def __init__(self, *, clock: Clock) -> None:
        super().__init__('workflow', clock=clock)
        self._versions: dict[str, WorkflowVersion] = {}

    async def add_version(self, version: WorkflowVersion) -> WorkflowVersion:
        stored = self._versions.get(version.id)
        if stored and (stored.number is not None or version.number is None):
            return stored
        taken = {other.number for other in await self.versions(version.workflow_id)}
        if version.number in taken:
            raise ConflictError(f'Workflow {version.workflow_id!r} already has a version {version.number}.')
        stored_json(version, what=repr(version.workflow_name))
        published = {'number': version.number, 'note': version.note}
        self._versions[version.id] = stored.model_copy(update=published) if stored else version
        return self._versions[version.id]

    async def version(self, version_id: str) -> WorkflowVersion:
        try:
            return self._versions[version_id]
        except KeyError:
            raise NotFoundError('version', version_id) from None

    async def versions(self, workflow_id: str) -> list[WorkflowVersion]:
        mine = [v for v in self._versions.values() if v.workflow_id == workflow_id and v.number is not None]
        return sorted(mine, key=lambda version: version.number or 0, reverse=True)


class MemoryScheduleRepository(MemoryRepository[Schedule]):
    """Schedules in a dict, and how far each has come in another."""

    def __init__(self, *, clock: Clock) -> None:
        super().__init__('schedule', clock=clock)
        self._progress: dict[str, Progress] = {}

    async def progress(self) -> dict[str, Progress]:
        return dict(self._progress)

    async def advance(self, key: str, progress: Progress) -> None:
        if key in self._items:
            self._progress[key] = progress

    async def delete(self, key: str) -> None:
        await super().delete(key)
        self._progress.pop(key, None)


class MemoryWebhookRepository(MemoryRepository[Webhook]):
    """Webhooks in a dict, and what was delivered to them in another."""

    def __init__(self, *, clock: Clock) -> None:
        super().__init__('webhook', clock=clock)
        self._tokens: dict[str, str] = {}
        self._deliveries: dict[str, dict[str, Delivery]] = {}

    async def set_token(self, key: str, digest: str) -> None:
        await self.get(key)
        self._tokens[key] = digest

    async def by_token(self, digest: str) -> Webhook:
        for key, known in self._tokens.items():
            if known == digest:
                return self._items[key]
        raise NotFoundError('webhook', 'of this address')

    async def claim(self, key: str, names: tuple[str, ...], delivery: Delivery, *, forget: datetime) -> Delivery:
        await self.get(key)
        known = {name: seen for name, seen in self._deliveries.get(key, {}).items() if seen.at >= forget}
        earlier = next((known[name] for name in names if name in known), None)
        self._deliveries[key] = {**dict.fromkeys(names, earlier or delivery), **known}
        return earlier or delivery

    async def confirm(self, key: str, names: tuple[str, ...], delivery: Delivery) -> None:
        known = self._deliveries.get(key, {})
        known |= {name: delivery.model_copy(update={'started': True}) for name in names if name in known}

    async def latest(self, key: str) -> Delivery | None:
        return max(self._deliveries.get(key, {}).values(), key=lambda delivery: delivery.at, default=None)

    async def delete(self, key: str) -> None:
        await super().delete(key)
        self._tokens.pop(key, None)
        self._deliveries.pop(key, None)


class MemoryConversations:
    """Turns in a list; they go with their agent and with their run."""

    agents: Repository[Agent]

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._number = 0

    async def add(self, turn: Turn) -> None:
        stored_json(turn, what=f'A turn of {turn.conversation!r}')
        there = any((each.run_id, each.path) == (turn.run_id, turn.path) for each in self._turns)
        with suppress(NotFoundError):
            await self.agents.get(turn.agent)
            if not there:
                self._number += 1
                self._turns.append(turn.model_copy(update={'number': self._number}))

    async def turns(self, agent: str, conversation: str, *, last: int) -> list[Turn]:
        return [turn for turn in self._of(agent) if turn.conversation == conversation][-last:]

    async def all(self, agent: str) -> list[Conversation]:
        names = dict.fromkeys(turn.conversation for turn in reversed(self._of(agent)))
        told = {name: await self.turns(agent, name, last=len(self._turns)) for name in names}
        return [
            Conversation(agent=agent, name=name, turns=len(turns), last_at=max(turn.at for turn in turns))
            for name, turns in told.items()
        ]

    async def forget(self, agent: str, conversation: str) -> None:
        if not await self.turns(agent, conversation, last=1):
            raise NotFoundError('conversation', conversation)
        self._turns = [t for t in self._turns if (t.agent, t.conversation) != (agent, conversation)]

    def forget_agent(self, agent: str) -> None:
        self._turns = [turn for turn in self._turns if turn.agent != agent]

    def forget_run(self, run_id: str) -> None:
        self._turns = [turn for turn in self._turns if turn.run_id != run_id]

    def _of(self, agent: str) -> list[Turn]:
        return [turn for turn in self._turns if turn.agent == agent]


class MemorySecrets:
    """Secrets in a dict, for as long as the process lives."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    async def names(self) -> list[str]:
        return sorted(self._values)

    async def get(self, name: str) -> str | None:
        return self._values.get(name)

    async def set(self, name: str, value: str) -> None:
        self._values[name] = value

    async def delete(self, name: str) -> None:
        self._values.pop(name, None)


class MemoryPreferences:
    """Preferences in a dict."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    async def get(self, name: str) -> str | None:
        return self._values.get(name)

    async def set(self, name: str, value: str) -> None:
        self._values[name] = value


class MemoryJournal:
    """Rows and events in dicts; events pass through JSON, so that what a database would refuse is refused here too."""

    def __init__(self, *, then: Callable[[str], None] | None = None) -> None:
        """`then` is told the id of each run that was deleted."""
        self._then = then
        self._rows: dict[str, Run] = {}
        self._events: dict[str, list[str]] = {}
        self._logs: list[tuple[int, str, Logged]] = []
        self._position = 0

    async def create(self, run: Run, event: RunCreated, then: Sequence[RunEvent] = ()) -> Appended:
        if run.id in self._rows:
            raise ConflictError(f'There is already a run {run.id}.')
        row, numbered = advance(run, [event, *then])
        self._store(row, numbered)
        return row, numbered

    async def append(self, run_id: str, events: Sequence[RunEvent], *, epoch: int | None = None) -> Appended:
        row, numbered = advance(await self.get(run_id), events, epoch=epoch)
        self._store(row, numbered)
        return row, numbered

    async def read(self, run_id: str, after: int = 0, limit: int | None = None) -> list[RunEvent]:
        await self.get(run_id)
        start = max(after, 0)
        stored = self._events[run_id][start : None if limit is None else start + limit]
        return [run_event.validate_json(event) for event in stored]

    async def get(self, run_id: str) -> Run:
        try:
            return self._rows[run_id]
        except KeyError:
            raise NotFoundError('run', run_id) from None

    async def runs(self, which: RunFilter) -> list[Run]:
        newest_first = [run for run in reversed(self._by_age()) if _matches(run, which)]
        if which.before is not None:
            bound = await self.get(which.before)
            newest_first = [run for run in newest_first if _age(run) < _age(bound)]
        return newest_first[: which.limit]

    async def unfinished(self) -> list[Run]:
        return [run for run in self._by_age() if not run.ended]

    async def approvals(self) -> list[PendingApproval]:
        pending = [approval for run in self._rows.values() for approval in run.approvals]
        return sorted(pending, key=lambda approval: (approval.since, approval.run_id))

    async def logs(
        self,
        *,
        run_id: str | None = None,
        workflow_id: str | None = None,
        level: str | None = None,
        after: int = 0,
        limit: int = 200,
    ) -> list[tuple[int, str, Logged]]:
        levels = levels_from(level)
        return [
            (position, run, line)
            for position, run, line in self._logs
            if position > after
            and run_id in {None, run}
            and workflow_id in {None, self._rows[run].workflow_id}
            and line.level in levels
        ][:limit]

    async def totals(self, moments: Sequence[datetime]) -> Totals:
        return totals_of(self._rows.values(), moments)

    async def delete(self, run_id: str) -> None:
        row = await self.get(run_id)
        if not row.ended:
            raise ConflictError(f'Run {run_id} is {row.status}; cancel it before you delete it.')
        del self._rows[run_id], self._events[run_id]
        self._logs = [entry for entry in self._logs if entry[1] != run_id]
        if self._then is not None:
            self._then(run_id)

    def _store(self, row: Run, numbered: list[RunEvent]) -> None:
        stored = [event_json(event) for event in numbered]  # before anything changes: all or nothing
        self._rows[row.id] = row
        self._events.setdefault(row.id, []).extend(stored)
        for event in numbered:
            self._position += 1
            if isinstance(event, Logged):
                self._logs.append((self._position, row.id, event))

    def _by_age(self) -> list[Run]:
        return sorted(self._rows.values(), key=_age)


def _age(run: Run) -> tuple[datetime, str]:
    return run.created_at, run.id


def _matches(run: Run, which: RunFilter) -> bool:
    return (
        (not which.status or run.status in which.status)
        and which.workflow_id in {None, run.workflow_id}
        and which.trigger in {None, run.trigger}
        and (which.since is None or run.created_at >= which.since)
    )
