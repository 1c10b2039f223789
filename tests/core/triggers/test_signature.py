"""Signatures of deliveries: what fits, and what an attacker could try."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import UnauthorizedError
from core.triggers.signature import sign, signed

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = 'key'
BODY = b'{"a": 1}'


def check(header: str, *, body: bytes = BODY, key: str = KEY, now: datetime = NOW) -> str:
    return signed('timestamped', key=key, body=body, headers={'x-signature': header}, now=now)


def test_a_signature_that_was_made_as_documented_fits() -> None:
    moment = str(int(NOW.timestamp()))
    made = hmac.new(KEY.encode(), moment.encode() + b'.' + BODY, hashlib.sha256).hexdigest()
    assert check(f't={moment},v1={made}') == made
    assert check(f'v1=old, v1={made.upper()}, t={moment}') == made
    assert sign(KEY, BODY, at=NOW) == f't={moment},v1={made}'


@pytest.mark.parametrize('seconds', [-300, 300])
def test_clocks_may_differ_by_five_minutes(seconds: int) -> None:
    check(sign(KEY, BODY, at=NOW + timedelta(seconds=seconds)))


@pytest.mark.parametrize('seconds', [-301, 301, -86_400])
def test_a_signature_of_another_time_is_refused(seconds: int) -> None:
    with pytest.raises(UnauthorizedError, match='another time'):
        check(sign(KEY, BODY, at=NOW + timedelta(seconds=seconds)))


def test_another_body_key_or_time_does_not_fit() -> None:
    header = sign(KEY, BODY, at=NOW)
    later = header.replace(str(int(NOW.timestamp())), str(int(NOW.timestamp()) + 1))
    for try_it in (
        lambda: check(header, body=BODY + b' '),
        lambda: check(header, key='other'),
        lambda: check(header, key=''),
        lambda: check(later),
        lambda: check(header[:-1]),
        lambda: check(header[:-1] + 'é'),
    ):
        with pytest.raises(UnauthorizedError, match='does not fit'):
            try_it()


@pytest.mark.parametrize(
    'header',
    ['', 'v1=00', 't=1', 't=,v1=00', 't=-1,v1=00', 't=1e9,v1=00', f't={"9" * 500},v1=00', 't=1,t=2,v1=00', 't=²,v1=00'],
)
def test_what_is_no_signature_is_refused(header: str) -> None:
    with pytest.raises(UnauthorizedError, match='missing or is not'):
        check(header)


def test_a_signature_of_github_fits_the_body_alone() -> None:
    made = hmac.new(KEY.encode(), BODY, hashlib.sha256).hexdigest()

    def github(header: str, body: bytes = BODY) -> str:
        return signed('github', key=KEY, body=body, headers={'x-hub-signature-256': header}, now=NOW)

    assert github(f'sha256={made}') == made
    for header in ('', made, f'sha1={made}', 'sha256='):
        with pytest.raises(UnauthorizedError, match='missing or is not'):
            github(header)
    with pytest.raises(UnauthorizedError, match='does not fit'):
        github(f'sha256={made}', b'{}')
