"""Serving: who may be let in, on which port, and how it ends."""

import queue
import socket
import sys
import threading
import time
from importlib import import_module
from pathlib import Path

import httpx
import pytest

from app import exit_codes, native
from app.spared import spared
from pages.site import QUIET
from tests.cli.conftest import SLOW, Cli
from tests.e2e.app_process import PATIENCE, AppProcess


def test_the_help_explains_every_exit_code(cli: Cli) -> None:
    for arguments in (['--help'], ['run', '--help']):
        shown = cli(*arguments).stdout
        codes = [value for name, value in vars(exit_codes).items() if name.isupper() and isinstance(value, int)]
        assert len(codes) == 6
        assert all(f'\n  {code} ' in shown for code in codes)


def test_another_host_needs_a_password(cli: Cli, data_dir: Path) -> None:
    for host in ('0.0.0.0', '::', '192.168.1.20'):  # noqa: S104
        finished = cli('--host', host, '--no-browser')
        assert finished.returncode == 2
        assert 'AGENT_ORCHESTRATOR_PASSWORD' in finished.stderr
    assert not data_dir.exists()


def test_the_settings_say_where_the_data_is(tmp_path: Path) -> None:
    app = AppProcess(tmp_path / 'kept here').start()
    try:
        shown = httpx.get(f'{app.url}/settings/data', timeout=PATIENCE).text
    finally:
        app.close()
    assert str(tmp_path / 'kept here') in shown


def test_the_first_page_waits_for_no_code_that_it_does_not_need(tmp_path: Path) -> None:
    later = {'app.api.api', 'pages.agents.pages', 'pages.builder.page', 'pages.runs.pages', 'pages.settings.pages'}
    first = imported_for_the_first_page(tmp_path)
    assert 'nicegui' in first
    assert not first & {'aiohttp.client', 'alembic', 'httpx', *later}


def test_other_code_is_imported_when_its_pages_are_asked_for(tmp_path: Path) -> None:
    app = AppProcess(tmp_path / 'data').start()
    try:
        for path in ('/agents', '/workflows', '/teams', '/monitor', '/runs', '/templates', '/settings', '/api/runs'):
            assert httpx.get(app.url + path, timeout=PATIENCE).status_code == 200, path
    finally:
        app.close()


def imported_for_the_first_page(tmp_path: Path) -> set[str]:
    """Looked at before the app takes the quiet for a time to import everything, however busy the machine is."""
    for attempt in range(10):
        app = AppProcess(tmp_path / f'data {attempt}', env={'PYTHONPROFILEIMPORTTIME': '1'}).start()
        began = time.monotonic()
        try:
            assert httpx.get(app.url, timeout=PATIENCE).status_code == 200
            first = imported(app.log)
        finally:
            app.close()
        if time.monotonic() - began < QUIET:
            return first
    pytest.fail(f'The first page was never there within {QUIET:.0f} s.')


def imported(log: str) -> set[str]:
    """The modules that Python says it imported."""
    return {line.rpartition('|')[2].strip() for line in log.splitlines() if line.startswith('import time:')}


def test_a_package_is_spared_for_a_while_only() -> None:
    assert 'wave' not in sys.modules
    with spared('wave'), pytest.raises(ImportError):
        import_module('wave')
    assert import_module('wave').__name__ == 'wave'
    with spared('wave'):  # it is in use by now
        assert import_module('wave').__name__ == 'wave'


def test_a_taken_port_is_explained(cli: Cli) -> None:
    with socket.socket() as other:
        other.bind(('127.0.0.1', 0))
        other.listen()
        port = other.getsockname()[1]
        finished = cli('--no-browser', '--port', port)
    assert finished.returncode == 2
    assert str(port) in finished.stderr
    assert '--port' in finished.stderr


def test_without_a_window_package_native_opens_the_browser(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(native, 'available', lambda: False)
    monkeypatch.setattr('webbrowser.open', opened.append)
    close = native.open_window('http://localhost:8080', tmp_path, when_closed=lambda: None)
    close()
    assert opened == ['http://localhost:8080']
    assert 'agent-orchestrator[native]' in capsys.readouterr().err


def test_a_window_that_does_not_come_up_becomes_a_browser_tab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: queue.Queue[str] = queue.Queue()
    closed: list[bool] = []
    monkeypatch.setattr(native, 'available', lambda: True)
    monkeypatch.setattr('webbrowser.open', opened.put)
    monkeypatch.setattr(native, '_command', lambda *_: [sys.executable, '-c', 'pass'])
    close = native.open_window('http://localhost:8080', tmp_path, when_closed=lambda: closed.append(True))
    assert opened.get(timeout=10) == 'http://localhost:8080'
    close()
    assert closed == []


def test_closing_the_window_ends_the_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    closed = threading.Event()
    monkeypatch.setattr(native, 'available', lambda: True)
    monkeypatch.setattr(native, '_command', lambda *_: [sys.executable, '-c', f'print({native.SHOWN!r})'])
    close = native.open_window('http://localhost:8080', tmp_path, when_closed=closed.set)
    assert closed.wait(10)
    close()


def test_a_signal_ends_it_in_time_though_a_run_goes_on_and_somebody_watches(server: AppProcess) -> None:
    run_id = server.execute(server.import_workflow(SLOW))
    watching = threading.Thread(target=_watch, args=(server.url, run_id))
    watching.start()
    time.sleep(0.5)
    seconds, code = server.terminate()
    watching.join(5)
    assert (code, seconds < 5, watching.is_alive()) == (0, True, False)
    assert 'Traceback' not in server.log


def _watch(url: str, run_id: str) -> None:
    try:
        with httpx.stream('GET', f'{url}/api/runs/{run_id}/events?live=true', timeout=30) as response:
            for _ in response.iter_lines():
                pass
    except httpx.TransportError:  # the server has gone, as it should
        pass


def test_events_arrive_while_the_run_goes_on(server: AppProcess) -> None:
    run_id = server.execute('meeting-notes')
    seen, written = [], ''
    with httpx.stream('GET', f'{server.url}/api/runs/{run_id}/events?live=true', timeout=30) as response:
        for line in response.iter_lines():
            name, _, value = line.partition(': ')
            if name == 'event':
                seen.append(value)
            elif name == 'data' and seen[-1] == 'live':
                written += value
    told = [kind for kind in seen if kind != 'live']
    assert (told[0], told[-1]) == ('run_created', 'run_succeeded')
    assert seen.index('live') < seen.index('model_called')
    assert '"text": ' in written
