"""Guesses are slow and bounded; who has shown the password is let through at once."""

import asyncio

import pytest

from app.access.password import QUEUE, WRONG_DELAY, Password, TooManyGuessesError
from core.clock import SystemClock


class Counting(SystemClock):
    """Counts the seconds that would have been slept."""

    slept = 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds
        await asyncio.sleep(0)


async def test_only_the_password_matches_and_each_wrong_guess_costs_time() -> None:
    clock = Counting()
    password = Password('three words', clock=clock)
    assert await password.matches('three words')
    assert clock.slept == 0
    for guess in ('', 'three', 'three words ', 'Three words', '\0'):
        assert not await password.matches(guess)
    assert clock.slept == 5 * WRONG_DELAY


async def test_many_guesses_at_once_are_turned_away_and_the_known_password_is_not() -> None:
    password = Password('three words', clock=Counting())
    assert await password.matches('three words')
    guesses = [asyncio.ensure_future(password.matches(f'guess {number}')) for number in range(QUEUE)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyGuessesError):
        await password.matches('one more')
    assert await password.matches('three words')
    assert not any(await asyncio.gather(*guesses))
    assert not await password.matches('now there is room again')
