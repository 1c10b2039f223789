"""`run`: results on stdout, progress on stderr, and an exit code that scripts can go by."""

import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from core.samples.gallery import template_text
from tests.cli.conftest import Cli
from tests.e2e.app_process import PATIENCE, command, environment


def test_a_file_runs_to_its_result(process: Cli, greeting: Path) -> None:
    finished = process('run', greeting, '--input', 'name=Ada', '--input', 'times=2')
    assert (finished.returncode, finished.stdout) == (0, 'Hello Ada × 3\n')
    assert 'greet: succeeded' in finished.stderr


def test_a_run_up_to_a_node_prints_what_that_node_gave(cli: Cli, greeting: Path) -> None:
    finished = cli('run', greeting, '--input', 'name=Ada', '--until', 'greet')
    assert (finished.returncode, finished.stdout) == (0, 'Hello Ada × 2\n')
    assert 'done' not in finished.stderr
    again = cli('run', greeting, '--input', 'name=Ada', '--until', 'greet')
    assert 'greet: succeeded · taken from an earlier run' in again.stderr
    assert "no node 'ghost'; there are: who" in cli('run', 'GREETING', '--until', 'ghost').stderr


def test_a_sample_runs_by_its_name_and_by_its_id(cli: Cli) -> None:
    for name in ('Meeting notes', 'meeting-notes'):
        finished = cli('run', name, '--model', 'practice/practice-instant')
        assert finished.returncode == 0, finished.stderr
        assert finished.stdout.startswith('# Autumn fair')


def test_a_team_runs_by_its_name(cli: Cli, tmp_path: Path) -> None:
    file, picture = tmp_path / 'debate.yaml', tmp_path / 'plan.png'
    file.write_text(template_text('decision-debate'), encoding='utf-8')
    picture.write_bytes(b'\x89PNG\r\n\x1a\n and so on')
    assert cli('import', file).returncode == 0
    asked = ('--input', 'task=Shall we move? It is cheaper there.', '--input', f'images=@{picture}')
    finished = cli('run', 'team:decision panel', *asked, '--model', 'practice/practice-instant', '--json')
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)['output']['answer']


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (['team:Debate', '--input', 'task=Move?'], "There is no team 'Debate'; there are: none."),
        (['team:Pair'], "A team is given a task, and pictures if it is to see some. Write --input task='"),
        (['team:Pair', '--input', 'task=Move?', '--input', 'topic=Moving'], 'A team is given a task'),
        (['team:Pair', '--input', 'task=Move?', '--until', 'team'], 'A team is run as a whole'),
    ],
)
def test_what_a_team_cannot_be_asked_is_explained(cli: Cli, arguments: list[str], said: str) -> None:
    finished = cli('run', *arguments)
    assert finished.returncode == 2, finished.stderr
    assert said in finished.stderr


def test_a_run_can_have_another_model_and_only_this_run(cli: Cli) -> None:
    def models(*arguments: str) -> set[str]:
        lines = cli('run', 'Meeting notes', '--json-lines', *arguments).stdout.splitlines()
        return {event['model'] for event in map(json.loads, lines) if event['type'] == 'model_called'}

    assert models('--model', 'practice/practice-instant') == {'practice/practice-instant'}
    assert models() == {'practice/practice'}


def test_a_value_can_come_from_a_file_or_from_stdin(cli: Cli, greeting: Path, tmp_path: Path) -> None:
    file = tmp_path / 'name.txt'
    file.write_text('Ada = Lovelace', encoding='utf-8')
    assert cli('run', greeting, '--input', f'name=@{file}').stdout == 'Hello Ada = Lovelace × 2\n'
    assert cli('run', greeting, '--input', 'name=@-', stdin='Grace').stdout == 'Hello Grace × 2\n'


def test_the_same_file_becomes_one_workflow(cli: Cli, greeting: Path) -> None:
    for _ in range(2):
        cli('run', greeting, '--input', 'name=Ada')
    assert cli('export', 'Greeting').returncode == 0  # with two of that name it would ask which


