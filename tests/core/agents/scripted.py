"""A provider that says what the test wrote, and tools that count their calls."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from pydantic import Field

from core.llm.connection import Connection
from core.llm.errors import ModelError
from core.llm.messages import Message, Text, ToolCall
from core.llm.provider import Client, ClientEvent, ProviderType
from core.llm.reports import ModelInfo
from core.llm.requests import ModelAnswered, ModelRequest, TextDelta
from core.llm.usage import Usage
from core.tools.tool import Effects, ToolContext, ToolError, TypedTool
from core.values import Value

Said = str | list[tuple[str, Any]] | ModelError
"""An answer in words; or calls as (tool, arguments), all with the same ids each time; or what goes wrong."""


class Script:
    """What the model says, one line a call; the last repeats. Survives the death of the process, as a provider does."""

    def __init__(self) -> None:
        self.lines: list[Said] = ['Done.']
        self.requests: list[ModelRequest] = []
        self.tokens = 10
        self.hold: asyncio.Event | None = None
        """Where set, an answer comes only once it is."""

    def provider(self) -> ProviderType:
        async def open_scripted(connection: Connection, *, api_key: str) -> Client:
            return _Client(self)

        return ProviderType(
            name='scripted', title='Scripted', local=True, default_url='x', needs_key=False, open=open_scripted
        )


class _Client:
    def __init__(self, script: Script) -> None:
        self._script = script

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ClientEvent, None]:
        script = self._script
        script.requests.append(request)
        if script.hold is not None:
            await script.hold.wait()
        line = script.lines[min(len(script.requests), len(script.lines)) - 1]
        if isinstance(line, ModelError):
            raise line
        yield TextDelta(text='…')
        message = Message.assistant(line) if isinstance(line, str) else _calling(line)
        usage = Usage(calls=1, input_tokens=script.tokens, output_tokens=script.tokens, cost=0.5)
        yield ModelAnswered(message=message, stop='end', usage=usage, first_token_after=0, seconds=0)

    async def models(self) -> list[ModelInfo]:
        return []

    async def close(self) -> None:
        pass


def _calling(calls: list[tuple[str, Any]]) -> Message:
    parts = (
        ToolCall(id=f'c{n}', name=name, arguments=told if isinstance(told, str) else json.dumps(told))
        for n, (name, told) in enumerate(calls)
    )
    return Message(role='assistant', parts=(Text(text='Let me see.'), *parts))


class WordArgs(Value):
    word: str = Field(default='', max_length=20)


class Counting(TypedTool[WordArgs]):
    """Says the word back; `calls` counts by word."""

    title = 'Counting'
    description = 'Counts.'
    Args = WordArgs

    def __init__(self, name: str = 'count', *, effects: Effects = 'none', asks: bool = False) -> None:
        self.name = name
        self.effects = effects
        self.requires_approval = asks
        self.calls: list[str] = []
        self.most_at_once = 0
        self.may_end: asyncio.Event | None = None
        self._now = 0

    async def run(self, args: WordArgs, context: ToolContext) -> str:
        self.calls.append(args.word)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            if self.may_end is not None:
                await self.may_end.wait()
            await asyncio.sleep(0)
        finally:
            self._now -= 1
        if args.word == 'bad':
            raise ToolError('That word is bad.')
        if args.word == 'fault':
            raise RuntimeError('oh')
        return f'{args.word}!'
