"""The tables: an id, the columns that are searched and sorted by, and the rest as JSON in `body`.

A change here needs a migration in storage/migrations/versions; a test compares the two.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Index, LargeBinary, Table, Text, TypeDecorator, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Moment(TypeDecorator[datetime]):
    """A time with its zone, kept as UTC so that it sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


def stored_moment(moment: datetime) -> str:
    """A moment as SQLAlchemy writes it, for statements that do not go through it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(' ', 'microseconds')


class Row(SQLModel, registry=registry()):
    """The base of all tables; its registry is its own, so that plugins with SQLModel tables keep theirs."""


class EntityRow(Row):
    """What all entities have in common; `body` is the whole entity."""

    id: str = Field(primary_key=True)
    revision: int
    body: str = Field(sa_type=Text)


class AgentRow(EntityRow, table=True):
    __tablename__ = 'agents'


class WorkflowRow(EntityRow, table=True):
    __tablename__ = 'workflows'


class TeamRow(EntityRow, table=True):
    __tablename__ = 'teams'


class ConnectionRow(EntityRow, table=True):
    __tablename__ = 'connections'


class McpServerRow(EntityRow, table=True):
    __tablename__ = 'mcp_servers'


class ScheduleRow(EntityRow, table=True):
    """A schedule; `progress` is how far it has come, and changes without the schedule's revision."""

    __tablename__ = 'schedules'

    progress: str | None = Field(default=None, sa_type=Text)


class WebhookRow(EntityRow, table=True):
    """A webhook; `token` is the SHA-256 of the token it is reached by."""

    __tablename__ = 'webhooks'

    token: str | None = Field(default=None, index=True, unique=True)


class DeliveryRow(Row, table=True):
    """A name under which a delivery to a webhook is known, until it is forgotten."""

    __tablename__ = 'deliveries'
    __table_args__ = (Index('ix_deliveries_at', 'webhook_id', 'at'),)

    webhook_id: str = Field(primary_key=True, foreign_key='webhooks.id', ondelete='CASCADE')
    name: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)
    body: str = Field(sa_type=Text)


class VersionRow(Row, table=True):
    """A frozen version; `number` is null until it is published. It outlives its workflow, since runs pin it."""

    __tablename__ = 'versions'
    __table_args__ = (Index('ix_versions_workflow', 'workflow_id', 'number', unique=True),)

    id: str = Field(primary_key=True)
    workflow_id: str
    number: int | None = None
    body: str = Field(sa_type=Text)


class PreferenceRow(Row, table=True):
    __tablename__ = 'preferences'

    name: str = Field(primary_key=True)
    value: str = Field(sa_type=Text)


class SecretRow(Row, table=True):
    """An encrypted value; `key` names the master key that opens it."""

    __tablename__ = 'secrets'

    name: str = Field(primary_key=True)
    key: str
    sealed: bytes = Field(sa_type=LargeBinary)


class RunRow(Row, table=True):
    """A run without its approvals, which have their own table; `pending` counts them."""

    __tablename__ = 'runs'
    __table_args__ = (
        Index('ix_runs_created', 'created_at', 'id'),
        Index('ix_runs_status', 'status', 'created_at', 'id'),
        Index('ix_runs_workflow', 'workflow_id', 'created_at', 'id'),
    )

    id: str = Field(primary_key=True)
    workflow_id: str
    trigger: str
    status: str
    created_at: datetime = Field(sa_type=Moment)
    pending: int = 0
    body: str = Field(sa_type=Text)


class EventRow(Row, table=True):
    """An event of a run; `position` counts the events of all runs, `level` is set for log lines only.

    `blobs` says where in the body long strings were taken out: a JSON list of [path, hash], or null.
    """

    __tablename__ = 'events'
    __table_args__ = (
        Index('ix_events_run', 'run_id', 'seq', unique=True),
        Index('ix_events_logs', 'position', sqlite_where=text('level IS NOT NULL')),
        {'sqlite_autoincrement': True},
    )

    position: int | None = Field(default=None, primary_key=True)
    run_id: str = Field(foreign_key='runs.id', ondelete='CASCADE')
    seq: int
    level: str | None = None
    body: str = Field(sa_type=Text)
    blobs: str | None = Field(default=None, sa_type=Text)


class ApprovalRow(Row, table=True):
    """A step that waits for a person; `number` keeps the order in which a run asked."""

    __tablename__ = 'approvals'
    __table_args__ = (Index('ix_approvals_since', 'since', 'run_id'),)

    number: int | None = Field(default=None, primary_key=True)
    run_id: str = Field(foreign_key='runs.id', ondelete='CASCADE', index=True)
    since: datetime = Field(sa_type=Moment)
    body: str = Field(sa_type=Text)


class TurnRow(Row, table=True):
    """A turn of a conversation with an agent; a step adds one at most."""

    __tablename__ = 'turns'
    __table_args__ = (
        Index('ix_turns_conversation', 'agent_id', 'conversation', 'number'),
        Index('ix_turns_step', 'run_id', 'path', unique=True),
        {'sqlite_autoincrement': True},
    )

    number: int | None = Field(default=None, primary_key=True)
    agent_id: str = Field(foreign_key='agents.id', ondelete='CASCADE')
    conversation: str
    run_id: str = Field(foreign_key='runs.id', ondelete='CASCADE')
    path: str
    at: datetime = Field(sa_type=Moment)
    body: str = Field(sa_type=Text)


class BlobRow(Row, table=True):
    """A long string, once, compressed with zlib, under the SHA-256 of its UTF-8."""

    __tablename__ = 'blobs'

    hash: str = Field(primary_key=True)
    data: bytes = Field(sa_type=LargeBinary)


class BlobUseRow(Row, table=True):
    """Which runs use a blob; one that no run uses is deleted."""

    __tablename__ = 'blob_uses'

    run_id: str = Field(primary_key=True, foreign_key='runs.id', ondelete='CASCADE')
    hash: str = Field(primary_key=True, foreign_key='blobs.hash', index=True)


def _table(row: type[Row]) -> Table:
    return Row.metadata.tables[str(row.__tablename__)]


AGENTS = _table(AgentRow)
WORKFLOWS = _table(WorkflowRow)
TEAMS = _table(TeamRow)
CONNECTIONS = _table(ConnectionRow)
MCP_SERVERS = _table(McpServerRow)
SCHEDULES = _table(ScheduleRow)
WEBHOOKS = _table(WebhookRow)
DELIVERIES = _table(DeliveryRow)
PREFERENCES = _table(PreferenceRow)
SECRETS = _table(SecretRow)
VERSIONS = _table(VersionRow)
RUNS = _table(RunRow)
EVENTS = _table(EventRow)
APPROVALS = _table(ApprovalRow)
TURNS = _table(TurnRow)
BLOBS = _table(BlobRow)
BLOB_USES = _table(BlobUseRow)