def test_a_file_brings_the_workflows_that_it_runs(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / 'reviews.yaml'
    file.write_text(template_text('review-replies'), encoding='utf-8')
    for _ in range(2):
        finished = cli('run', file, '--model', 'practice/practice-instant')
        assert (finished.returncode, 'We replace whatever broke' in finished.stdout) == (0, True), finished.stderr
    exported = cli('export', 'Replies to reviews').stdout
    assert '\nworkflows:\n  reply-to-a-review:\n' in exported
    assert 'as replies-to-reviews-2' in cli('import', '-', stdin=exported).stdout
    assert 'reply-to-a-review-2' not in cli('export', 'replies-to-reviews-2').stdout


def test_json_is_one_document(cli: Cli, greeting: Path) -> None:
    finished = cli('run', greeting, '--input', 'name=Ada', '--json')
    document = json.loads(finished.stdout)
    assert document['status'] == 'succeeded'
    assert document['inputs'] == {'name': 'Ada', 'times': 1}
    assert document['output'] == {'done': 'Hello Ada × 2'}
    assert document['steps']['greet']['status'] == 'succeeded'
    assert finished.stderr == ''


def test_json_lines_are_the_events(cli: Cli, greeting: Path) -> None:
    lines = cli('run', greeting, '--input', 'name=Ada', '--json-lines').stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert [event['seq'] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]['type'], events[-1]['type']) == ('run_created', 'run_succeeded')


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (['nothing of that name'], 'Research brief'),
        (['missing.yaml'], 'missing.yaml cannot be read'),
        (['GREETING'], 'Name is required'),
        (['GREETING', '--input', 'name=Ada', '--input', 'times=many'], 'must be a number'),
        (['GREETING', '--input', 'name=Ada', '--input', 'colour=red'], "no input 'colour'"),
        (['GREETING', '--input', 'name'], 'is not KEY=VALUE'),
        (['GREETING', '--input', 'name=@missing.txt'], 'missing.txt cannot be read'),
        (['GREETING', '--input', 'name=Ada', '--model', 'llama'], 'CONNECTION/MODEL'),
        (['GREETING', '--colour'], 'unrecognized arguments'),
    ],
)
def test_what_is_not_valid_is_explained(cli: Cli, greeting: Path, arguments: list[str], said: str) -> None:
    finished = cli('run', *(str(greeting) if word == 'GREETING' else word for word in arguments))
    assert finished.returncode == 2, finished.stderr
    assert said in finished.stderr
    assert 'Traceback' not in finished.stderr


@pytest.mark.parametrize('text', ['nodes: [', 'just words', '', '\0', 'agent_orchestrator: 99', 'a: &a [*a, *a]'])
def test_a_broken_file_is_explained(cli: Cli, tmp_path: Path, text: str) -> None:
    file = tmp_path / 'broken.yaml'
    file.write_text(text, encoding='utf-8')
    finished = cli('run', file)
    assert (finished.returncode, finished.stdout) == (2, '')
    assert finished.stderr.strip()
    assert 'Traceback' not in finished.stderr


