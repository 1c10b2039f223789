"""The folder of a run: what is written there, and that no path leads out of it."""

import os
from pathlib import Path

import pytest

from core.orchestrator import Orchestrator
from core.tools import folder
from core.tools.folder import RunFolder
from core.tools.tool import ToolError
from tests.core.tools.conftest import Use


async def test_what_is_written_is_listed_and_read(use: Use) -> None:
    assert await use('list_files') == '(There is no file yet.)'
    await use('write_file', path='notes/today.txt', text='Grüße')
    await use('write_file', path='a.txt', text='1')
    await use('write_file', path='a.txt', text='two')
    assert await use('read_file', path='./notes/today.txt') == 'Grüße'
    assert await use('list_files') == 'a.txt (3 bytes)\nnotes/today.txt (7 bytes)'


@pytest.mark.parametrize(
    'path',
    [
        '../x',
        'a/../../x',
        '/etc/passwd',
        '',
        '.',
        'a\0b',
        'C:\\x',
        'x/',
        'a' * 300,
        '/'.join('a' * 20),
        'con:',
        '~draft*',
    ],
)
async def test_a_path_that_leads_elsewhere_is_refused(use: Use, path: str) -> None:
    for tool, more in (('read_file', {}), ('write_file', {'text': 'x'})):
        with pytest.raises(ToolError, match='no path in the folder'):
            await use(tool, path=path, **more)


async def test_a_file_that_is_not_there_or_no_text_is_named(use: Use, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"There is no file 'a.txt'|not in the folder"):
        await use('read_file', path='a.txt')
    await use('write_file', path='b.txt', text='x')
    (tmp_path / 'files' / 'run' / 'b.bin').write_bytes(b'\xff\xfe')
    with pytest.raises(ToolError, match='holds no text'):
        await use('read_file', path='b.bin')
    with pytest.raises(ToolError, match='There is no file'):
        await use('read_file', path='none.txt')


@pytest.mark.skipif(os.name == 'nt', reason='links need rights there')
@pytest.mark.parametrize('steps', [True, False], ids=['step by step', 'as on Windows'])
def test_links_lead_nowhere(tmp_path: Path, steps: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, '_STEPS', steps)
    secret, root = tmp_path / 'secret', tmp_path / 'root'
    secret.mkdir()
    (secret / 'key').write_text('mine')
    run = RunFolder(root)
    run.write('here.txt', b'1')
    (root / 'out').symlink_to(secret)
    (root / 'key').symlink_to(secret / 'key')
    for path in ('out/key', 'key', 'out'):
        with pytest.raises(ToolError):
            run.read(path)
    with pytest.raises(ToolError):
        run.write('out/key', b'yours')
    run.write('key', b'own')  # takes the place of the link
    assert ((secret / 'key').read_text(), run.read('key')) == ('mine', b'own')
    assert [name for name, _ in run.files()] == ['here.txt', 'key']


@pytest.mark.skipif(os.name == 'nt', reason='there are no pipes in folders there')
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'pipe')
    with pytest.raises(ToolError, match='not a file'):
        RunFolder(tmp_path).read('pipe')


def test_a_run_cannot_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, 'LONGEST_FILE', 100)
    monkeypatch.setattr(folder, 'MOST_FILES', 3)
    monkeypatch.setattr(folder, 'MOST_BYTES', 150)
    run = RunFolder(tmp_path)
    with pytest.raises(ToolError, match='A file may have'):
        run.write('a', b'x' * 101)
    run.write('a', b'x' * 100)
    with pytest.raises(ToolError, match='is reached'):
        run.write('b', b'x' * 51)
    run.write('a', b'x' * 50)
    run.write('b', b'')
    run.write('c', b'')
    with pytest.raises(ToolError, match='is reached'):
        run.write('d', b'')


async def test_the_files_go_with_their_run(orchestrator: Orchestrator, tmp_path: Path) -> None:
    orchestrator.toolbox._files = tmp_path
    run = await orchestrator.start_run('meeting-notes', {})
    async for _ in orchestrator.watch(run.id):
        pass
    (tmp_path / run.id).mkdir()
    await orchestrator.delete_run(run.id)
    assert not (tmp_path / run.id).exists()
