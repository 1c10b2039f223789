"""MCP servers: programs and addresses that bring tools. A program runs only after its exact command was allowed."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response
from pydantic import Field

from app.api.entities import Core, IfMatch, at, created, new, stale, tagged
from app.api.problems import problem_responses
from core.errors import StaleError
from core.tools.mcp.server import McpServer, Variable
from core.tools.mcp.session import State
from core.tools.tool import Effects, Tool
from core.values import Value

router = APIRouter(prefix='/mcp-servers', tags=['MCP servers'])

EXAMPLE = {'name': 'Files', 'transport': 'stdio', 'command': 'npx', 'args': ['-y', 'files-server'], 'revision': 1}
ServerBody = Annotated[McpServer, Body(examples=[EXAMPLE])]


class AllowedCommand(Value):
    """The command that a person has looked at, word by word as the server has it."""

    command: str = Field(examples=['npx'])
    args: tuple[str, ...] = Field(examples=[['-y', 'files-server']])
    env: dict[Variable, str] = {}


class McpState(Value):
    """What an MCP server does now; `off`: it was not used yet, or has ended."""

    state: State
    error: str = ''
    may_start: bool


class McpToolInfo(Value):
    """A tool of a server; `key` is what agents and nodes refer to it by, `parameters` a JSON schema."""

    key: str
    name: str
    title: str
    description: str
    parameters: dict[str, Any]
    effects: Effects
    asks: bool = Field(description='Whether a person is asked before each call.')


@router.get('', summary='List MCP servers')
async def list_mcp_servers(core: Core) -> list[McpServer]:
    """All MCP servers, by name."""
    return await core.mcp.all()


@router.post('', status_code=201, summary='Create an MCP server', responses=problem_responses(409))
async def create_mcp_server(server: ServerBody, core: Core, response: Response) -> McpServer:
    """Stores a new server. Its command is not allowed yet, whatever the body says, and nothing is started."""
    return created(await core.mcp.save(new(server)), response, at='/api/mcp-servers')


@router.get('/{server_id}', summary='Get an MCP server', responses=problem_responses(404))
async def get_mcp_server(server_id: str, core: Core, response: Response) -> McpServer:
    """One server; its ETag goes back in If-Match when it is saved."""
    return tagged(await core.mcp.get(server_id), response)


@router.put('/{server_id}', summary='Save an MCP server', responses=problem_responses(404, 409, 412))
async def save_mcp_server(
    server_id: str, server: ServerBody, core: Core, response: Response, if_match: IfMatch = None
) -> McpServer:
    """Stores all fields and ends what runs of it. Another command, argument or variable must be allowed anew."""
    await core.mcp.get(server_id)
    item = at(server, server_id, if_match=if_match)
    try:
        return tagged(await core.mcp.save(item), response)
    except StaleError as error:
        raise stale(error, item, if_match=if_match) from None


@router.delete('/{server_id}', status_code=204, summary='Delete an MCP server', responses=problem_responses(404))
async def delete_mcp_server(server_id: str, core: Core) -> None:
    """Ends it and removes it; agents with its tools fail with a clear error until they have others."""
    await core.mcp.delete(server_id)


@router.post('/{server_id}/allow', summary='Allow a command', responses=problem_responses(404, 409))
async def allow_mcp_server(server_id: str, seen: AllowedCommand, core: Core, response: Response) -> McpServer:
    """Lets the server's command run. The body repeats it exactly; refused if it is not what the server would run."""
    server = await core.mcp.get(server_id)
    fingerprint = server.model_copy(update=dict(seen)).fingerprint
    return tagged(await core.mcp.allow(server_id, fingerprint), response)


@router.get('/{server_id}/state', summary='Get the state of an MCP server', responses=problem_responses(404))
async def get_mcp_state(server_id: str, core: Core) -> McpState:
    """Whether it may start, whether it runs, and why not. Starts nothing."""
    server = await core.mcp.get(server_id)
    session = core.mcp.session(server_id)
    if session is None:
        return McpState(state='off', may_start=server.may_start)
    return McpState(state=session.state, error=session.error, may_start=server.may_start)


@router.post('/{server_id}/restart', summary='Restart an MCP server', responses=problem_responses(404, 502))
async def restart_mcp_server(server_id: str, core: Core) -> list[McpToolInfo]:
    """Ends it and starts it at once, however often it has failed; gives its tools."""
    return [_info(tool) for tool in await core.mcp.restart(server_id)]


@router.get('/{server_id}/tools', summary='List tools of an MCP server', responses=problem_responses(404, 502))
async def list_mcp_tools(server_id: str, core: Core) -> list[McpToolInfo]:
    """Its tools; it is started if need be, and if it may be."""
    return [_info(tool) for tool in await core.mcp.connect(server_id)]


def _info(tool: Tool) -> McpToolInfo:
    return McpToolInfo(
        key=tool.key,
        name=tool.name,
        title=tool.title,
        description=tool.description,
        parameters=tool.parameters,
        effects=tool.effects,
        asks=tool.requires_approval,
    )
