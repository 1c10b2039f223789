"""Connections of tools and nodes: only to addresses that were looked at first."""

import asyncio
from contextlib import suppress

import httpx

from core.tools.addresses import reachable_address


class Checked(httpx.AsyncBaseTransport):
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
