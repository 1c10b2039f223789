"""The journal in SQLite: events and the row that sums them up, in one transaction, under group commit."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, tuple_

from core.errors import ConflictError, NotFoundError
from core.runs.events import Logged, RunCreated, RunEvent, run_event
from core.runs.journal import Appended, advance, event_json, levels_from
from core.runs.run import ENDED, PendingApproval, Run, RunFilter, RunStatus
from core.runs.totals import Totals
from storage import blobs, totals
from storage.database import Database
from storage.tables import APPROVALS, EVENTS, RUNS, stored_moment
from storage.writer import driver_of

_CACHED = 1000  # rows of live runs that the writer remembers

# The hot path: plain SQL costs half of what SQLAlchemy's own statements do, and statements built once are found
# compiled.
_INSERT_EVENT = 'INSERT INTO events (run_id, seq, level, body, blobs) VALUES (?, ?, ?, ?, ?)'
_UPDATE_BODY = 'UPDATE runs SET body = ? WHERE id = ?'
_UPDATE_RUN = 'UPDATE runs SET body = ?, status = ?, pending = ? WHERE id = ?'
_INSERT_RUN = (
    'INSERT INTO runs (id, workflow_id, "trigger", status, created_at, pending, body) VALUES (?, ?, ?, ?, ?, ?, ?) '
    'ON CONFLICT (id) DO NOTHING'
)
# A row's `seq` is its last event's: most appends change nothing else of the row, so they need not write it.
_SEQ = select(func.max(EVENTS.c.seq)).where(EVENTS.c.run_id == RUNS.c.id).scalar_subquery().label('seq')
_ROW = select(RUNS.c.body, RUNS.c.pending, _SEQ)
_RUN = _ROW.where(RUNS.c.id == bindparam('run_id'))
_EVENTS = (
    select(EVENTS.c.body, EVENTS.c.blobs)
    .where(EVENTS.c.run_id == bindparam('run_id'), EVENTS.c.seq > bindparam('after'))
    .order_by(EVENTS.c.seq)
    .limit(bindparam('most'))
)
_ALL = 2**62  # as a limit

_TakenOut = tuple[RunEvent, str, dict[blobs.Place, str]]
"""An event, its JSON without its long strings, and these."""

_UNFINISHED: tuple[RunStatus, ...] = ('queued', 'running', 'waiting')


class SqliteJournal:
    """Appends of all runs share the database's writer; the writer keeps the rows of live runs at hand."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows: dict[str, Run] = {}  # only the writer's thread touches it
        database.on_rollback(self._rows.clear)

    async def create(self, run: Run, event: RunCreated, then: Sequence[RunEvent] = ()) -> Appended:
        row, numbered = advance(run, [event, *then])
        columns, taken_out = _columns(row), _taken_out(numbered)

        def change(connection: Connection) -> Appended:
            if not driver_of(connection).execute(_INSERT_RUN, columns).rowcount:
                raise ConflictError(f'There is already a run {run.id}.')
            _store_approvals(connection, row)
            _store_events(connection, run.id, taken_out)
            self._remember(row)
            return row, numbered

        return await self._database.write(change)

    async def append(self, run_id: str, events: Sequence[RunEvent], *, epoch: int | None = None) -> Appended:
        def change(connection: Connection) -> Appended:
            before = self._row(connection, run_id)
            row, numbered = advance(before, events, epoch=epoch)
            _store_events(connection, run_id, _taken_out(numbered))
            self._store_row(connection, before, row)
            return row, numbered

        return await self._database.write(change)

    async def read(self, run_id: str, after: int = 0, limit: int | None = None) -> list[RunEvent]:
        def query(connection: Connection) -> list[RunEvent]:
            which = {'run_id': run_id, 'after': after, 'most': _ALL if limit is None else limit}
            rows = connection.execute(_EVENTS, which).all()
            if not rows:
                _get(connection, run_id)
            return [run_event.validate_json(body) for body in _bodies(connection, rows)]

        return await self._database.read(query)

    async def get(self, run_id: str) -> Run:
        return await self._database.read(lambda connection: _get(connection, run_id))

    async def runs(self, which: RunFilter) -> list[Run]:
        def query(connection: Connection) -> list[Run]:
            statement = _filtered(_ROW, which)
            if which.before is not None:
                bound = _get(connection, which.before)
                statement = statement.where(tuple_(RUNS.c.created_at, RUNS.c.id) < tuple_(bound.created_at, bound.id))
            newest_first = statement.order_by(RUNS.c.created_at.desc(), RUNS.c.id.desc()).limit(which.limit)
            return _runs(connection, newest_first)

        return await self._database.read(query)

    async def unfinished(self) -> list[Run]:
        oldest_first = _ROW.where(RUNS.c.status.in_(_UNFINISHED)).order_by(RUNS.c.created_at, RUNS.c.id)
        return await self._database.read(lambda connection: _runs(connection, oldest_first))

    async def totals(self, moments: Sequence[datetime]) -> Totals:
        return await self._database.read(lambda connection: totals.read(connection, moments))

    async def approvals(self) -> list[PendingApproval]:
        statement = select(APPROVALS.c.body).order_by(APPROVALS.c.since, APPROVALS.c.run_id, APPROVALS.c.number)
        return await self._database.read(lambda connection: _approvals(connection, statement))

    async def logs(
        self,
        *,
        run_id: str | None = None,
        workflow_id: str | None = None,
        level: str | None = None,
        after: int = 0,
        limit: int = 200,
    ) -> list[tuple[int, str, Logged]]:
        statement = (
            select(EVENTS.c.position, EVENTS.c.run_id, EVENTS.c.body, EVENTS.c.blobs)
            .where(EVENTS.c.level.in_(levels_from(level)), EVENTS.c.position > after)
            .order_by(EVENTS.c.position)
            .limit(limit)
        )
        if run_id is not None:
            statement = statement.where(EVENTS.c.run_id == run_id)
        if workflow_id is not None:
            statement = statement.join(RUNS).where(RUNS.c.workflow_id == workflow_id)

        def query(connection: Connection) -> list[tuple[int, str, Logged]]:
            rows = connection.execute(statement).all()
            bodies = _bodies(connection, [(row.body, row.blobs) for row in rows])
            lines = (Logged.model_validate_json(body) for body in bodies)
            return [(row.position, row.run_id, line) for row, line in zip(rows, lines, strict=True)]

        return await self._database.read(query)

    async def delete(self, run_id: str) -> None:
        def change(connection: Connection) -> None:
            row = self._row(connection, run_id)
            if not row.ended:
                raise ConflictError(f'Run {run_id} is {row.status}; cancel it before you delete it.')
            blobs.release(connection, run_id)
            connection.execute(delete(RUNS).where(RUNS.c.id == run_id))  # its events follow
            self._rows.pop(run_id, None)

        await self._database.write(change)

    def _row(self, connection: Connection, run_id: str) -> Run:
        return self._rows.get(run_id) or _get(connection, run_id)

    def _store_row(self, connection: Connection, before: Run, row: Run) -> None:
        then = vars(before)
        changed = {name for name, value in vars(row).items() if value is not then[name]}  # copies share all else
        if changed <= {'seq'}:
            pass
        elif not changed & {'status', 'approvals'}:
            driver_of(connection).execute(_UPDATE_BODY, (_body(row), row.id))  # touches no index
        else:
            columns = (_body(row), row.status, len(row.approvals), row.id)
            driver_of(connection).execute(_UPDATE_RUN, columns)
            if 'approvals' in changed:
                connection.execute(delete(APPROVALS).where(APPROVALS.c.run_id == row.id))
                _store_approvals(connection, row)
        self._remember(row)

    def _remember(self, row: Run) -> None:
        self._rows.pop(row.id, None)
        if row.status in ENDED:
            return
        self._rows[row.id] = row
        if len(self._rows) > _CACHED:
            del self._rows[next(iter(self._rows))]


