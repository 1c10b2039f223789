"""Whether a delivery was signed by who knows the key, and lately."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from core.errors import UnauthorizedError
from core.triggers.webhook import Signature

WINDOW = 300.0
"""Seconds by which the clocks of sender and receiver may differ, the way of the delivery included."""

TIMESTAMPED = 'x-signature'
GITHUB = 'x-hub-signature-256'


def signed(kind: Signature, *, key: str, body: bytes, headers: Mapping[str, str], now: datetime) -> str:
    """The signature that fits, empty where none is asked for; UnauthorizedError says what is wrong.

    headers: by lower-case name. A delivery may come again with the same signature: who calls remembers it.
    """
    match kind:
        case 'none':
            return ''
        case 'timestamped':
            return _timestamped(headers.get(TIMESTAMPED, ''), key=key, body=body, now=now)
        case 'github':
            return _github(headers.get(GITHUB, ''), key=key, body=body)


def sign(key: str, body: bytes, *, at: datetime) -> str:
    """The value of `X-Signature` for a body that is sent at that time."""
    moment = str(int(at.timestamp()))
    return f't={moment},v1={_hmac(key, moment.encode() + b"." + body)}'


def _timestamped(header: str, *, key: str, body: bytes, now: datetime) -> str:
    parts = [part.strip().partition('=') for part in header.split(',')]
    moments = [value for name, _, value in parts if name == 't']
    given = [value for name, _, value in parts if name == 'v1']
    if len(moments) != 1 or not moments[0].isdecimal() or len(moments[0]) > 12 or not given:
        raise UnauthorizedError('The header X-Signature is missing or is not `t=SECONDS,v1=HEX`.')
    expected = _hmac(key, moments[0].encode() + b'.' + body)
    if not any(_same(signature, expected) for signature in given):
        raise UnauthorizedError('The signature in X-Signature does not fit the body, its time and the key.')
    if abs(now.timestamp() - int(moments[0])) > WINDOW:
        raise UnauthorizedError(
            f'The signature is of another time: more than {WINDOW / 60:.0f} minutes lie between it and the clock here. '
            'Sign each delivery when it is sent.'
        )
    return expected


def _github(header: str, *, key: str, body: bytes) -> str:
    algorithm, _, given = header.partition('=')
    if algorithm != 'sha256' or not given:
        raise UnauthorizedError('The header X-Hub-Signature-256 is missing or is not `sha256=HEX`.')
    expected = _hmac(key, body)
    if not _same(given, expected):
        raise UnauthorizedError('The signature in X-Hub-Signature-256 does not fit the body and the key.')
    return expected


def _hmac(key: str, content: bytes) -> str:
    return hmac.new(key.encode(), content, hashlib.sha256).hexdigest()


def _same(given: str, expected: str) -> bool:
    # No clock must tell how much of it fits.
    return hmac.compare_digest(given.strip().lower().encode(), expected.encode())
