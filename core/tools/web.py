"""The HTTP client of tools and nodes: it knows where it may go, and how much it may take."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import httpx

from core.llm.addresses import address_problem
from core.llm.providers.transport import cause_of
from core.tools.addresses import reachable_address
from core.tools.tool import ToolError

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
    if wrong := address_problem(url):
        raise ToolError(f'{url!r} is not an address of the web: {wrong}.')
    try:
        async with asyncio.timeout(seconds), httpx.AsyncClient(transport=_Checked(private=private)) as client:
            given = {'user-agent': _AGENT, 'accept-encoding': 'identity', **(headers or {})}
            request = client.build_request(method, url, headers=given, content=body)
            return await _follow(client, request, longest)
    except TimeoutError:
        raise ToolError(f'{url} did not answer within {seconds:g} s.') from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
        raise ToolError(f'{url} could not be read: {cause_of(error)}.') from None


async def _follow(client: httpx.AsyncClient, request: httpx.Request, longest: int) -> Response:
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


def _without_secrets(request: httpx.Request, before: httpx.URL) -> httpx.Request:
    """The request without what was meant for the machine before, where it goes to another."""
    origin, earlier = ((url.scheme, url.host, url.port) for url in (request.url, before))
    if origin != earlier:
        for name in set(request.headers) - _OWN:
            del request.headers[name]
    return request


async def _read(response: httpx.Response, longest: int) -> Response:
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


class _Checked(httpx.AsyncBaseTransport):
    """Resolves the name itself and connects to what it has checked, so that no second answer can lead elsewhere."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._plain: httpx.AsyncHTTPTransport | None = None
        self._secure: httpx.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        port = url.port or (443 if url.scheme == 'https' else 80)
        address = await reachable_address(url.host, port, private=self._private)
        pinned = httpx.Request(
            request.method,
            url.copy_with(host=address),
            headers=request.headers,  # with the Host of the name
            stream=request.stream,
            extensions={**request.extensions, 'sni_hostname': url.host},
        )
        transport = await self._transport(secure=url.scheme == 'https')
        return await transport.handle_async_request(pinned)

    async def aclose(self) -> None:
        for transport in (self._plain, self._secure):
            if transport is not None:
                with suppress(httpx.HTTPError):
                    await transport.aclose()

    async def _transport(self, *, secure: bool) -> httpx.AsyncHTTPTransport:
        """No connection is used twice: one that was made for another name would have shown another certificate."""
        limits = httpx.Limits(max_keepalive_connections=0)
        if secure:
            if self._secure is None:
                self._secure = await asyncio.to_thread(httpx.AsyncHTTPTransport, limits=limits, trust_env=False)
            return self._secure
        if self._plain is None:
            self._plain = httpx.AsyncHTTPTransport(limits=limits, trust_env=False, verify=False)
        return self._plain