def _columns(row: Run) -> tuple[Any, ...]:
    created_at = stored_moment(row.created_at)
    return row.id, row.workflow_id, row.trigger, row.status, created_at, len(row.approvals), _body(row)


def _body(row: Run) -> str:
    return row.model_dump_json(exclude={'approvals'})


def _store_approvals(connection: Connection, row: Run) -> None:
    rows = [{'run_id': row.id, 'since': a.since, 'body': a.model_dump_json()} for a in row.approvals]
    if rows:
        connection.execute(insert(APPROVALS), rows)


def _taken_out(events: Iterable[RunEvent]) -> list[_TakenOut]:
    return [(event, *blobs.take_out(event_json(event))) for event in events]


def _store_events(connection: Connection, run_id: str, events: Iterable[_TakenOut]) -> None:
    rows = [_event_columns(connection, run_id, *each) for each in events]
    if rows:
        driver_of(connection).executemany(_INSERT_EVENT, rows)


def _event_columns(
    connection: Connection, run_id: str, event: RunEvent, body: str, texts: dict[blobs.Place, str]
) -> tuple[str | int | None, ...]:
    places = None
    if texts:
        hashes = blobs.store(connection, run_id, texts.values())
        places = blobs.references({place: hashes[text] for place, text in texts.items()})
    level = event.level if isinstance(event, Logged) else None
    return run_id, event.seq, level, body, places


