"""The password of a shared instance: slow to guess, quick for who has shown it before."""

import asyncio
import hashlib
import hmac
import secrets

from core.clock import Clock
from core.errors import ConflictError

WRONG_DELAY = 0.5
"""Seconds that a wrong guess costs, whoever guesses; guesses are looked at one after the other."""

QUEUE = 20
"""More guesses at once are turned away."""


class TooManyGuessesError(ConflictError):
    """Too many passwords are tried just now; try again in a few seconds."""


class Password:
    """Compares with scrypt; keeps no password, only its derived key and keyed digests of what was right."""

    def __init__(self, password: str, *, clock: Clock) -> None:
        self._clock = clock
        self._salt = secrets.token_bytes(16)
        self._key = _derive(password, self._salt)
        self._shown: set[bytes] = set()
        self._gate = asyncio.Lock()
        self._waiting = 0

    async def matches(self, guess: str) -> bool:
        """Whether it is the password; TooManyGuessesError where too many wait for this answer."""
        digest = hmac.digest(self._salt, guess.encode(), 'sha256')
        if digest in self._shown:
            return True
        if self._waiting >= QUEUE:
            raise TooManyGuessesError(TooManyGuessesError.__doc__)
        self._waiting += 1
        try:
            async with self._gate:
                return await self._compare(guess, digest)
        finally:
            self._waiting -= 1

    async def _compare(self, guess: str, digest: bytes) -> bool:
        key = await asyncio.to_thread(_derive, guess, self._salt)
        if hmac.compare_digest(key, self._key):
            self._shown.add(digest)
            return True
        await self._clock.sleep(WRONG_DELAY)
        return False


def _derive(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
