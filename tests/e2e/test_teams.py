"""A team in a real process: killed in the middle, cancelled, and run from the command line."""

import random
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from core.samples.gallery import template_text
from tests.e2e.app_process import AppProcess, command, environment, eventually

MODEL = 'practice/practice-40'


@pytest.fixture
def debate(app: AppProcess) -> str:
    """The id of the gallery's debate, of which each turn takes about a second."""
    workflow = app.import_workflow(template_text('decision-debate'))
    for agent in app.get('/agents'):
        assert app.ask('PUT', f'/agents/{agent["id"]}', json=agent | {'model': MODEL}).status_code == 200
    return workflow


@pytest.mark.timeout(600)
def test_a_debate_that_is_killed_in_the_middle_asks_nobody_twice_what_was_answered(
    app: AppProcess, debate: str
) -> None:
    chance = random.Random(7)  # noqa: S311 - the same moments each time
    undisturbed = app.execute(debate)
    assert app.wait_for_end(undisturbed) == 'succeeded'
    run = app.execute(debate)
    answered: list[Counter[str]] = []
    for turns in (1, 2, 4, 5):
        eventually(lambda: len(turns_of(app, run)), lambda count, turns=turns: count >= turns)
        time.sleep(chance.uniform(0.1, 0.5))
        app.kill()
        app.start()
        answered.append(Counter(path for path, step in turns_of(app, run).items() if step['calls']))
    assert app.wait_for_end(run) == 'succeeded'
    assert app.output(run) == app.output(undisturbed)
    calls = Counter(event['path'] for event in app.events(run) if event['type'] == 'model_called')
    assert set(calls.values()) == {1}
    assert calls.keys() == {*turns_of(app, undisturbed), 'minute'}
    assert answered[0] != answered[-1], 'the kills hit different moments'
    assert any(step['attempt'] > 1 for step in turns_of(app, run).values()), 'the kills hit turns in the middle'


def test_a_team_is_cancelled_in_the_middle_of_a_turn(app: AppProcess, debate: str) -> None:
    run = app.execute(debate)
    eventually(lambda: len(turns_of(app, run)), lambda count: count >= 2)
    app.post(f'/runs/{run}/cancel')
    assert app.wait_for_end(run) == 'cancelled'
    calls = sum(event['type'] == 'model_called' for event in app.events(run))
    time.sleep(1.5)
    assert sum(event['type'] == 'model_called' for event in app.events(run)) == calls
    assert {step['status'] for step in app.steps(run).values()} <= {'succeeded', 'cancelled'}


def test_a_file_with_a_team_runs_from_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / 'debate.yaml'
    file.write_text(template_text('decision-debate'), encoding='utf-8')
    asked = command('run', file, '--data-dir', tmp_path / 'data', '--model', 'practice/practice-instant')
    finished = subprocess.run(asked, env=environment(), capture_output=True, text=True, check=False, timeout=60)
    assert finished.returncode == 0, finished.stderr
    assert '## Ruling' in finished.stdout
    assert 'panel: 6/6' in finished.stderr


def test_an_exported_workflow_brings_its_team_to_another_instance(app: AppProcess, debate: str) -> None:
    exported = app.ask('GET', f'/workflows/{debate}/export').text
    assert 'decision-panel:' in exported
    for kind in ('teams', 'agents'):
        for item in app.get(f'/{kind}'):
            assert app.ask('DELETE', f'/{kind}/{item["id"]}').status_code == 204
    again = app.import_workflow(exported)
    assert [team['id'] for team in app.get('/teams')] == ['decision-panel']
    assert app.wait_for_end(app.execute(again)) == 'succeeded'


def turns_of(app: AppProcess, run: str) -> dict[str, Any]:
    """The steps in which members spoke, by path."""
    return {path: step for path, step in app.steps(run).items() if path.startswith('panel[') and '.' in path}
