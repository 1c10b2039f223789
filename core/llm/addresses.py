"""What an address says: whether it stays on this machine, or in this house."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

_HERE = ('localhost', 'host.docker.internal')


def is_loopback(url: str) -> bool:
    """Whether it is this machine."""
    host = _host(url)
    if host in _HERE or host.endswith('.localhost'):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_private(url: str) -> bool:
    """Whether it is this machine or the local network, where nobody is billed by the token."""
    host = _host(url)
    if is_loopback(url) or host.endswith(('.local', '.lan', '.home.arpa', '.internal')):
        return True
    try:
        return ip_address(host).is_private
    except ValueError:
        return False


def address_problem(url: str) -> str:
    """What is wrong with an HTTP address; empty when nothing is."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in ('http', 'https'):
        return 'it must begin with http:// or https://'
    if not parts.hostname or ' ' in url or port == 0:
        return 'it names no machine'
    return ''


def direct(url: str) -> dict[str, Any]:
    """Options of an HTTP client for this address: no redirects, since a redirected POST would arrive as a GET.

    What stays in the house uses no proxy, and without encryption it needs no certificates, which take 25 ms to read.
    """
    here = is_private(url)
    return {'follow_redirects': False, 'trust_env': not here, 'verify': not (here and url.startswith('http:'))}


def with_version(url: str) -> str:
    """The address with `/v1` where it names only a machine, as people often enter it."""
    return f'{url.rstrip("/")}/v1' if urlsplit(url).path in ('', '/') else url


def _host(url: str) -> str:
    return urlsplit(url if '//' in url else f'//{url}').hostname or ''
