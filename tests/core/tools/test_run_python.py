"""The tool run_python: what code of a model is given, what comes of it, and when it is refused."""

from typing import Any

import pytest

from core.clock import SystemClock
from core.plugins import Extensions
from core.registry import Registry
from core.sandbox.sandbox import Sandbox
from core.sandbox.sandboxes import Sandboxes
from core.stores import Stores
from core.tools import run_python
from core.tools.tool import ToolError
from core.tools.toolbox import Toolbox
from tests.core.tools.conftest import Use


@pytest.mark.parametrize('level', ['light', 'full'])
async def test_the_result_what_was_printed_and_the_level_are_given(use: Use, level: str) -> None:
    told = await use('run_python', code='print("adding")\nsum(range(10))', level=level)
    assert (told['result'], told['printed']) == (45, 'adding\n')
    assert told['level'] == 'light' if level == 'light' else told['level'] in {'landlock', 'bubblewrap', 'container'}


async def test_code_reads_files_of_the_run_and_its_result_is_written_into_one(use: Use) -> None:
    await use('write_file', path='data/a.csv', text='1\n2\n3')
    code = 'numbers = [int(line) for line in files["data/a.csv"].split()]\nresult = {"sum": sum(numbers)}'
    told = await use('run_python', code=code, read=['data/a.csv'], write='out.json')
    assert told['result'] == 'Written: out.json (14 bytes).'
    assert await use('read_file', path='out.json') == '{\n  "sum": 6\n}'


@pytest.mark.parametrize(
    ('arguments', 'reason'),
    [
        ({'code': 'print("so far")\n1 / 0'}, 'ZeroDivisionError'),
        ({'code': 'print("so far")\n1 / 0'}, 'Printed before:\nso far'),
        ({'code': 'if'}, 'Line 1: invalid syntax'),
        ({'code': 'import tkinter'}, 'the level full has all of it'),
        ({'code': '1', 'read': ['gone.txt']}, 'gone.txt'),
        ({'code': '1', 'read': ['../../etc/passwd']}, 'passwd'),
        ({'code': '1', 'write': '../x'}, 'x'),
        ({'code': 'while True: pass', 'seconds': 0.3}, 'longer than its 0.3 s'),
    ],
)
async def test_what_goes_wrong_is_told_so_that_the_model_can_do_better(
    use: Use, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ToolError) as raised:
        await use('run_python', **arguments)
    assert reason in str(raised.value)


async def test_long_output_is_cut_and_large_files_are_refused(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    told = await use('run_python', code=f'print("x" * {run_python.KEPT + 6})')
    assert told['printed'].endswith('… (cut: 7 more characters)')
    monkeypatch.setattr(run_python, 'MOST_READ', 10)
    await use('write_file', path='a.txt', text='12345678901')
    with pytest.raises(ToolError, match='larger than'):
        await use('run_python', code='1', read=['a.txt'])


@pytest.mark.parametrize(
    ('unprotected', 'reason'),
    [(None, 'Full Python needs a sandbox'), ('process', 'only in a sandbox that protects')],
)
async def test_a_level_that_the_machine_lacks_is_refused(
    extensions: Extensions, stores: Stores, unprotected: str | None, reason: str
) -> None:
    weak: Registry[Sandbox] = Registry('sandbox level')
    weak.add('process', extensions.sandboxes.get('process'))
    toolbox = Toolbox(
        extensions.tools,
        preferences=stores.preferences,
        secrets=stores.secrets,
        sandboxes=Sandboxes(weak, unprotected=unprotected),
        clock=SystemClock(),
    )
    [tool] = await toolbox.find(['run_python'])
    arguments = {'code': '1', 'level': 'full'}
    with pytest.raises(ToolError, match=reason):
        await toolbox.call(tool, arguments, run_id='run', call_id='c', depth=0, say=lambda _: None)
