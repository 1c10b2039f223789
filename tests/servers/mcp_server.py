"""An MCP server for tests, on the official package: `python -m tests.servers.mcp_server [http PORT]`."""

import asyncio
import os
import sys
from pathlib import Path

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp_types import ToolAnnotations

server = MCPServer('Test')
READS = ToolAnnotations(read_only_hint=True)


@server.tool(annotations=READS, description='Says a word back.')
def echo(word: str) -> str:
    return f'{word}!'


@server.tool(annotations=READS)
def variable(name: str) -> str:
    return os.environ.get(name, 'none')


@server.tool()
def change(what: str) -> str:
    return f'changed {what}'


@server.tool(annotations=READS)
async def slowly(file: str, context: Context) -> str:
    """Writes into the file whether it came to its end or was cancelled."""
    try:
        for number in range(100):
            await context.report_progress(number, 100)
            await asyncio.sleep(0.05)
        text = 'done'
    except BaseException:
        text = 'cancelled'
        raise
    finally:
        Path(file).write_text(text)  # noqa: ASYNC240 - a test's own few bytes
    return text


@server.tool(annotations=READS)
def die() -> str:
    os._exit(1)


@server.tool(annotations=READS)
def fail() -> str:
    raise ValueError('It went wrong.')


if __name__ == '__main__':
    if sys.argv[1:2] == ['http']:
        server.run('streamable-http', port=int(sys.argv[2]))
    elif sys.argv[1:2] == ['broken']:
        sys.exit('There is a screw missing.')
    else:
        server.run('stdio')
