"""The HTTP client of tools and nodes: it knows where it may go, and how much it may take."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.llm.addresses import address_problem
from core.llm.providers.transport import cause_of
from core.tools.tool import ToolError

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 5
LONGEST_BODY = 5_000_000
"""Bytes of a response."""

_AGENT = 'AgentOrchestrator/1.0'
_OWN = {'accept', 'accept-encoding', 'connection', 'content-length', 'content-type', 'host', 'user-agent'}
"""Headers that may go on to another machine when a redirect leads there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """What came back; `url` is where the last redirect led."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    encoding: str

    @property
    def text(self) -> str:
        try:
            return self.body.decode(self.encoding, errors='replace')
        except LookupError:
            return self.body.decode(errors='replace')

    @property
    def content_type(self) -> str:
        """Without its parameters, in lower case."""
        return self.headers.get('content-type', '').partition(';')[0].strip().lower()


async def fetch(
    url: str,
    *,
    private: bool,
    method: str = 'GET',
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: float = 30.0,
    longest: int = LONGEST_BODY,
) -> Response:
    """Asks; ToolError says in words what kept it from an answer. `private`: whether private addresses are allowed.

    Where it may go is decided by the address that the connection is then made to, for each redirect anew.
    """
    import httpx  # noqa: PLC0415 - a tenth of a second, for those who use it

    from core.tools.checked import Checked  # noqa: PLC0415

    if wrong := address_problem(url):
        raise ToolError(f'{url!r} is not an address of the web: {wrong}.')
    try:
        client = httpx.AsyncClient(transport=Checked(private=private), timeout=None)  # noqa: S113 - the whole is limited
        async with asyncio.timeout(seconds), client:
            given = {'user-agent': _AGENT, 'accept-encoding': 'identity', **(headers or {})}
            request = client.build_request(method, url, headers=given, content=body)
            return await _follow(client, request, longest)
    except TimeoutError:
        raise ToolError(f'{url} did not answer within {seconds:g} s.') from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
        raise ToolError(f'{url} could not be read: {cause_of(error)}.') from None


async def _follow(client: 'httpx.AsyncClient', request: 'httpx.Request', longest: int) -> Response:
    for _ in range(MAX_REDIRECTS + 1):
        response = await client.send(request, stream=True)
        try:
            following = response.next_request
            if following is None:
                return await _read(response, longest)
        finally:
            await response.aclose()
        if wrong := address_problem(str(following.url)):
            raise ToolError(f'{request.url} leads to {following.url}, which is no address of the web: {wrong}.')
        request = _without_secrets(following, request.url)
    raise ToolError(f'It redirects more than {MAX_REDIRECTS} times, at last to {request.url}.')


def _without_secrets(request: 'httpx.Request', before: 'httpx.URL') -> 'httpx.Request':
    """The request without what was meant for the machine before, where it goes to another."""
    origin, earlier = ((url.scheme, url.host, url.port) for url in (request.url, before))
    if origin != earlier:
        for name in set(request.headers) - _OWN:
            del request.headers[name]
    return request


async def _read(response: 'httpx.Response', longest: int) -> Response:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > longest:
            raise ToolError(f'{response.url} is larger than the {longest / 1e6:g} MB that are read.')
    return Response(
        url=str(response.url),
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=bytes(body),
        encoding=response.charset_encoding or 'utf-8',
    )
