"""`doctor`: every finding with its way out, and a failure only where the app cannot work."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import EntryPoint
from pathlib import Path
from threading import Thread

import pytest

from app.commands.doctor import database, local_server, plugins, sandbox
from app.lifespan import built_in_and_plugins
from core.plugins import load_extensions
from core.registry import Registry
from core.sandbox.direct import Direct
from core.sandbox.sandbox import Sandbox
from core.sandbox.sandboxes import Sandboxes
from tests.cli.conftest import Cli
from tests.e2e.app_process import AppProcess


def test_a_healthy_machine_passes(cli: Cli) -> None:
    finished = cli('doctor')
    assert finished.returncode == 0, finished.stdout
    for what in (
        'Python',
        'Packages',
        'Data directory',
        'Database',
        'Keyring',
        'Ollama',
        'LM Studio',
        'Native window',
        'Sandbox',
    ):
        assert re.search(rf'^[✓–] {what}\b', finished.stdout, re.MULTILINE), what


def test_a_data_directory_that_cannot_be_used_fails(cli: Cli, data_dir: Path) -> None:
    data_dir.write_text('something else', encoding='utf-8')
    finished = cli('doctor')
    assert finished.returncode == 1
    assert '✗ Data directory' in finished.stdout
    assert '--data-dir' in finished.stdout


def test_a_damaged_database_is_found_and_not_touched(data_dir: Path) -> None:
    data_dir.mkdir()
    file = data_dir / 'orchestrator.db'
    file.write_bytes(b'SQLite format 3\0' + b'nonsense' * 500)
    assert database(data_dir).verdict == 'broken'
    assert file.read_bytes().endswith(b'nonsense')


def test_a_running_server_is_named(cli: Cli, server: AppProcess) -> None:
    shown = cli('doctor').stdout
    assert str(server.process.pid) in shown
    assert server.url.rsplit(':', 1)[1] in shown


def test_a_broken_plugin_is_named_and_breaks_nothing() -> None:
    broken = EntryPoint(name='weather', value='module_that_is_not_there:register', group='agent_orchestrator')
    first, plugin = plugins(load_extensions([], plugins=[broken]))
    assert first.verdict == 'works'
    assert (plugin.verdict, 'weather' in plugin.detail, 'weather' in plugin.mend) == ('missing', True, True)
    assert 'module_that_is_not_there' in plugin.detail


@pytest.fixture
def web() -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == '/good' else 500)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with HTTPServer(('127.0.0.1', 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_port}'
        server.shutdown()


async def test_a_model_server_is_asked_whether_it_works(web: str) -> None:
    assert (await local_server('Ollama', f'{web}/good', 'Start it.')).verdict == 'works'
    broken = await local_server('Ollama', f'{web}/broken', 'Start it.')
    assert (broken.verdict, '500' in broken.detail, broken.mend) == ('missing', True, 'Start it.')


async def test_every_level_of_the_sandbox_says_what_it_does_not_stop() -> None:
    findings = await sandbox(Sandboxes(built_in_and_plugins(sandbox_image='no-such-image:0').sandboxes))
    light = next(finding for finding in findings if finding.detail.startswith('Light, used for light Python.'))
    assert (light.verdict, 'Does not stop: a fault in the interpreter' in light.detail) == ('works', True)
    container = next(finding for finding in findings if finding.detail.startswith('Container: '))
    assert (container.verdict, 'no-such-image:0' in container.mend) == ('missing', True)
    assert not any('Direct' in finding.detail for finding in findings)


async def test_code_without_protection_is_told_where_it_is_used() -> None:
    levels = Registry[Sandbox]('sandbox level')
    levels.add('direct', Direct())
    (finding,) = await sandbox(Sandboxes(levels, unprotected='direct'))
    assert finding.detail.startswith('Direct, used for full Python. Does not stop: anything else.')
