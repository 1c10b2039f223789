"""Which level is chosen: the strongest that holds, never a weaker one in silence."""

import subprocess
import sys
from dataclasses import dataclass, field
from typing import Literal

import pytest

from core.registry import Registry
from core.sandbox.sandbox import Lack, Limits, Program, Sandbox, SandboxError, SandboxResult, Write
from core.sandbox.sandboxes import Sandboxes
from tests.e2e.app_process import ROOT


@dataclass
class Level:
    """A level that says what it is told to say."""

    name: str
    strength: int
    answer: object = field(default_factory=list)
    protects: bool = True
    lacks: Lack | None = None
    title: str = 'A level'
    language: Literal['light', 'full'] = 'full'
    stops: str = 'much'
    does_not_stop: str = 'little'
    looked: int = 0

    async def lack(self) -> Lack | None:
        self.looked += 1
        return self.lacks

    async def run(self, program: Program, *, limits: Limits, write: Write) -> SandboxResult:
        if isinstance(self.answer, Exception):
            raise self.answer
        return SandboxResult(level=self.name, ended='done', value=self.answer)


def sandboxes(*levels: Level, unprotected: str | None = None) -> Sandboxes:
    registry: Registry[Sandbox] = Registry('sandbox level')
    for level in levels:
        registry.add(level.name, level)
    return Sandboxes(registry, unprotected=unprotected)


STRONG, WEAK = Level('strong', 40), Level('weak', 20)
NONE = Level('none', 0, protects=False)


async def test_the_strongest_level_is_chosen() -> None:
    assert (await sandboxes(WEAK, STRONG, NONE).choose('full')).name == 'strong'


@pytest.mark.parametrize(
    'level',
    [
        Level('strong', 40, lacks=Lack(problem='Not installed.')),
        Level('strong', 40, answer=['read a file']),
        Level('strong', 40, answer='nonsense'),
        Level('strong', 40, answer=SandboxError('not locked')),
        Level('strong', 40, answer=OSError('no such file')),
    ],
    ids=['lacks something', 'lets code out', 'answers nonsense', 'cannot lock', 'cannot start'],
)
async def test_a_level_that_does_not_hold_is_passed_over(level: Level) -> None:
    assert (await sandboxes(level, WEAK).choose('full')).name == 'weak'


async def test_a_demanded_level_may_be_stronger_but_not_weaker() -> None:
    assert (await sandboxes(WEAK, STRONG).choose('full', at_least='weak')).name == 'strong'
    strong = Level('strong', 40, lacks=Lack(problem='Not installed.', remedy='Install it.'))
    with pytest.raises(
        SandboxError, match=r"level 'strong' or a stronger one.*\n- A level: Not installed\. Install it\."
    ):
        await sandboxes(WEAK, strong).choose('full', at_least='strong')


async def test_a_level_without_protection_is_used_only_when_allowed_and_only_as_the_last() -> None:
    with pytest.raises(SandboxError, match='Full Python needs a sandbox'):
        await sandboxes(NONE).choose('full')
    assert (await sandboxes(NONE, unprotected='none').choose('full')).name == 'none'
    assert (await sandboxes(NONE, WEAK, unprotected='none').choose('full')).name == 'weak'
    lacking = Level('weak', 20, lacks=Lack(problem='Not here.'))
    with pytest.raises(SandboxError, match="level 'weak'"):
        await sandboxes(NONE, lacking, unprotected='none').choose('full', at_least='weak')


async def test_light_code_and_full_code_have_levels_of_their_own() -> None:
    light = Level('light', 99, language='light')
    assert (await sandboxes(light, WEAK).choose('full')).name == 'weak'
    assert (await sandboxes(light, WEAK).choose('light')).name == 'light'


async def test_levels_are_tested_once_when_needed_and_again_when_asked() -> None:
    level = Level('strong', 40)
    chosen = sandboxes(level)
    assert level.looked == 0
    await chosen.choose('full')
    await chosen.choose('full')
    assert level.looked == 1
    chosen.forget()
    await chosen.choose('full')
    assert level.looked == 2


async def test_reports_tell_of_every_level() -> None:
    lacking = Level('strong', 40, lacks=Lack(problem='Not here.', remedy='Install it.'))
    reports = await sandboxes(NONE, WEAK, lacking).reports()
    told = [(report.name, report.works, report.allowed, report.used, report.problem) for report in reports]
    assert told == [
        ('strong', False, True, False, 'Not here.'),
        ('weak', True, True, True, ''),
        ('none', True, False, False, ''),
    ]


def test_the_app_never_loads_the_interpreter_of_light_code_itself() -> None:
    code = (
        'import sys, app.factory, app.lifespan as a; a.built_in_and_plugins(); print("pydantic_monty" in sys.modules)'
    )
    shown = subprocess.run([sys.executable, '-c', code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout == 'False\n'
