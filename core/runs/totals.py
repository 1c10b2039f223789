"""What many runs came to together, for figures and plots."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.runs.run import Run
from core.values import Value


class Total(Value):
    """The runs that were created from one moment up to the next."""

    since: datetime
    succeeded: int = 0
    failed: int = 0
    other: int = 0
    tokens: int = 0
    cost: float | None = None
    """In US dollars; None where no price is known."""

    @property
    def runs(self) -> int:
        return self.succeeded + self.failed + self.other


class Totals(Value):
    """A total for each span of time, the oldest first."""

    spans: tuple[Total, ...] = ()
    usual_seconds: float | None = None
    """The median of the time from the start of a run to its end; None where none has ended."""

    @property
    def runs(self) -> int:
        return sum(span.runs for span in self.spans)

    @property
    def tokens(self) -> int:
        return sum(span.tokens for span in self.spans)

    @property
    def cost(self) -> float | None:
        known = [span.cost for span in self.spans if span.cost is not None]
        return sum(known) if known else None


def totals_of(runs: Iterable[Run], moments: Sequence[datetime]) -> Totals:
    """What these runs came to from each moment up to the next, the last one without an end."""
    if not moments:
        return Totals()
    runs = [run for run in runs if run.created_at >= moments[0]]
    spans = zip(moments, [*moments[1:], None], strict=True)
    took = sorted((run.ended_at - run.started_at).total_seconds() for run in runs if run.started_at and run.ended_at)
    return Totals(
        spans=tuple(
            _total(
                since, [run for run in runs if run.created_at >= since and (until is None or run.created_at < until)]
            )
            for since, until in spans
        ),
        usual_seconds=took[len(took) // 2] if took else None,
    )


def _total(since: datetime, runs: Sequence[Run]) -> Total:
    succeeded, failed = (sum(run.status == status for run in runs) for status in ('succeeded', 'failed'))
    known = [run.usage.cost for run in runs if run.usage.cost is not None]
    return Total(
        since=since,
        succeeded=succeeded,
        failed=failed,
        other=len(runs) - succeeded - failed,
        tokens=sum(run.usage.tokens for run in runs),
        cost=sum(known) if known else None,
    )
