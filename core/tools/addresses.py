"""Which addresses of the network a tool may reach."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from core.tools.tool import ToolError

Address = IPv4Address | IPv6Address

_TRANSLATED = (IPv6Network('64:ff9b::/96'), IPv6Network('64:ff9b:1::/48'))
"""Networks whose addresses end in that of an IPv4 machine behind a translator."""


async def reachable_address(host: str, port: int, *, private: bool) -> str:
    """The address of a machine that may be reached; ToolError where it has none, or any of its addresses may not be.

    All of its addresses must be allowed: a name that stands for a public and a private one is a trick.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ToolError(f'There is no machine of the name {host!r}.') from None
    addresses = [str(sockaddr[0]) for *_, sockaddr in found]
    for address in addresses:
        if problem := address_problem(address, private=private):
            raise ToolError(f'{host} may not be reached: {problem}')
    if not addresses:
        raise ToolError(f'There is no machine of the name {host!r}.')
    return addresses[0]


def address_problem(text: str, *, private: bool) -> str:
    """Why this address may not be reached; empty where it may."""
    address = _behind(ip_address(text.partition('%')[0]))
    if address.is_global and not address.is_multicast:
        return ''
    if address.is_multicast or address.is_unspecified or address.is_link_local or _is_broadcast(address):
        return f'{text} is no address of one machine that tools may reach.'
    if private:
        return ''
    return (
        f'{text} is on this machine or its private network. '
        'Settings › Tools can allow that, for all tools of this instance.'
    )


def _behind(address: Address) -> Address:
    """The IPv4 address that an IPv6 one only wraps."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address


def _is_broadcast(address: Address) -> bool:
    return isinstance(address, IPv4Address) and address.is_reserved