def _bodies(connection: Connection, rows: Iterable[Any]) -> list[str]:
    """The JSON of events from (body, blobs), with their long strings in place."""
    stored = [(body, blobs.dereference(column) if column else {}) for body, column in rows]
    texts = blobs.load(connection, (key for _, places in stored for key in places.values()))
    return [
        blobs.put_back(body, {place: texts[key] for place, key in places.items()}) if places else body
        for body, places in stored
    ]


def _filtered(statement: Select[Any], which: RunFilter) -> Select[Any]:
    if which.status:
        statement = statement.where(RUNS.c.status.in_(which.status))
    if which.workflow_id is not None:
        statement = statement.where(RUNS.c.workflow_id == which.workflow_id)
    if which.trigger is not None:
        statement = statement.where(RUNS.c.trigger == which.trigger)
    if which.since is not None:
        statement = statement.where(RUNS.c.created_at >= which.since)
    return statement


def _get(connection: Connection, run_id: str) -> Run:
    if (row := _find(connection, run_id)) is None:
        raise NotFoundError('run', run_id)
    return row


def _find(connection: Connection, run_id: str) -> Run | None:
    found = _runs(connection, _RUN, {'run_id': run_id})
    return found[0] if found else None


def _runs(connection: Connection, statement: Select[Any], which: dict[str, Any] | None = None) -> list[Run]:
    rows = connection.execute(statement, which or {}).all()
    runs = [Run.model_validate_json(row.body).model_copy(update={'seq': row.seq}) for row in rows]
    asking = [run.id for run, row in zip(runs, rows, strict=True) if row.pending]
    if not asking:
        return runs
    pending = select(APPROVALS.c.body).order_by(APPROVALS.c.number)
    if len(asking) <= 500:
        pending = pending.where(APPROVALS.c.run_id.in_(asking))
    by_run: dict[str, list[PendingApproval]] = {}
    for approval in _approvals(connection, pending):
        by_run.setdefault(approval.run_id, []).append(approval)
    return [run.model_copy(update={'approvals': tuple(by_run.get(run.id, ()))}) for run in runs]


def _approvals(connection: Connection, statement: Select[Any]) -> list[PendingApproval]:
    return [PendingApproval.model_validate_json(body) for body in connection.execute(statement).scalars()]
