"""Who holds the data directory: a server is asked through its API, anything else is explained."""

import asyncio
import json
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

from app.lifespan import open_orchestrator
from core.workflows.workflow import Workflow
from tests.cli.conftest import Cli
from tests.e2e.app_process import PATIENCE, AppProcess, command, environment


def test_a_running_server_is_asked(cli: Cli, server: AppProcess, greeting: Path) -> None:
    finished = cli('run', greeting, '--input', 'name=Ada')
    assert (finished.returncode, finished.stdout) == (0, 'Hello Ada × 2\n')
    (run,) = server.get('/runs')
    assert (run['status'], run['workflow_name']) == ('succeeded', 'Greeting')
    assert cli('export', 'Greeting').stdout == server.ask('GET', '/workflows/greeting/export').text
    assert 'as greeting-2' in cli('import', greeting).stdout


def test_a_running_server_is_asked_to_run_a_team(cli: Cli, server: AppProcess) -> None:
    members = [{'agent': agent['id']} for agent in server.get('/agents')[:2]]
    server.ask('PUT', '/llm/default-model', json={'model': 'practice/practice-instant'}).raise_for_status()
    server.post('/teams', {'name': 'Pair', 'members': members, 'strategy': 'sequential'})
    finished = cli('run', 'team:Pair', '--input', 'task=Name a mug that keeps tea warm.')
    assert (finished.returncode, bool(finished.stdout.strip())) == (0, True), finished.stderr
    (run,) = server.get('/runs')
    assert (run['status'], run['workflow_id']) == ('succeeded', 'team:pair')


def test_errors_of_a_running_server_are_the_same(cli: Cli, server: AppProcess, greeting: Path) -> None:
    assert server.url
    refused = cli('run', greeting)
    assert (refused.returncode, 'Name is required' in refused.stderr) == (2, True)
    assert cli('run', 'nothing of that name').returncode == 2
    assert cli('run', greeting, '--model', 'practice/practice').returncode == 2


def test_an_approval_on_a_running_server_is_answered(cli: Cli, server: AppProcess, approval: Path) -> None:
    assert cli('run', approval).returncode == 3
    assert len(server.get('/approvals')) == 1
    assert cli('run', approval, '--approve-all').stdout == 'Sent: Draft\n'


def test_a_password_is_sent_along(cli: Cli, data_dir: Path, greeting: Path) -> None:
    app = AppProcess(data_dir, env={'AGENT_ORCHESTRATOR_PASSWORD': 'drei Wörter'})
    try:
        app.start()
        refused = cli('run', greeting, '--input', 'name=Ada')
        assert (refused.returncode, 'password' in refused.stderr) == (2, True)
        allowed = cli('run', greeting, '--input', 'name=Ada', AGENT_ORCHESTRATOR_PASSWORD='drei Wörter')
        assert allowed.stdout == 'Hello Ada × 2\n'
    finally:
        app.close()


def test_a_second_server_says_who_holds_the_data(cli: Cli, server: AppProcess) -> None:
    finished = cli('--no-browser', '--port', '0')
    assert finished.returncode == 4
    assert str(server.process.pid) in finished.stderr
    assert 'Traceback' not in finished.stderr


def test_a_directory_that_another_run_holds_is_explained(cli: Cli, data_dir: Path, slow: Path) -> None:
    holder = subprocess.Popen(
        command('run', slow, '--data-dir', data_dir),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + PATIENCE
        while not (data_dir / 'holder.json').exists() and time.monotonic() < until:
            time.sleep(0.05)
        finished = cli('export', 'Slow')
        assert finished.returncode == 4
        assert str(holder.pid) in finished.stderr
    finally:
        holder.kill()
        holder.wait()


def test_a_server_that_dies_in_the_middle_is_told_and_its_run_goes_on_later(
    data_dir: Path, server: AppProcess, slow: Path
) -> None:
    following = subprocess.Popen(
        command('run', slow, '--json-lines', '--data-dir', data_dir),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert following.stdout
    assert any('run_waiting' in line for line in following.stdout)
    server.kill()
    _, said = following.communicate(timeout=PATIENCE)
    assert following.returncode == 4
    assert 'does not answer any more' in said
    assert 'Traceback' not in said
    server.start()
    assert [run['status'] for run in server.get('/runs')] == ['waiting']


def test_a_newer_database_is_refused_and_kept(cli: Cli, data_dir: Path) -> None:
    assert cli('export', 'Meeting notes').returncode == 0
    with closing(sqlite3.connect(data_dir / 'orchestrator.db')) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (data_dir / 'orchestrator.db').read_bytes()
    for arguments in (['run', 'Meeting notes'], ['--no-browser', '--port', '0']):
        finished = cli(*arguments)
        assert finished.returncode == 4
        assert 'newer' in finished.stderr
        assert 'Traceback' not in finished.stderr
    assert cli('doctor').returncode == 1
    assert (data_dir / 'orchestrator.db').read_bytes() == before


def test_a_data_directory_that_is_a_file_is_explained(cli: Cli, data_dir: Path) -> None:
    data_dir.write_text('something else', encoding='utf-8')
    finished = cli('export', 'Meeting notes')
    assert finished.returncode == 4
    assert '--data-dir' in finished.stderr


def test_the_exported_file_imports_again(cli: Cli, tmp_path: Path, greeting: Path) -> None:
    assert cli('import', greeting).stdout == "Imported 'Greeting' as greeting.\n"
    copy = tmp_path / 'copy.yaml'
    assert cli('export', 'greeting', '--output', copy).returncode == 0
    assert cli('import', copy).stdout == "Imported 'Greeting (2)' as greeting-2.\n"
    assert cli('export', 'Greeting (2)').stdout == copy.read_text(encoding='utf-8').replace(
        'name: Greeting', 'name: Greeting (2)', 1
    )


def test_a_name_that_two_workflows_have_is_not_guessed_at(cli: Cli, data_dir: Path, greeting: Path) -> None:
    async def add_namesake() -> None:
        async with open_orchestrator(data_dir) as orchestrator:
            await orchestrator.workflows.create(Workflow(name='Greeting'))

    cli('import', greeting)
    asyncio.run(add_namesake())
    ambiguous = cli('export', 'Greeting')
    assert (ambiguous.returncode, 'greeting-2' in ambiguous.stderr) == (2, True)


def test_a_reader_who_has_seen_enough_is_no_reason_to_complain(data_dir: Path) -> None:
    exporting = subprocess.Popen(
        command('export', 'Meeting notes', '--data-dir', data_dir),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert exporting.stdout
    exporting.stdout.close()
    assert exporting.stderr
    with exporting.stderr as said:
        assert said.read() == ''
    assert exporting.wait(PATIENCE) == 1


def test_all_files_are_read_before_one_is_imported(cli: Cli, greeting: Path) -> None:
    assert cli('import', greeting, 'missing.yaml').returncode == 2
    assert cli('export', 'greeting').returncode == 2


def test_json_through_a_server_is_the_same_document(cli: Cli, server: AppProcess, greeting: Path) -> None:
    document = json.loads(cli('run', greeting, '--input', 'name=Ada', '--json').stdout)
    assert document['output'] == {'done': 'Hello Ada × 2'}
    assert server.status(document['run_id']) == 'succeeded'
