"""What running steps say while it streams."""

from core.runs.live import PARTS, Live


def test_what_a_step_says_is_joined_when_somebody_looks() -> None:
    live = Live()
    live.start('run', 'x', 1)
    for number in range(3 * PARTS):
        live.add('run', 'x', text=f'{number} ', thinking='' if number else 'Hm.')
    step = live.steps('run')['x']
    assert len(step._text) <= PARTS
    assert step.text == ''.join(f'{number} ' for number in range(3 * PARTS))
    assert step.thinking == 'Hm.'
