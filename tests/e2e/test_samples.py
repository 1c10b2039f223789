"""The samples run to the end on the practice model, by API and by command line."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from core.samples.gallery import template_text
from core.samples.samples import NAMES, samples, text_of
from core.workflows.document import read_document, write_document
from tests.core.test_image_inputs import PNG
from tests.e2e.app_process import AppProcess, command, environment, eventually

INSTANT = ('--model', 'practice/practice-instant')


def test_samples_survive_being_written_and_read_again() -> None:
    for name in NAMES:
        document = read_document(text_of(name))
        assert read_document(write_document(document)) == document


def test_samples_leave_the_model_to_the_person_and_explain_themselves() -> None:
    for document in samples():
        assert all(agent.model is None for agent in document.agents)
        assert all(agent.instructions and agent.description for agent in document.agents)
        assert any(node.type == 'note' for node in document.workflow.graph.nodes)


@pytest.mark.parametrize('name', NAMES)
def test_what_agents_of_samples_are_told_breaks_no_line_in_mid_sentence(name: str) -> None:
    told = [agent.instructions for agent in read_document(text_of(name)).agents]
    told += [node.config.get('text', '') for node in read_document(text_of(name)).workflow.graph.of_type('note')]
    assert [line for text in told for line in text.splitlines() if line and not line.endswith('.')] == []


@pytest.mark.parametrize('title', ['Research brief', 'Support triage', 'Meeting notes'])
def test_a_new_instance_runs_each_sample_by_the_api(shared_app: AppProcess, title: str) -> None:
    app = shared_app
    app.ask('PUT', '/llm/default-model', json={'model': 'practice/practice-instant'}).raise_for_status()
    workflow = next(w['id'] for w in app.get('/workflows') if w['name'] == title)
    run = app.execute(workflow)
    if title == 'Support triage':
        app.wait_for(run, 'waiting')
        (approval,) = app.get('/approvals')
        assert 'thank you for your message' in approval['value']
        app.post(f'/approvals/{run}/{approval["path"]}', {'approved': True, 'value': 'We have paid it back.'})
    assert app.wait_for_end(run) == 'succeeded'
    check_result(title, app.output(run))


def test_a_rejected_draft_is_not_sent(app: AppProcess) -> None:
    workflow = next(w['id'] for w in app.get('/workflows') if w['name'] == 'Support triage')
    run = app.execute(workflow)
    (approval,) = eventually(lambda: app.get('/approvals'), bool)
    app.post(f'/approvals/{run}/{approval["path"]}', {'approved': False, 'comment': 'Too cold.'})
    assert app.wait_for_end(run) == 'succeeded'
    assert list(app.output(run)) == ['declined']
    assert 'Too cold.' in app.output(run)['declined']


@pytest.mark.parametrize('title', ['Research brief', 'Support triage', 'Meeting notes'])
def test_the_command_line_runs_each_sample(tmp_path: Path, title: str) -> None:
    arguments = ['run', title, '--json', '--approve-all', '--model', 'practice/practice-instant']
    ended = call(*arguments, '--data-dir', tmp_path / 'data')
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert document['status'] == 'succeeded'
    check_result(title, document['output'])


def test_a_script_learns_that_a_run_waits_for_a_person(tmp_path: Path) -> None:
    data = tmp_path / 'data'
    ended = call('run', 'Support triage', '--model', 'practice/practice-instant', '--data-dir', data)
    assert ended.returncode == 3
    assert 'waits for a person' in ended.stderr


def test_the_command_line_goes_on_with_a_conversation_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / 'buddy.yaml'
    file.write_text(template_text('study-buddy'), encoding='utf-8')
    said = ('The moon pulls at the sea.', 'What does the moon do?')
    for text in said:
        ended = call('run', file, '--data-dir', tmp_path / 'data', '--input', f'message={text}', *INSTANT)
        assert ended.returncode == 0, ended.stderr
    assert 'Before, you said: “The moon pulls at the sea.”' in ended.stdout


def test_the_command_line_shows_pictures(tmp_path: Path) -> None:
    file, photo = tmp_path / 'receipt.yaml', tmp_path / 'my receipt.png'
    file.write_text(template_text('receipt-check'), encoding='utf-8')
    photo.write_bytes(PNG)
    shown = ('--input', f'receipt=@{photo}', '--input', f'second=@{photo}')
    ended = call('run', file, '--data-dir', tmp_path / 'data', *shown, '--approve-all', '--json', *INSTANT)
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert document['output']['paid'].startswith('**Paper and tape for the exhibition**: 23.4 is to be paid.')
    assert '2 pictures came along' in document['steps']['read']['output']['text']


def call(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), env=environment(), capture_output=True, text=True, timeout=60, check=False
    )


def check_result(title: str, output: dict[str, Any]) -> None:
    texts = ' '.join(output.values())
    expected = {
        'Research brief': 'euro',
        'Support triage': '',
        'Meeting notes': 'We agreed to take the big hall',
    }
    assert len(output) == 1
    assert expected[title] in texts
    assert len(texts) > 10
