"""A run as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from core.orchestrator import Orchestrator

HEARTBEAT = 15.0
"""Seconds between signs of life, so that nothing on the way closes a silent connection."""

LIVE_INTERVAL = 0.05
"""Seconds between two looks at what running steps write."""


class EventStream(Response):
    """Sends frames until `events` ends, the reader has gone, or the server stops (`until`).

    `meanwhile` is sent beside it, for as long.
    """

    media_type = 'text/event-stream'

    def __init__(
        self,
        events: AsyncIterator[str],
        *,
        until: asyncio.Event,
        meanwhile: AsyncIterator[str] | None = None,
        status_code: int = 200,
    ) -> None:
        super().__init__(status_code=status_code, headers={'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no'})
        del self.headers['Content-Length']
        self._events = events
        self._until = until
        self._meanwhile = meanwhile

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({'type': 'http.response.start', 'status': self.status_code, 'headers': self.raw_headers})
        async with asyncio.TaskGroup() as group:
            sources = [_beats(), *([self._meanwhile] if self._meanwhile else [])]
            beside = [group.create_task(_forward(source, send)) for source in sources]
            main = group.create_task(_forward(self._events, send))
            beside.append(group.create_task(_cancel_when_gone(receive, main)))
            beside.append(group.create_task(_cancel_when_set(self._until, main)))
            main.add_done_callback(lambda _: [task.cancel() for task in beside])
        await send({'type': 'http.response.body', 'body': b'', 'more_body': False})


async def events_of(orchestrator: Orchestrator, run_id: str, *, after: int) -> AsyncIterator[str]:
    """The journal's events as frames."""
    async for event in orchestrator.watch(run_id, after):
        yield f'id: {event.seq}\nevent: {event.type}\ndata: {event.model_dump_json()}\n\n'


async def live_output_of(orchestrator: Orchestrator, run_id: str) -> AsyncIterator[str]:
    """What running steps write: only what is new in each frame; frames have no id, for nothing of it is kept."""
    shown: dict[str, _Shown] = {}
    while True:
        news = orchestrator.live.bell.listen(run_id)
        for path, step in list(orchestrator.live.steps(run_id).items()):
            before = shown.get(path)
            if before is None or before.attempt != step.attempt:
                before = shown[path] = _Shown(attempt=step.attempt)
            now = _Shown(attempt=step.attempt, text=len(step.text), thinking=len(step.thinking), status=step.status)
            if now != before:
                frame = {
                    'path': path,
                    'attempt': step.attempt,
                    'text': step.text[before.text :],
                    'thinking': step.thinking[before.thinking :],
                    'status': step.status,
                }
                shown[path] = now
                yield f'event: live\ndata: {json.dumps(frame)}\n\n'
        await asyncio.sleep(LIVE_INTERVAL)
        await news.wait()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shown:
    attempt: int
    text: int = 0
    thinking: int = 0
    status: str = ''


async def _beats() -> AsyncIterator[str]:
    while True:
        await asyncio.sleep(HEARTBEAT)
        yield ': still here\n\n'


async def _forward(frames: AsyncIterator[str], send: Send) -> None:
    async for frame in frames:
        await send({'type': 'http.response.body', 'body': frame.encode(), 'more_body': True})


async def _cancel_when_gone(receive: Receive, stream: asyncio.Task[None]) -> None:
    while (await receive())['type'] != 'http.disconnect':
        pass
    stream.cancel()


async def _cancel_when_set(event: asyncio.Event, stream: asyncio.Task[None]) -> None:
    await event.wait()
    stream.cancel()
