"""All levels, and which of them this machine gives: tested when first needed, never at the start of the app."""

import asyncio
import os
from collections import defaultdict

from core.registry import Registry
from core.sandbox.sandbox import Lack, Language, Sandbox, SandboxError
from core.sandbox.scratch import remove_orphans
from core.sandbox.self_test import self_test
from core.values import Value


class LevelReport(Value):
    """What there is to say about a level on this machine."""

    name: str
    title: str
    language: Language
    protects: bool
    works: bool
    allowed: bool
    """False: it would need an administrator's word."""
    used: bool = False
    """Whether code of its language runs in it."""
    problem: str = ''
    remedy: str = ''
    stops: str
    does_not_stop: str


class Sandboxes:
    """Chooses the strongest level that holds; a weaker one only when the workflow and the administrator accept it."""

    def __init__(self, levels: Registry[Sandbox], *, unprotected: str | None = None) -> None:
        """unprotected: the level without protection that an administrator allows, if any."""
        self._levels = levels
        self._unprotected = unprotected
        self._tested: dict[str, Lack | None] = {}
        self._testing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.room = asyncio.Semaphore(max(2, os.cpu_count() or 2))
        """As many programs run at once; the others wait, and their time has not begun."""

    async def choose(self, language: Language, *, at_least: str | None = None) -> Sandbox:
        """The level in which code of this language runs; SandboxError says what is missing for it."""
        enough = [level for level in self._allowed(language) if self._is_enough(level, at_least)]
        lacks: list[str] = []
        for level in enough:
            lack = await self._lack(level)
            if lack is None:
                return level
            lacks.append(f'{level.title}: {lack.problem} {lack.remedy}'.strip())
        raise SandboxError(_refusal(language, at_least, lacks))

    async def reports(self) -> list[LevelReport]:
        """All levels, by language and the strongest first, tested if they were not."""
        reports: list[LevelReport] = []
        for level in sorted(self._levels, key=lambda level: (level.language == 'full', -level.strength)):
            lack = await self._lack(level)
            allowed = self._is_allowed(level)
            used = lack is None and allowed and not any(r.used and r.language == level.language for r in reports)
            reports.append(_report(level, lack, allowed=allowed, used=used))
        return reports

    def forget(self) -> None:
        """Tests again when a level is needed next: something was installed, or an engine started."""
        self._tested.clear()

    async def _lack(self, level: Sandbox) -> Lack | None:
        async with self._testing[level.name]:  # the others need not wait for it
            if level.name not in self._tested:
                self._tested[level.name] = await _test(level)
            return self._tested[level.name]

    def _allowed(self, language: Language) -> list[Sandbox]:
        """Those that may be used for a language, the strongest first."""
        levels = [level for level in self._levels if level.language == language and self._is_allowed(level)]
        return sorted(levels, key=lambda level: -level.strength)

    def _is_allowed(self, level: Sandbox) -> bool:
        return level.protects or level.name == self._unprotected

    def _is_enough(self, level: Sandbox, at_least: str | None) -> bool:
        return at_least is None or level.strength >= self._levels.get(at_least).strength


async def _test(level: Sandbox) -> Lack | None:
    await asyncio.to_thread(remove_orphans)
    lack = await level.lack()
    if lack is None and (problem := await self_test(level)) is not None:
        lack = Lack(problem=problem)
    return lack


def _report(level: Sandbox, lack: Lack | None, *, allowed: bool, used: bool) -> LevelReport:
    return LevelReport(
        name=level.name,
        title=level.title,
        language=level.language,
        protects=level.protects,
        works=lack is None,
        allowed=allowed,
        used=used,
        problem=lack.problem if lack else '',
        remedy=lack.remedy if lack else '',
        stops=level.stops,
        does_not_stop=level.does_not_stop,
    )


def _refusal(language: Language, at_least: str | None, lacks: list[str]) -> str:
    wanted = f'level {at_least!r} or a stronger one' if at_least else 'a sandbox'
    what = 'Full Python' if language == 'full' else 'Light Python'
    listed = '\n'.join(f'- {lack}' for lack in lacks) or '- No level for it is known.'
    return f'{what} needs {wanted}, which this machine does not give:\n{listed}'
