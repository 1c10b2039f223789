"""The calculator and the clock."""

from datetime import UTC, datetime

import pytest

from core.plugins import Extensions
from core.registry import Registry
from core.sandbox.sandboxes import Sandboxes
from core.tools.calculator import calculate
from core.tools.current_time import CurrentTime
from core.tools.tool import ToolContext, ToolError
from core.tools.toolbox import Toolbox


class NoonClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def context() -> ToolContext:
    return ToolContext(
        run_id='r',
        call_id='c',
        depth=0,
        clock=NoonClock(),  # type: ignore[arg-type]  # it needs no more of a clock
        folder=None,
        sandboxes=Sandboxes(Registry('sandbox')),
        private_addresses=False,
        say=lambda _: None,
    )


@pytest.mark.parametrize(
    ('expression', 'value'),
    [
        ('1 + 2 * 3', 7),
        ('(1 + 2) × 3 − 1', 8),
        ('2 ^ 10', 1024),
        ('10 / 4', 2.5),
        ('7 // 2 + 7 % 2', 4),
        ('-3 ** 2', -9),
        ('sqrt(2) ** 2', pytest.approx(2)),
        ('round(10 / 3, 2)', 3.33),
        ('max(1, 2, pi)', pytest.approx(3.14159, rel=1e-5)),
        ('123456789123456789 * 987654321987654321', 123456789123456789 * 987654321987654321),
    ],
)
def test_the_calculator_calculates(expression: str, value: object) -> None:
    assert calculate(expression) == value


@pytest.mark.parametrize(
    'expression',
    [
        '1 / 0',
        '9 ** 9 ** 9 ** 9',
        '10 ** 301',
        '1e308 * 10',
        '(-1) ** 0.5',
        'sqrt(-1)',
        '__import__("os")',
        '().__class__',
        'abs',
        '"a" * 1000',
        'True + 1',
        '[1][0]',
        'round(1, 2, 3)',
        'min(key=1)',
        '(' * 400,
        '1 if 1 else 2',
        '',
        'one',
    ],
)
def test_the_calculator_refuses_what_is_no_arithmetic_or_has_no_use(expression: str) -> None:
    with pytest.raises(ToolError):
        calculate(expression)


async def test_tools_that_a_model_could_not_tell_apart_are_refused(extensions: Extensions, toolbox: Toolbox) -> None:
    class Other(CurrentTime):
        @property
        def key(self) -> str:
            return 'other'

    extensions.tools.add('other', Other())
    assert len(await toolbox.find(['current_time', 'current_time'])) == 1
    with pytest.raises(ToolError, match='current_time and other have the same name'):
        await toolbox.find(['current_time', 'other'])


async def test_the_clock_knows_the_day_in_a_zone() -> None:
    assert await CurrentTime().call({'zone': 'Asia/Tokyo'}, context()) == 'Wednesday, 2026-11-25 21:00:00 JST'
    for wrong in ('Nowhere', '../etc/passwd', ''):
        with pytest.raises(ToolError, match='There is no time zone'):
            await CurrentTime().call({'zone': wrong}, context())
