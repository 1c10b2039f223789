"""A tool of an MCP server."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from core.tools.mcp.server import McpServer
from core.tools.schema import schema_problems
from core.tools.tool import Tool, ToolContext, ToolError
from core.values import Json

Call = Callable[[str, dict[str, Any], ToolContext], Awaitable[Any]]
"""Calls a tool of the server by the name that the server gave it."""

_LONGEST_NAME = 64


class McpTool(Tool):
    """One that a server has listed."""

    icon = 'extension'

    def __init__(self, server: McpServer, told: Any, call: Call) -> None:
        self._server = server
        self._told_name = told.name
        self._schema = told.input_schema
        self._call = call
        self.name = _name(server.id, told.name)
        self.title = told.title or (told.annotations and told.annotations.title) or told.name
        self.description = told.description or ''
        self.timeout = server.timeout
        hints = told.annotations
        if hints and hints.read_only_hint:
            self.effects = 'none'
        elif hints and hints.idempotent_hint:
            self.effects = 'idempotent'
        else:
            self.effects = 'external'
        self.requires_approval = server.asks == 'always' or (server.asks == 'changes' and self.effects != 'none')

    @property
    def key(self) -> str:
        return f'mcp:{self._server.id}/{self._told_name}'

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self._schema)

    def check(self, arguments: dict[str, Any]) -> None:
        if problems := schema_problems(arguments, self._schema):
            raise ToolError(f'The arguments do not fit. {" ".join(problems)}')

    async def call(self, arguments: dict[str, Any], context: ToolContext) -> Json:
        result = await self._call(self._told_name, arguments, context)
        text = '\n\n'.join(filter(None, map(_text, result.content)))
        if result.is_error:
            raise ToolError(text or 'The tool failed without a reason.')
        if not text and result.structured_content is not None:
            return result.structured_content
        return text


def _name(server: str, tool: str) -> str:
    """What models call it: the server's name before the tool's own, in characters that all providers take."""
    return re.sub(r'[^A-Za-z0-9_-]', '_', f'{server}_{tool}')[-_LONGEST_NAME:]


def _text(part: Any) -> str:
    """A part of a result as a text; what is none is named."""
    match part.type:
        case 'text':
            return str(part.text)
        case 'image' | 'audio':
            return f'({part.mime_type}, {len(part.data) * 3 // 4} bytes)'
        case 'resource_link':
            return f'{part.name}: {part.uri}'
        case 'resource':
            return str(getattr(part.resource, 'text', None) or f'({part.resource.uri})')
        case _:
            return json.dumps(part.model_dump(mode='json'), ensure_ascii=False)
