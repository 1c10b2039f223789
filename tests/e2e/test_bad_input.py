"""What people get wrong, and what goes wrong around them: a clear error, and nothing lost."""

import secrets
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.app_process import AppProcess, command, environment
from tests.e2e.test_stop import SLOW

ECHO = """
agent_orchestrator: 1
name: Echo
agents:
  echo: {name: Echo, instructions: Say it in one sentence., model: practice/practice-instant}
nodes:
  start: {type: input, config: {fields: [{name: text, type: long_text}, {name: times, type: number, default: 1}]}}
  say: {type: agent, config: {agent: echo, prompt: "{{ start.text }}"}}
  result: {type: output}
edges: [start -> say, say -> result]
"""


@pytest.mark.parametrize(
    ('text', 'named'),
    [
        ('nodes: [', 'line 2'),
        ('just words', 'nodes'),
        ('agent_orchestrator: 99\nname: Later', 'newer version'),
        ('agent_orchestrator: 1\nname: X\nnodes:\n  a: {type: input, colour: red}', 'colour'),
        ('agent_orchestrator: 1\nname: X\nnodes: {a: {type: input}}\nedges: [a to b]', 'a to b'),
        ('agent_orchestrator: 1\nname: X\nnodes: &n {a: *n}', 'line 3'),
    ],
)
def test_a_broken_file_is_refused_with_its_place(shared_app: AppProcess, text: str, named: str) -> None:
    before = shared_app.get('/workflows')
    answer = shared_app.ask('POST', '/workflows/import', content=text, headers={'Content-Type': 'application/yaml'})
    assert answer.status_code == 422, answer.text
    assert answer.headers['Content-Type'] == 'application/problem+json'
    assert named in answer.json()['detail'].lower()
    assert shared_app.get('/workflows') == before


def test_wrong_inputs_are_named_one_by_one(shared_app: AppProcess) -> None:
    workflow = shared_app.import_workflow(ECHO)
    inputs = {'times': 'often', 'colour': 'red'}
    answer = shared_app.ask('POST', f'/workflows/{workflow}/execute', json={'inputs': inputs})
    assert answer.status_code == 422
    assert {problem['where'].rsplit('.')[-1] for problem in answer.json()['problems']} == {'text', 'times', 'colour'}
    assert shared_app.get('/runs') == []


@pytest.mark.parametrize(
    ('method', 'path'),
    [
        ('GET', '/workflows/nobody'),
        ('POST', '/workflows/nobody/execute'),
        ('GET', '/agents/nobody'),
        ('GET', '/runs/nobody'),
        ('GET', '/runs/nobody/events'),
        ('POST', '/runs/nobody/cancel'),
        ('GET', '/no-such-thing'),
    ],
)
def test_unknown_ids_are_a_404_that_names_them(shared_app: AppProcess, method: str, path: str) -> None:
    answer = shared_app.ask(method, path)
    assert answer.status_code == 404
    assert answer.headers['Content-Type'] == 'application/problem+json'
    assert path.split('/')[1 if 'no-such' in path else 2] in answer.json()['detail']


def test_a_prompt_of_ten_megabytes_goes_through_and_is_kept(app: AppProcess) -> None:
    workflow = app.import_workflow(ECHO)
    text = 'Many words make a long text. ' * (10_000_000 // 29)
    run = app.execute(workflow, {'text': text})
    assert app.wait_for_end(run) == 'succeeded'
    assert app.run(run)['state']['inputs']['text'] == text


def test_a_database_of_a_newer_version_is_refused_and_left_alone(stopped_app: AppProcess) -> None:
    app = stopped_app.start()
    workflow = app.import_workflow(ECHO)
    app.terminate()
    database = app.data_dir / 'orchestrator.db'
    with sqlite3.connect(database) as connection:
        (current,) = connection.execute('SELECT version_num FROM alembic_version').fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '9999_from_the_future'")
    connection.close()
    before = database.read_bytes()

    arguments = command('--no-browser', '--port', 0, '--data-dir', app.data_dir)
    ended = subprocess.run(arguments, env=environment(), capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 4
    assert 'newer version' in ended.stderr
    assert 'Traceback' not in ended.stderr
    assert database.read_bytes() == before

    with sqlite3.connect(database) as connection:
        connection.execute('UPDATE alembic_version SET version_num = ?', (current,))
    connection.close()
    assert app.start().get(f'/workflows/{workflow}')['name'] == 'Echo'


def test_a_second_process_is_told_who_holds_the_data(app: AppProcess) -> None:
    arguments = command('--no-browser', '--port', 0, '--data-dir', app.data_dir)
    ended = subprocess.run(arguments, env=environment(), capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 4
    assert f'process {app.process.pid}' in ended.stderr
    assert app.get('/workflows')


@pytest.mark.skipif(sys.platform != 'linux', reason='the file size limit that plays a full disk is set on Linux only')
def test_a_full_disk_is_an_error_that_says_so_and_nothing_is_lost(stopped_app: AppProcess) -> None:
    app = stopped_app.start()
    workflow = app.import_workflow(ECHO)
    kept = app.execute(workflow, {'text': 'Ships sail. Birds fly.'})
    app.wait_for_end(kept)
    interrupted = app.execute(app.import_workflow(SLOW))
    app.wait_for(interrupted, 'running')
    app.kill()

    app.start(preexec=small_files(app.data_dir))
    answer = app.ask('POST', f'/workflows/{workflow}/execute', json={'inputs': {'text': secrets.token_hex(4_000_000)}})
    assert answer.status_code in {503, 507}, answer.text
    assert 'disk' in answer.json()['detail'].lower()
    assert app.output(kept)['result'], 'what was stored can still be read'
    app.terminate()

    app.start()
    assert app.wait_for_end(interrupted) == 'succeeded'
    assert app.output(kept)['result']
    assert app.wait_for_end(app.execute(workflow, {'text': 'There is room again.'})) == 'succeeded'


def small_files(data_dir: Path):  # type: ignore[no-untyped-def]
    """Lets no file of the process grow beyond the database's size plus two megabytes."""
    largest = max(file.stat().st_size for file in data_dir.rglob('*') if file.is_file()) + 2_000_000

    def limit() -> None:
        import resource  # noqa: PLC0415 - not there on every system

        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    return limit
