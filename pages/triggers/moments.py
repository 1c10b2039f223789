"""Times of a schedule, as its own clock shows them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from core.triggers.due import Timing


def moment(due: datetime, timing: Timing) -> str:
    """'Mon 7 Dec 2026, 08:00', with seconds where an interval has some; intervals by the clock of this machine."""
    local = due.astimezone(ZoneInfo(timing.zone) if timing.cron else None)
    seconds = f':{local:%S}' if local.second else ''
    return f'{local:%a} {local.day} {local:%b %Y, %H:%M}{seconds}'
