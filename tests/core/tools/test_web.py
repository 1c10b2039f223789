"""What tools may read of the web, and where they may not go."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from core.stores import Stores
from core.tools.addresses import address_problem
from core.tools.checked import Checked
from core.tools.page_text import page_text
from core.tools.tool import ToolError
from core.tools.toolbox import PRIVATE_ADDRESSES
from core.tools.web import fetch
from tests.core.tools.conftest import Use
from tests.servers.http import HttpServer, Request, Wire


class Site(HttpServer):
    """Answers by path; `pages` maps paths to (content type, body), `moves` to where they redirect."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.moves: dict[str, str] = {}

    async def handle(self, request: Request, wire: Wire) -> None:
        if request.path == '/silent':
            await asyncio.Event().wait()
        elif request.path in self.moves:
            await wire.respond(302, b'', headers={'location': self.moves[request.path]})
        elif request.path in self.pages:
            kind, body = self.pages[request.path]
            await wire.respond(200, body, content_type=kind)
        else:
            await wire.respond(404, b'nothing', content_type='text/plain')


@pytest.fixture
async def _allowed(stores: Stores) -> None:
    await stores.preferences.set(PRIVATE_ADDRESSES, 'yes')


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, list[str]], list[str]]:
    """Lets a name stand for addresses; gives the list of names that are asked for."""
    asked: list[str] = []

    def let(name: str, addresses: list[str]) -> list[str]:
        async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
            asked.append(host)
            found = addresses if host == name else [host]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', (address, port)) for address in found]

        monkeypatch.setattr(asyncio.get_running_loop(), 'getaddrinfo', getaddrinfo, raising=False)
        return asked

    return let


@pytest.mark.parametrize(
    'url', ['http://127.0.0.1:9/', 'http://localhost/', 'http://[::1]/', 'http://2130706433/', 'http://127.1/']
)
async def test_this_machine_is_not_reached_unless_settings_allow_it(use: Use, url: str) -> None:
    with pytest.raises(ToolError, match=r'may not be reached: .* Settings › Tools can allow that'):
        await use('http_get', url=url)


@pytest.mark.parametrize(
    ('address', 'reached', 'reached_if_allowed'),
    [
        ('93.184.215.14', True, True),
        ('2606:2800:21f:cb07:6820:80da:af6b:8b2c', True, True),
        ('127.0.0.1', False, True),
        ('10.1.2.3', False, True),
        ('172.16.0.1', False, True),
        ('192.168.1.1', False, True),
        ('100.64.0.1', False, True),
        ('::1', False, True),
        ('fd00::1', False, True),
        ('fe80::1%eth0', False, False),
        ('169.254.169.254', False, False),
        ('0.0.0.0', False, False),  # noqa: S104
        ('::', False, False),
        ('224.0.0.1', False, False),
        ('255.255.255.255', False, False),
        ('::ffff:127.0.0.1', False, True),
        ('::ffff:169.254.169.254', False, False),
        ('64:ff9b::7f00:1', False, True),
        ('2002:7f00:1::', False, True),
        ('64:ff9b::5db8:d70e', True, True),
    ],
)
def test_an_address_is_judged_by_the_machine_behind_it(address: str, reached: bool, reached_if_allowed: bool) -> None:
    assert (not address_problem(address, private=False)) is reached
    assert (not address_problem(address, private=True)) is reached_if_allowed


async def test_a_name_with_any_private_address_is_not_reached(resolves: Any) -> None:
    resolves('trick.example', ['93.184.215.14', '127.0.0.1'])
    with pytest.raises(ToolError, match=r'trick\.example may not be reached'):
        await fetch('http://trick.example/', private=False)


async def test_the_address_that_was_checked_is_the_one_that_is_reached(resolves: Any) -> None:
    async with Site() as site:
        site.pages['/'] = ('text/plain', b'hello')
        asked = resolves('some.example', ['127.0.0.1'])
        port = site.url.rpartition(':')[2]
        response = await fetch(f'http://some.example:{port}/', private=True)
    assert (response.text, response.url) == ('hello', f'http://some.example:{port}/')
    assert asked.count('some.example') == 1, 'a second answer could be another one'
    assert site.requests[0].headers['host'] == f'some.example:{port}'


