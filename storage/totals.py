"""Totals of runs, added up by SQLite: a week may be ten thousand runs, and none of them has to be read for that."""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, bindparam, func, select

from core.runs.totals import Total, Totals
from storage.tables import RUNS

_DAY = 86_400


def _of_body(path: str) -> ColumnElement[float]:
    return func.json_extract(RUNS.c.body, f'$.{path}', type_=Float)


_DAYS = func.julianday(_of_body('ended_at')) - func.julianday(_of_body('started_at'))
_SINCE = select(
    func.count().label('runs'),
    func.count().filter(RUNS.c.status == 'succeeded').label('succeeded'),
    func.count().filter(RUNS.c.status == 'failed').label('failed'),
    func.sum(_of_body('usage.input_tokens') + _of_body('usage.output_tokens')).label('tokens'),
    func.sum(_of_body('usage.cost')).label('cost'),
    func.json_group_array(_DAYS).label('days'),  # a second look at the same rows would cost as much as the first
).where(RUNS.c.created_at >= bindparam('since'))
_BETWEEN = _SINCE.where(RUNS.c.created_at < bindparam('until'))


def read(connection: Connection, moments: Sequence[datetime]) -> Totals:
    """The totals from each moment up to the next; see `Journal.totals`."""
    rows = [connection.execute(_BETWEEN, {'since': a, 'until': b}).one() for a, b in pairwise(moments)]
    rows += [connection.execute(_SINCE, {'since': since}).one() for since in moments[-1:]]
    took = sorted(days for row in rows for days in json.loads(row.days) if days is not None)
    return Totals(
        spans=tuple(_total(since, row) for since, row in zip(moments, rows, strict=True)),
        usual_seconds=took[len(took) // 2] * _DAY if took else None,
    )


def _total(since: datetime, row: Any) -> Total:
    return Total(
        since=since,
        succeeded=row.succeeded,
        failed=row.failed,
        other=row.runs - row.succeeded - row.failed,
        tokens=int(row.tokens or 0),
        cost=row.cost,
    )
