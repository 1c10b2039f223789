"""Every attack at every level of this machine: stopped, or not stopped as its level says of itself."""

import pytest

from core.sandbox.sandbox import Program, Sandbox
from tests.e2e.app_process import ROOT
from tests.sandbox.attacks import ATTACKS, Attack
from tests.sandbox.conftest import LEVELS
from tests.sandbox.ground import Ground


@pytest.mark.parametrize('attack', ATTACKS, ids=lambda attack: attack.name)
async def test_an_attack_gets_no_further_than_its_level_says(level: Sandbox, attack: Attack, ground: Ground) -> None:
    program = Program(code=attack.code, variables=ground.variables())
    result = await level.run(program, limits=attack.limits, write=_ignore)
    worked = attack.judge(ground, result)
    if worked or attack.sure:
        assert worked == (level.name in attack.works_at), result


def test_levels_that_protect_stop_everything() -> None:
    for attack in ATTACKS:
        assert attack.works_at <= {'process', 'direct'}, attack.name


def test_the_documentation_shows_this_table() -> None:
    page = (ROOT / 'docs' / 'security.md').read_text(encoding='utf-8')
    for attack in ATTACKS:
        cells = ['**no**' if level in attack.works_at else 'stopped' for level in LEVELS]
        assert f'| {attack.name} | {" | ".join(cells)} |' in page, attack.name
    assert page.count(' stopped |') == sum(len(LEVELS) - len(attack.works_at) for attack in ATTACKS)


async def _ignore(_: str) -> None:
    pass
