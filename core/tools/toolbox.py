"""All tools there are, by what agents and nodes refer to them with; and the surroundings in which they are called."""

import asyncio
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from core.clock import Clock
from core.errors import UnknownNameError
from core.repository import Preferences, Secrets
from core.sandbox.sandboxes import Sandboxes
from core.tools.tool import Tool, ToolContext, ToolError, Tools
from core.values import Json

PRIVATE_ADDRESSES = 'private_addresses'
"""The preference that lets tools reach this machine and its private network: `yes`, or anything else."""


class ToolSource(Protocol):
    """Tools that come and go while the app runs; their keys begin with the source's name and a colon."""

    async def tools(self) -> list[Tool]:
        """All that are there now."""
        ...

    async def find(self, name: str) -> list[Tool]:
        """The tools that the part after the colon stands for; UnknownNameError or ToolError where it is none."""
        ...


class Toolbox:
    """The built-in tools, those of plugins, and those of the sources."""

    def __init__(
        self,
        tools: Tools,
        *,
        preferences: Preferences,
        secrets: Secrets,
        sandboxes: Sandboxes,
        clock: Clock,
        files: Path | None = None,
        sources: Mapping[str, ToolSource] | None = None,
    ) -> None:
        """`files` holds a folder for each run that writes files."""
        self._tools = tools
        self._preferences = preferences
        self._secrets = secrets
        self._sandboxes = sandboxes
        self._clock = clock
        self._files = files
        self._sources = dict(sources or {})

    async def all(self) -> list[Tool]:
        """Everything that can be chosen now."""
        found = list(self._tools)
        for source in self._sources.values():
            found += await source.tools()
        return found

    async def find(self, keys: Iterable[str]) -> list[Tool]:
        """The tools of these keys, each once; UnknownNameError, or ToolError, with the reason."""
        found: dict[str, Tool] = {}
        for key in keys:
            for tool in await self._find(key):
                if found.setdefault(tool.name, tool).key != tool.key:
                    both = f'{found[tool.name].key} and {tool.key}'
                    raise ToolError(f'{both} have the same name, {tool.name}; take one of them away.')
        return list(found.values())

    def folder(self, run_id: str) -> Path | None:
        """Where this run's files are; it exists once something was written."""
        return self._files / run_id if self._files else None

    async def private_addresses(self) -> bool:
        """Whether this machine and its private network may be reached."""
        return await self._preferences.get(PRIVATE_ADDRESSES) == 'yes'

    async def secret(self, name: str) -> str | None:
        """A secret, for those who may send it; it is never written down."""
        return await self._secrets.get(name)

    async def forget(self, run_id: str) -> None:
        """Deletes the files of a run."""
        if (folder := self.folder(run_id)) is not None:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def call(
        self,
        tool: Tool,
        arguments: dict[str, Json],
        *,
        run_id: str,
        call_id: str,
        depth: int,
        say: Callable[[str], None],
    ) -> Json:
        """Calls the tool within its time; ToolError says what went wrong."""
        context = ToolContext(
            run_id=run_id,
            call_id=call_id,
            depth=depth,
            clock=self._clock,
            folder=self.folder(run_id),
            sandboxes=self._sandboxes,
            private_addresses=await self.private_addresses(),
            say=say,
        )
        limit = asyncio.timeout(tool.timeout)
        try:
            async with limit:
                return await tool.call(arguments, context)
        except TimeoutError as error:
            if not limit.expired():
                raise ToolError(str(error) or 'Something that it waited for took too long.') from error
            raise ToolError(f'It took longer than its {tool.timeout:g} s and was stopped.') from None

    async def _find(self, key: str) -> list[Tool]:
        source, colon, name = key.partition(':')
        if not colon:
            return [self._tools.get(key)]
        if source not in self._sources:
            raise UnknownNameError('source of tools', source, self._sources)
        return await self._sources[source].find(name)
