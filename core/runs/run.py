"""A run as lists show it: one row, kept in step with the run's journal."""

from collections.abc import Container
from datetime import datetime
from typing import Any, Literal

from core.llm.usage import Usage
from core.runs import events as e
from core.values import Value

RunStatus = Literal['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled']
Trigger = Literal['manual', 'chat', 'api', 'webhook', 'schedule', 'tool']

ENDED: frozenset[RunStatus] = frozenset({'succeeded', 'failed', 'cancelled'})


class RunPart(Value):
    """The part of a workflow that a run is of: all up to a node, or that node alone, by its id and its title then."""

    kind: Literal['up_to', 'only']
    node: str
    title: str

    def __str__(self) -> str:
        return f'{"Up to" if self.kind == "up_to" else "Only"} {self.title}'

    def may_bring(self, nodes: Container[str]) -> bool:
        """Whether such a run may have a result of one of these nodes that the node itself gave."""
        return self.kind == 'up_to' or self.node in nodes


class PendingApproval(Value):
    """A step of a run that waits for a person to decide."""

    run_id: str
    workflow_id: str
    workflow_name: str
    path: str
    title: str
    message: str
    value: str
    """What is to be approved; the person may edit it."""
    tool: str = ''
    """The tool that an agent wants to call with `value` as its arguments."""
    since: datetime


class Run(Value):
    """One run of one version: what lists, filters and totals need; everything else is in its journal."""

    id: str
    workflow_id: str
    workflow_name: str
    version_id: str
    trigger: Trigger = 'manual'
    part: RunPart | None = None
    """What part of the workflow it is of; None: all."""
    status: RunStatus = 'queued'
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    usage: Usage = Usage()
    error: str = ''
    wake_at: datetime | None = None
    """When a waiting run goes on by itself; None while it waits for a person."""
    seq: int = 0
    """The number of its latest event."""
    epoch: int = 0
    """Counts the executors that claimed it; only the latest may write."""
    approvals: tuple[PendingApproval, ...] = ()

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    def after(self, *events: e.RunEvent) -> 'Run':
        """The row after these events."""
        row = self.model_copy()
        for event in events:
            row.take(event)
        return row

    def take(self, event: e.RunEvent) -> None:
        """Takes an event in. Only for who made the row, before it is handed on: a copy for each has its price."""
        vars(self).update(self._changes(event), seq=event.seq)

    def _changes(self, event: e.RunEvent) -> dict[str, Any]:  # noqa: C901 - one case an event
        match event:
            case e.StepStarted() | e.StepCompleted():  # most events: to ask what else they might be has its price
                return {}
            case e.RunStarted():
                started_at = self.started_at or event.at
                return {'status': 'running', 'epoch': event.epoch, 'started_at': started_at, 'wake_at': None}
            case e.RunWaiting():
                return {'status': 'waiting', 'wake_at': event.until}
            case e.RunSucceeded():
                return {'status': 'succeeded', 'ended_at': event.at, 'wake_at': None, 'approvals': ()}
            case e.RunFailed():
                return {
                    'status': 'failed',
                    'ended_at': event.at,
                    'error': event.error,
                    'wake_at': None,
                    'approvals': (),
                }
            case e.RunCancelled():
                return {'status': 'cancelled', 'ended_at': event.at, 'wake_at': None, 'approvals': ()}
            case e.ModelCalled():
                return {'usage': self.usage + event.usage}
            case e.StepWaiting(approval=e.ApprovalRequest() as request):
                return {'approvals': (*self.approvals, self._pending(event, request))}
            case e.ApprovalDecided():
                return {**self._woken(), 'approvals': tuple(a for a in self.approvals if a.path != event.path)}
            case e.StepCancelled() if self.approvals:
                return {'approvals': tuple(a for a in self.approvals if a.path != event.path)}
            case e.CancelRequested() | e.UnknownResolved():
                return self._woken()
            case _:
                return {}

    def _woken(self) -> dict[str, Any]:
        """A person's word brings a waiting run back into the queue; see RunState."""
        return {'status': 'queued', 'wake_at': None} if self.status == 'waiting' else {}

    def _pending(self, event: e.StepWaiting, request: e.ApprovalRequest) -> PendingApproval:
        return PendingApproval(
            run_id=self.id,
            workflow_id=self.workflow_id,
            workflow_name=self.workflow_name,
            path=event.path,
            title=request.title,
            message=request.message,
            value=request.value,
            tool=request.tool,
            since=event.at,
        )


class RunFilter(Value):
    """Which runs to list; None means any."""

    status: tuple[RunStatus, ...] = ()
    workflow_id: str | None = None
    trigger: Trigger | None = None
    since: datetime | None = None
    limit: int = 50
    before: str | None = None
    """Only runs older than the run with this id, for paging; runs come newest first."""
