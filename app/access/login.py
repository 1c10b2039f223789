"""The way in of a shared instance: a page that asks for the password, and what counts as having shown it."""

from html import escape
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from app.access.password import Password, TooManyGuessesError
from app.access.sessions import LIFETIME, Sessions

COOKIE = 'agent_orchestrator_session'
LONGEST_FORM = 4096


class Login:
    """Answers /login and /logout; knows who is in by session cookie or `Authorization: Bearer PASSWORD`."""

    def __init__(self, password: Password, sessions: Sessions) -> None:
        self._password = password
        self.sessions = sessions

    def answers(self, scope: Scope) -> bool:
        """Whether the request is for the login itself, which everybody may reach."""
        return scope['type'] == 'http' and scope['path'] in {'/login', '/logout', '/favicon.ico'}

    async def is_open(self, scope: Scope) -> bool:
        """Whether who asks has shown the password; TooManyGuessesError where too many are trying it."""
        if self.sessions.is_open(HTTPConnection(scope).cookies.get(COOKIE)):
            return True
        kind, _, token = Headers(scope=scope).get('authorization', '').partition(' ')
        return kind.lower() == 'bearer' and await self._password.matches(_unicode(token.strip()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await (await self._response(request))(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        match request.method, request.url.path:
            case 'GET' | 'HEAD', '/login':
                return HTMLResponse(login_page())
            case 'GET' | 'HEAD', '/logout':
                return HTMLResponse(logout_page())
            case 'POST', '/login':
                return await self._sign_in(request)
            case 'POST', '/logout':
                return self._sign_out(request)
            case _, '/favicon.ico':
                return Response(status_code=204)
            case _:
                return Response(status_code=405, headers={'Allow': 'GET, POST'})

    async def _sign_in(self, request: Request) -> Response:
        try:
            right = await self._password.matches(await _password_in(request))
        except TooManyGuessesError as error:
            return HTMLResponse(login_page(message=str(error)), status_code=429, headers={'Retry-After': '5'})
        if not right:
            return HTMLResponse(login_page(message='That password is not right.'), status_code=401)
        response = RedirectResponse('/', status_code=303)
        # A fresh session: nothing that was planted before the login survives it.
        self.sessions.close(request.cookies.get(COOKIE))
        response.set_cookie(COOKIE, self.sessions.open(), max_age=int(LIFETIME), httponly=True, samesite='strict')
        return response

    def _sign_out(self, request: Request) -> Response:
        self.sessions.close(request.cookies.get(COOKIE))
        response = RedirectResponse('/login', status_code=303)
        response.delete_cookie(COOKIE, httponly=True, samesite='strict')
        return response


def _unicode(header: str) -> str:
    """Headers arrive as Latin-1, but programs send passwords as UTF-8."""
    try:
        return header.encode('latin-1').decode()
    except UnicodeDecodeError:
        return header


async def _password_in(request: Request) -> str:
    body = b''
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return ''
    return parse_qs(body.decode(errors='replace')).get('password', [''])[0]


def login_page(*, message: str = '') -> str:
    """The form that asks for the password."""
    said = f'<p role="alert">{escape(message)}</p>' if message else ''
    field = (
        '<label for="password">Password</label><input id="password" name="password" type="password" '
        'autocomplete="current-password" required autofocus>'
    )
    return _page('/login', 'Sign in', f'{field}{said}')


def logout_page() -> str:
    """The form that ends the session; pages link to it, for a link alone must not change anything."""
    return _page('/logout', 'Sign out', '<label>This browser will be asked for the password again.</label>')


def _page(action: str, title: str, content: str) -> str:
    """A form, complete in itself: nothing else of the app can be reached before the login."""
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} · Agent Orchestrator</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>
<body><form method="post" action="{action}"><h1>Agent Orchestrator</h1>{content}<button>{title}</button></form>
</body></html>"""


STYLE = """
:root { color-scheme: light dark; --page: #f6f6f7; --panel: #fff; --line: #dcdce0; --text: #1b1b1f; --soft: #5d5d66;
  --accent: #6d4aff; --on-accent: #fff; --bad: #c22f2f; }
@media (prefers-color-scheme: dark) { :root { --page: #101013; --panel: #17171b; --line: #2c2c33; --text: #ececf0;
  --soft: #a0a0ab; --accent: #a48bff; --on-accent: #16121f; --bad: #ff8080; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--text);
  font: 14px/1.5 Geist, system-ui, sans-serif; }
form { width: min(320px, calc(100vw - 32px)); box-sizing: border-box; display: grid; gap: 8px; padding: 24px;
  background: var(--panel); border: 1px solid var(--line); border-radius: 12px; }
h1 { font-size: 16px; font-weight: 600; margin: 0 0 8px; } label { color: var(--soft); font-size: 12px; }
input, button { font: inherit; padding: 8px 12px; border-radius: 8px; border: 1px solid var(--line); }
input { background: var(--page); color: inherit; } input:focus { outline: 2px solid var(--accent); }
button { margin-top: 8px; background: var(--accent); border-color: var(--accent); color: var(--on-accent);
  cursor: pointer; }
p { margin: 0; color: var(--bad); }
"""
