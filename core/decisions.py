"""What people decide about steps of a run: approvals, and steps of which nobody knows whether they happened."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from core.clock import Clock
from core.errors import ConflictError
from core.library import Library
from core.runs import events as e
from core.runs.fold import fold
from core.runs.tail import TailedJournal
from core.tools.arguments import require_object
from core.values import Json


class Decisions:
    """Checks a word and has it written; of two that come at the same time only one is the first."""

    def __init__(
        self,
        events: TailedJournal,
        library: Library,
        clock: Clock,
        say: Callable[[str, e.RunEvent], Awaitable[None]],
    ) -> None:
        """`say` writes a word into the journal of a run and has it acted upon."""
        self._events = events
        self._library = library
        self._clock = clock
        self._say = say
        self._one_at_a_time = asyncio.Lock()

    async def decide_approval(
        self, run_id: str, path: str, *, approved: bool, value: str | None, comment: str, by: str
    ) -> None:
        async with self._one_at_a_time:
            run = await self._events.get(run_id)
            pending = next((approval for approval in run.approvals if approval.path == path), None)
            if pending is None:
                raise ConflictError(
                    f'Step {path!r} of run {run_id} does not wait for an approval; it may be decided already.'
                )
            value = pending.value if value is None else value
            if pending.tool and approved:
                require_object(value)
            now = self._clock.now()
            decided = e.ApprovalDecided(at=now, path=path, approved=approved, value=value, comment=comment, by=by)
            await self._say(run_id, decided)

    async def resolve_unknown(
        self, run_id: str, path: str, decision: Literal['retry', 'skip', 'value'], *, value: Json, by: str
    ) -> None:
        async with self._one_at_a_time:
            state = await fold(self._events, run_id)
            step = state.steps.get(path)
            if step is None or step.status != 'unknown':
                raise ConflictError(f'Step {path!r} of run {run_id} is not unknown; it may be decided already.')
            handles = (await self._library.graphs(state)).first_handles(path)
            now = self._clock.now()
            resolved = e.UnknownResolved(at=now, path=path, decision=decision, value=value, handles=handles, by=by)
            await self._say(run_id, resolved)
