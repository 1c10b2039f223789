"""Who may come in, asked before anything else sees a request: plain ASGI, so that WebSockets are asked too."""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.login import COOKIE, Login
from app.access.password import TooManyGuessesError
from app.api.problems import problem_response
from app.settings import Settings, is_loopback

SAFE_METHODS = {'GET', 'HEAD', 'OPTIONS'}
SOCKET = '/_nicegui_ws'
"""Where NiceGUI's socket.io lives: its polling is plain GET and POST, but acts like a WebSocket."""

DELIVERY = re.compile(r'/api/webhooks/[A-Za-z0-9_-]{43}')
"""The address of a webhook: who knows its token of 256 bits may post to it, and do nothing else."""

SECURITY_HEADERS = {
    # NiceGUI compiles its templates in the browser, hence the eval; everything comes from here, nothing from elsewhere.
    'Content-Security-Policy': (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
}


class Hosts:
    """The names under which this instance is reached.

    A foreign name that was made to point here (DNS rebinding) is none of them. An address cannot be rebound, so beyond
    loopback any address is fine.
    """

    def __init__(self, settings: Settings) -> None:
        self._any_address = not settings.on_loopback
        self._names = {name.strip('[]').lower() for name in (settings.host, *settings.allowed_hosts)}
        if self._any_address:
            machine = socket.gethostname().lower()
            self._names |= {machine, f'{machine.partition(".")[0]}.local'}

    def __contains__(self, host: str) -> bool:
        return is_loopback(host) or host in self._names or (self._any_address and _is_address(host))


class Guard:
    """Refuses unknown hosts, foreign origins, and, where there is a password, whoever has not shown it."""

    def __init__(self, app: ASGIApp, *, hosts: Hosts, login: Login | None) -> None:
        self.app = app
        self._hosts = hosts
        self._login = login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] not in {'http', 'websocket'}:
            await self.app(scope, receive, send)
            return
        send = _with_security_headers(send)
        headers = Headers(scope=scope)
        if _hostname(headers) not in self._hosts:
            name = headers.get('host', '')
            await _refuse(
                421, f'This instance is not known as {name!r}. Add --allowed-host NAME.', scope, receive, send
            )
        elif _is_delivery(scope):
            await self.app(scope, receive, send)
        elif _acts(scope) and _is_foreign(scope, headers):
            await _refuse(403, 'The request comes from a foreign page.', scope, receive, send)
        elif self._login is None:
            await self.app(scope, receive, send)
        else:
            await self._after_login(self._login, scope, receive, send)

    async def _after_login(self, login: Login, scope: Scope, receive: Receive, send: Send) -> None:
        if login.answers(scope):
            await login(scope, receive, send)
            return
        try:
            is_open = await login.is_open(scope)
        except TooManyGuessesError as error:
            await _refuse(429, str(error), scope, receive, send)
            return
        if is_open:
            await self.app(scope, self._while_open(login, scope, receive), send)
        elif scope['type'] == 'http' and not scope['path'].startswith(('/api', '/mcp', SOCKET)):
            await RedirectResponse('/login', status_code=303)(scope, receive, send)
        else:
            await _refuse(401, 'Sign in at /login, or send Authorization: Bearer PASSWORD.', scope, receive, send)

    def _while_open(self, login: Login, scope: Scope, receive: Receive) -> Receive:
        """What arrives on a WebSocket, until its session is closed."""
        key = HTTPConnection(scope).cookies.get(COOKIE)
        if scope['type'] != 'websocket' or not login.sessions.is_open(key):  # it came in by the password itself
            return receive

        async def checked() -> Message:
            message = await receive()
            if message['type'] == 'websocket.receive' and not login.sessions.is_open(key):
                return {'type': 'websocket.disconnect', 'code': 1008}
            return message

        return checked


def _acts(scope: Scope) -> bool:
    return scope['type'] == 'websocket' or scope['method'] not in SAFE_METHODS or str(scope['path']).startswith(SOCKET)


def _is_delivery(scope: Scope) -> bool:
    return scope['type'] == 'http' and scope['method'] == 'POST' and bool(DELIVERY.fullmatch(scope['path']))


def _is_foreign(scope: Scope, headers: Headers) -> bool:
    site = headers.get('sec-fetch-site')
    allowed = {None, 'same-origin', 'none'} | ({'same-site'} if scope['type'] == 'websocket' else set())
    origin = headers.get('origin')
    return site not in allowed or (origin is not None and urlsplit(origin).netloc.lower() != headers['host'].lower())


def _hostname(headers: Headers) -> str:
    try:
        return urlsplit(f'//{headers.get("host", "")}').hostname or ''
    except ValueError:
        return ''


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _with_security_headers(send: Send) -> Send:
    async def hardened(message: Message) -> None:
        if message['type'] == 'http.response.start':
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return hardened


_HINTS = {401: {'WWW-Authenticate': 'Bearer'}, 429: {'Retry-After': '5'}}


async def _refuse(status: int, reason: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope['type'] == 'websocket':
        await receive()
        await send({'type': 'websocket.close', 'code': 1008, 'reason': reason})  # before accepting: HTTP 403
    else:
        await problem_response(status, reason, headers=_HINTS.get(status))(scope, receive, send)
