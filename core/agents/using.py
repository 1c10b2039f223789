"""How an agent uses its tools: all calls of one answer at the same time, each recorded before and after."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.clock import Clock
from core.errors import OrchestratorError
from core.llm.messages import Message, Text, ToolCall, ToolResult
from core.runs import events as e
from core.runs.state import ToolUse
from core.tools.tool import Tool, ToolError
from core.tools.toolbox import Toolbox
from core.workflows.templates import text_of

LONGEST_RESULT = 50_000
"""Characters of a result that a model is given."""

log = logging.getLogger(__name__)


@dataclass(kw_only=True, slots=True)
class Past:
    """What this answer has cost so far; it grows while events are recorded."""

    calls: Sequence[e.ModelCalled] = field(default_factory=list)
    summaries: Sequence[e.ModelCalled] = field(default_factory=list)
    """Calls that put an earlier conversation in short; they are no part of this one."""
    tools: Mapping[str, ToolUse] = field(default_factory=dict)
    decisions: Mapping[str, e.ApprovalDecided] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Place:
    """Where an answer is given: the step, its past, and how to write and to show what happens."""

    run_id: str
    path: str
    depth: int
    past: Past
    clock: Clock
    note: Callable[[e.RunEvent], Awaitable[None]]
    """Appends an event; it is in the past when this returns, and in the journal with what comes next."""
    record: Callable[[e.RunEvent], Awaitable[None]]
    """The same; it is durable when this returns, as it must be before something is done to the world."""
    say: Callable[[str], None]
    show: Callable[[str, str], None]


@dataclass(kw_only=True, slots=True)
class ToolUser:
    """Calls tools for an agent, by the names that its model knows."""

    tools: Mapping[str, Tool]
    ask_before: frozenset[str]
    """Keys of tools, or of servers with all their tools."""
    toolbox: Toolbox
    place: Place

    async def use(self, calls: Sequence[ToolCall], *, refusal: str, left: int | None) -> e.ApprovalRequest | None:
        """Makes the calls that have no result yet; gives what a person must be asked before the rest can be made.

        `refusal` refuses all, saying why; `left` is how many may be made.
        """
        ready: list[tuple[ToolCall, Tool, dict[str, Any]]] = []
        asking: list[e.ApprovalRequest] = []
        for call in (call for call in calls if not self._is_done(call)):
            try:
                tool, arguments = self._understood(call)
                if refusal or (left is not None and len(ready) + len(asking) >= left):
                    raise ToolError(refusal or 'The budget of tool calls is used up.')
            except ToolError as error:
                await self._give(call, str(error), is_error=True, wanted=_wanted(call))
                continue
            if self._needs_word(tool, call):
                asking.append(_request(tool, call, arguments))
            else:
                ready.append((call, tool, arguments))
        if ready:
            self.place.say(f'Calling {", ".join(dict.fromkeys(tool.title for _, tool, _ in ready))}')
            async with asyncio.TaskGroup() as group:
                for call, tool, arguments in ready:
                    group.create_task(self._call(call, tool, arguments))
        return asking[0] if asking else None

    def results(self, calls: Sequence[ToolCall], note: str) -> Message:
        """What the model is told of its calls, in their order; `note` follows."""
        found = [self.place.past.tools[call.id].result for call in calls]
        results = [
            ToolResult(call_id=result.call_id, name=result.name, text=_cut(result.text), is_error=result.is_error)
            for result in found
            if result
        ]
        return Message(role='user', parts=(*results, *([Text(text=note)] if note else ())))

    def _is_done(self, call: ToolCall) -> bool:
        use = self.place.past.tools.get(call.id)
        return use is not None and use.result is not None

    def _understood(self, call: ToolCall) -> tuple[Tool, dict[str, Any]]:
        """The tool and its arguments, as a person may have edited them; ToolError where they are none."""
        if call.name not in self.tools:
            raise ToolError(f'There is no tool {call.name!r}; there are: {", ".join(self.tools) or "none"}.')
        decided = self.place.past.decisions.get(call.id)
        if decided is not None and not decided.approved:
            raise ToolError(f'A person refused this call. {decided.comment}'.strip())
        edited = decided.value if decided is not None else ''
        try:
            arguments = call.model_copy(update={'arguments': edited or call.arguments}).parsed()
        except (ValueError, RecursionError) as error:
            raise ToolError(f'The arguments are not a JSON object: {error}') from None
        tool = self.tools[call.name]
        tool.check(arguments)
        return tool, arguments

    def _needs_word(self, tool: Tool, call: ToolCall) -> bool:
        named = any(tool.key == key or tool.key.startswith(f'{key}/') for key in self.ask_before)
        return (tool.requires_approval or named) and call.id not in self.place.past.decisions

    async def _call(self, call: ToolCall, tool: Tool, arguments: dict[str, Any]) -> None:
        place, began = self.place, self.place.clock.monotonic()
        started = e.ToolStarted(
            at=place.clock.now(),
            path=place.path,
            call_id=call.id,
            name=call.name,
            arguments=arguments,
            effects=tool.effects,
        )
        await place.record(started)
        try:
            value = await self.toolbox.call(
                tool, arguments, run_id=place.run_id, call_id=call.id, depth=place.depth, say=place.say
            )
            text, failed = text_of(value), False
        except OrchestratorError as error:
            text, failed = str(error), True
        except Exception as error:  # whatever a stranger's tool raises: the model is told, and may do without it
            log.exception('Tool %s of step %s in run %s', call.name, place.path, place.run_id)
            text, failed = f'{type(error).__name__}: {error}', True
        await self._give(call, text, is_error=failed, seconds=place.clock.monotonic() - began)

    async def _give(
        self,
        call: ToolCall,
        text: str,
        *,
        is_error: bool,
        seconds: float = 0.0,
        wanted: dict[str, Any] | None = None,
    ) -> None:
        place = self.place
        text = text.encode(errors='backslashreplace').decode()  # as the journal can hold it
        event = e.ToolCalled(
            at=place.clock.now(),
            path=place.path,
            call_id=call.id,
            name=call.name,
            text=text,
            is_error=is_error,
            seconds=seconds,
            arguments=wanted or {},
        )
        await place.record(event)


def _wanted(call: ToolCall) -> dict[str, Any]:
    """What the model wanted to call it with, as far as that can be read."""
    try:
        return call.parsed()
    except (ValueError, RecursionError):
        return {'malformed': call.arguments}


def _request(tool: Tool, call: ToolCall, arguments: dict[str, Any]) -> e.ApprovalRequest:
    return e.ApprovalRequest(
        title=f'Allow “{tool.title}”?',
        message=tool.description,
        value=json.dumps(arguments, indent=2, ensure_ascii=False),
        tool=tool.name,
        call_id=call.id,
    )


def _cut(text: str) -> str:
    if len(text) <= LONGEST_RESULT:
        return text
    return f'{text[:LONGEST_RESULT]}\n… (cut: {len(text) - LONGEST_RESULT} more characters)'
