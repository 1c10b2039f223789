"""Who has come in: sessions that the server keeps, so that each can really be ended."""

import secrets

from core.clock import Clock

LIFETIME = 14 * 86400.0


class Sessions:
    """Open sessions by their key; a session ends after `lifetime` seconds, or when it is closed."""

    def __init__(self, *, clock: Clock, lifetime: float = LIFETIME) -> None:
        self._clock = clock
        self._lifetime = lifetime
        self._until: dict[str, float] = {}

    def open(self) -> str:
        """A new session's key."""
        now = self._clock.monotonic()
        self._until = {key: until for key, until in self._until.items() if until > now}
        key = secrets.token_urlsafe(32)
        self._until[key] = now + self._lifetime
        return key

    def is_open(self, key: str | None) -> bool:
        return key is not None and self._until.get(key, 0.0) > self._clock.monotonic()

    def close(self, key: str | None) -> None:
        if key is not None:
            self._until.pop(key, None)