def test_a_failed_run_says_why(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / 'fails.yaml'
    file.write_text(
        'agent_orchestrator: 1\nname: Fails\nnodes:\n  start: {type: input}\n'
        '  done: {type: output, config: {value: no json, format: json}}\nedges: [start -> done]\n',
        encoding='utf-8',
    )
    finished = cli('run', file)
    assert (finished.returncode, finished.stdout) == (1, '')
    assert 'The run failed: ' in finished.stderr
    assert json.loads(cli('run', file, '--json').stdout)['status'] == 'failed'


def test_a_run_that_waits_for_a_person_says_how_to_decide(cli: Cli, approval: Path) -> None:
    finished = cli('run', approval)
    assert (finished.returncode, finished.stdout) == (3, '')
    assert '--approve-all' in finished.stderr
    assert json.loads(cli('run', approval, '--json').stdout)['status'] == 'waiting'


def test_approve_all_approves(cli: Cli, approval: Path) -> None:
    finished = cli('run', approval, '--approve-all')
    assert (finished.returncode, finished.stdout) == (0, 'Sent: Draft\n')


@pytest.mark.parametrize(('answer', 'result'), [('y', 'Sent: Draft'), ('too long', 'Rejected: too long')])
def test_a_terminal_shows_a_tree_and_asks(approval: Path, data_dir: Path, answer: str, result: str) -> None:
    shown = in_terminal('run', str(approval), '--data-dir', str(data_dir), answer=answer)
    assert 'Approval' in shown
    assert 'Is it good?' in shown
    assert result in shown


EACH = """
agent_orchestrator: 1
name: Each
nodes:
  start: {type: input, config: {fields: [{name: items, type: long_text}]}}
  each: {type: map, config: {items: start.items, when_item_fails: leave_out}}
  check: {type: output, parent: each, config: {value: '{{ item }}', format: json}}
  done: {type: output, config: {value: '{{ each.items | length }}'}}
edges: [start -> each, each -> done]
"""


def test_what_runs_in_rounds_is_told_in_few_lines(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / 'each.yaml'
    file.write_text(EACH, encoding='utf-8')
    items = '\n'.join('bad' if number == 7 else str(number) for number in range(200))
    finished = cli('run', file, '--input', 'items=@-', stdin=items)
    assert (finished.returncode, finished.stdout) == (0, '199\n')
    assert re.search(r'^each: 200/200, 1 failed · succeeded', finished.stderr, re.MULTILINE)
    assert 'each[7].check: failed' in finished.stderr
    assert 'each[8].check' not in finished.stderr
    assert len(finished.stderr.splitlines()) < 40


def test_a_terminal_shows_how_far_the_rounds_have_come(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / 'each.yaml'
    file.write_text(EACH, encoding='utf-8')
    shown = in_terminal('run', str(file), '--input', 'items=1\nbad\n3', '--data-dir', str(data_dir), answer='')
    assert 'Each  3/3, 1 failed · succeeded' in shown
    assert 'each[1].check' in shown


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('through_a_server', [False, True])
def test_the_first_interrupt_cancels_the_run(
    request: pytest.FixtureRequest, data_dir: Path, slow: Path, *, number: signal.Signals, through_a_server: bool
) -> None:
    if through_a_server:
        request.getfixturevalue('server')
    process = subprocess.Popen(
        command('run', slow, '--json-lines', '--data-dir', data_dir),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert any('run_waiting' in line for line in process.stdout)
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 130, err
    assert json.loads(out.splitlines()[-1])['type'] == 'run_cancelled'


def test_a_run_loads_no_pages(data_dir: Path, greeting: Path) -> None:
    code = (
        'import sys; from app.cli import main\n'
        f'assert main(["run", {str(greeting)!r}, "--input", "name=Ada", "--data-dir", {str(data_dir)!r}]) == 0\n'
        'print(sorted({"nicegui", "fastapi", "uvicorn", "alembic", "openai"} & set(sys.modules)))'
    )
    finished = subprocess.run(
        [command()[0], '-c', code], env=environment(), capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    assert finished.stdout.splitlines()[-1] == '[]'


def in_terminal(*arguments: str, answer: str) -> str:
    """What a terminal shows of the command, when a person answers its first question."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.clear()
        os.environ.update(environment(TERM='xterm', COLUMNS='120', LINES='40'))
        line = command(*arguments)
        os.execv(line[0], line)  # noqa: S606
    shown, answered, until = '', False, time.monotonic() + PATIENCE
    try:
        while time.monotonic() < until:
            shown += os.read(terminal, 65536).decode(errors='replace')
            if not answered and 'rejects: ' in shown:
                os.write(terminal, f'{answer}\n'.encode())
                answered = True
    except OSError:  # the other side is gone
        pass
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    return re.sub(r'\x1b\[[0-9;?]*[A-Za-z]', '', shown)
