"""The form of an MCP server."""

import shlex
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from core.errors import InvalidError
from core.orchestrator import Orchestrator
from core.tools.mcp.server import McpServer
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import choice, number_field, switch, text_area, text_field
from pages.components.layout import box, row, stack
from pages.components.problems import Fields, problems_of, show_problems
from pages.components.toasts import explained

TRANSPORTS = {'stdio': 'A program on this machine', 'http': 'An address (streamable HTTP)'}
ASKS = {
    'changes': 'Before calls that may change something',
    'always': 'Before each call',
    'never': 'Never',
}


async def ask_for_server(server: McpServer | None, orchestrator: Orchestrator) -> McpServer | None:
    """Lets a person fill in a server; None if they went away without saving. None is given for a new one."""
    with dialog(f'Edit {server.name}' if server else 'Add an MCP server', width=560) as asked:
        ServerForm(server, orchestrator, asked).draw()
    saved = await asked_once(asked)
    return saved if isinstance(saved, McpServer) else None


class ServerForm:
    """The fields of one server; those of the other kind of server are hidden."""

    def __init__(self, server: McpServer | None, orchestrator: Orchestrator, asked: ui.dialog) -> None:
        self._server = server
        self._orchestrator = orchestrator
        self._asked = asked

    def draw(self) -> None:
        at = self._server
        with stack('ao-gap-4 ao-scroll').style('overflow: auto; max-height: 64vh; padding: 2px; align-self: stretch'):
            self._name = text_field('Name', at.name if at else '', placeholder='Files')
            self._transport = choice(
                'What it is', TRANSPORTS, at.transport if at else 'stdio', on_change=lambda _: self._show_fields()
            )
            with box('ao-form') as self._for_stdio:
                self._command = text_field(
                    'Command',
                    at.command_line if at and at.command else '',
                    placeholder='npx -y @modelcontextprotocol/server-filesystem /home/me/notes',
                    help_text='The program and its arguments, as in a terminal; no shell runs it.',
                )
                self._env = _pairs_field('Variables', at.env if at else {}, 'API_KEY=${MY_SECRET}')
            with box('ao-form') as self._for_http:
                self._url = text_field('Address', at.url if at else '', placeholder='http://localhost:8000/mcp')
                self._headers = _pairs_field('Headers', at.headers if at else {}, 'Authorization=Bearer ${MY_SECRET}')
            self._asks = choice(
                'Ask me',
                ASKS,
                at.asks if at else 'changes',
                help_text='Which calls may change something is what the server itself says of its tools.',
            )
            self._timeout = number_field(
                'Seconds that a call may take', at.timeout if at else 60, minimum=1, maximum=3600, step=1
            )
            self._enabled = switch('Its tools may be used', value=at.enabled if at else True)
        self._show_fields()
        with row().style('align-self: flex-end'):
            button('Cancel', self._asked.close, kind='quiet')
            button('Save server', self._save, kind='primary')

    def _show_fields(self) -> None:
        self._for_stdio.visible = self._transport.value == 'stdio'
        self._for_http.visible = self._transport.value == 'http'

    def _said(self) -> McpServer:
        """What the fields say; InvalidError names each field that is wrong."""
        said: dict[str, Any] = self._server.model_dump() if self._server else {}
        try:
            command, *args = shlex.split(self._command.value or '') or ['']
        except ValueError as error:
            raise self._wrong([('command', f'{error}.')]) from None
        said |= {
            'name': (self._name.value or '').strip(),
            'transport': self._transport.value,
            'command': command,
            'args': args,
            'env': _pairs(self._env.value),
            'url': (self._url.value or '').strip(),
            'headers': _pairs(self._headers.value),
            'asks': self._asks.value,
            'timeout': self._timeout.value,
            'enabled': self._enabled.value,
        }
        try:
            return McpServer.model_validate(said)
        except ValidationError as error:
            raise self._wrong(problems_of(error)) from None

    def _wrong(self, problems: list[tuple[str, str]]) -> InvalidError:
        whole, made = ('command', self._command) if self._transport.value == 'stdio' else ('url', self._url)
        at_fields = [(place.split('.')[0] or whole, what) for place, what in problems]
        if not (made.value or '').strip():  # the model says so only once all else is right
            at_fields = [*((place, what) for place, what in at_fields if place != whole), (whole, 'It is empty.')]
        return InvalidError('The server cannot be saved as it is.', problems=at_fields)

    async def _save(self) -> None:
        with explained():
            try:
                self._asked.submit(await self._orchestrator.mcp.save(self._said()))
            except InvalidError as error:
                fields: Fields = {
                    'name': self._name,
                    'command': self._command,
                    'env': self._env,
                    'url': self._url,
                    'headers': self._headers,
                    'timeout': self._timeout,
                }
                if show_problems(error.problems, fields):
                    raise


def _pairs_field(label: str, values: dict[str, str], example: str) -> ui.textarea:
    return text_area(
        label,
        '\n'.join(f'{name}={value}' for name, value in values.items()),
        rows=2,
        placeholder=example,
        help_text='One a line. ${NAME} stands for a secret of that name.',
    ).classes('ao-mono')


def _pairs(text: str | None) -> dict[str, str]:
    lines = [line.strip() for line in (text or '').splitlines() if line.strip()]
    return {name.strip(): value.strip() for name, _, value in (line.partition('=') for line in lines)}