async def test_each_redirect_is_checked(resolves: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Site() as site:
        port = site.url.rpartition(':')[2]
        site.moves['/'] = f'http://inside.example:{port}/secret'
        resolves('inside.example', ['10.0.0.1'])
        allowed = {'127.0.0.1': '', '10.0.0.1': 'It is private.'}
        monkeypatch.setattr('core.tools.addresses.address_problem', lambda address, **_: allowed[address])
        with pytest.raises(ToolError, match=r'inside\.example may not be reached: It is private'):
            await fetch(f'{site.url}/', private=False)
        site.moves['/'] = 'file:///etc/passwd'
        with pytest.raises(ToolError, match=r'could not be read|no address of the web'):
            await fetch(f'{site.url}/', private=False)


async def test_what_was_meant_for_one_machine_does_not_go_to_the_next(resolves: Any) -> None:
    async with Site() as site, Site() as other:
        other.pages['/'] = ('text/plain', b'hello')
        site.moves |= {'/': '/here', '/here': f'{other.url}/'}
        secrets = {'authorization': 'Bearer s', 'x-api-key': 's'}
        await fetch(f'{site.url}/', private=True, headers=secrets)
    assert all(site.requests[1].headers[name] for name in secrets)
    assert not other.requests[0].headers.keys() & secrets.keys()


@pytest.mark.usefixtures('_allowed')
async def test_what_cannot_be_read_is_said_in_words(use: Use) -> None:
    async with Site() as site:
        site.moves['/loop'] = '/loop'
        for path, reason in {'/loop': 'redirects more than 5 times', '/none': 'HTTP 404'}.items():
            with pytest.raises(ToolError, match=reason):
                await use('read_page', url=f'{site.url}{path}')
        assert (await use('http_get', url=f'{site.url}/none')).startswith('HTTP 404, text/plain')
        gone = site.url
    with pytest.raises(ToolError, match='nothing listens there'):
        await use('http_get', url=gone)
    for url in ('ftp://x/', 'x', 'http://', 'file:///etc/passwd', 'http://no such/', 'https://[::'):
        with pytest.raises(ToolError):
            await use('http_get', url=url)


async def test_size_and_time_are_limited() -> None:
    async with Site() as site:
        site.pages['/'] = ('text/plain', b'x' * 2000)
        with pytest.raises(ToolError, match='larger than'):
            await fetch(f'{site.url}/', private=True, longest=1999)
        with pytest.raises(ToolError, match='did not answer within'):
            await fetch(f'{site.url}/silent', private=True, seconds=0.1)


async def test_only_the_time_that_is_given_ends_a_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float | None] = []
    handle = Checked.handle_async_request

    async def noted(transport: Checked, request: httpx.Request) -> httpx.Response:
        limits.extend(request.extensions['timeout'].values())
        return await handle(transport, request)

    monkeypatch.setattr(Checked, 'handle_async_request', noted)
    async with Site() as site:
        site.pages['/'] = ('text/plain', b'hello')
        await fetch(f'{site.url}/', private=True, seconds=30)
    assert set(limits) == {None}


@pytest.mark.usefixtures('_allowed')
async def test_a_page_is_read_as_text_and_pictures_are_not(use: Use) -> None:
    async with Site() as site:
        site.pages['/page'] = (
            'text/html; charset=latin-1',
            '<title>Café</title><p>One</p><p>Two</p>'.encode('latin-1'),
        )
        site.pages['/picture'] = ('image/png', b'PNG')
        assert await use('read_page', url=f'{site.url}/page') == 'Café\n\nOne\n\nTwo'
        assert await use('read_page', url=f'{site.url}/picture') == '(3 bytes of image/png)'


@pytest.mark.parametrize(
    ('html', 'text'),
    [
        ('<h1>A</h1><p>b <b>c</b>\n d</p>', '# A\n\nb c d'),
        ('<ul><li>one<li>two</ul>', '- one\n- two'),
        ('<head><style>x{}</style></head><body><script>1<2</script>a<br>b</body>', 'a\nb'),
        ('<svg><text>no</text></svg>yes', 'yes'),
        ('<p>a &amp; b &lt;c&gt;', 'a & b <c>'),
        ('<table><tr><td>1<td>2</table>', '| 1 | 2'),
        ('<p>unclosed', 'unclosed'),
        ('</p></div></script>x', 'x'),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert page_text(html) == text
