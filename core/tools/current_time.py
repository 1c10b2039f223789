"""The tool current_time: models do not know what day it is."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from core.tools.tool import ToolContext, ToolError, TypedTool
from core.values import Value


class CurrentTimeArgs(Value):
    zone: str = Field(default='UTC', max_length=64, description='A time zone, such as Europe/Berlin.')


class CurrentTime(TypedTool[CurrentTimeArgs]):
    name = 'current_time'
    title = 'Current time'
    description = 'Tells the date, the weekday and the time in a time zone.'
    icon = 'schedule'
    Args = CurrentTimeArgs

    async def run(self, args: CurrentTimeArgs, context: ToolContext) -> str:
        try:
            zone = ZoneInfo(args.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ToolError(f'There is no time zone {args.zone!r}; write it like Europe/Berlin.') from None
        return f'{context.clock.now().astimezone(zone):%A, %Y-%m-%d %H:%M:%S %Z}'
