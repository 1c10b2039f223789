"""kill -9 at any moment loses nothing and repeats nothing."""

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.app_process import AppProcess, eventually

KILLS = 21
BRANCHES = 'abcd'
ENDED = {'succeeded', 'failed', 'cancelled'}


def thirty_nodes(marks: Path) -> str:
    """Four branches of five steps, a person, an external effect, and a condition that closes one way."""
    mark = {'file': str(marks), 'seconds': 0.08}
    nodes: dict[str, Any] = {'start': {'type': 'input'}}
    edges = []
    for branch in BRANCHES:
        path = ['start', *(f'{branch}_{number}' for number in range(5)), 'together']
        nodes |= {id_: {'type': 'count', 'config': mark} for id_ in path[1:-1]}
        edges += [f'{source} -> {target}' for source, target in pairwise(path)]
    nodes |= {
        'together': {'type': 'merge', 'config': {'mode': 'all'}},
        'check': {'type': 'approval', 'config': {'message': 'Go on?'}},
        'send': {'type': 'touch', 'config': mark | {'seconds': 0.25}},
        'which': {'type': 'condition', 'config': {'branches': [{'name': 'good', 'when': "'send' in send.text"}]}},
        'first': {'type': 'count', 'config': mark},
        'second': {'type': 'count', 'config': mark},
        'never': {'type': 'count', 'config': mark},
        'page': {'type': 'template', 'config': {'text': '{{ a_4.text }} {{ second.text }}'}},
        'result': {'type': 'output'},
    }
    edges += ['together -> check', 'check.approved -> send', 'send -> which', 'which.good -> first', 'first -> second']
    edges += ['which.otherwise -> never', 'second -> page', 'page -> result']
    assert len(nodes) == 30
    return json.dumps({'agent_orchestrator': 1, 'name': 'Thirty nodes', 'nodes': nodes, 'edges': edges})


@pytest.mark.timeout(600)
def test_runs_that_are_killed_again_and_again_end_like_an_undisturbed_one(app: AppProcess, tmp_path: Path) -> None:
    chance = random.Random(4711)  # noqa: S311 - the same moments each time
    marks = tmp_path / 'marks'
    workflow = app.import_workflow(thirty_nodes(marks))
    undisturbed = finish(app, app.execute(workflow))
    runs: list[str] = []
    kills: list[tuple[datetime, Counter[str]]] = []
    for _ in range(KILLS):
        if all(app.status(run) in ENDED | {'waiting'} for run in runs[-2:]):
            runs += [app.execute(workflow), app.execute(workflow)]
        time.sleep(chance.uniform(0.0, 0.5))
        if chance.random() < 0.5:
            answer_all(app, runs)
            time.sleep(chance.uniform(0.0, 0.3))
        app.kill()
        kills.append((datetime.now(UTC), read_marks(marks)))
        app.start()
    for run in runs:
        assert finish(app, run) == undisturbed
    for run in runs:
        check_journal(app.events(run), kills, read_marks(marks), run)
    assert sum(interrupted_steps(app.events(run)) for run in runs) > KILLS, 'the kills hit steps in the middle'


def test_a_step_with_external_effects_asks_after_a_crash(app: AppProcess, tmp_path: Path) -> None:
    marks = tmp_path / 'marks'
    workflow = app.import_workflow(
        f"""
        agent_orchestrator: 1
        name: Send a letter
        nodes:
          start: {{type: input}}
          send: {{type: touch, config: {{file: '{marks}', seconds: 1.0}}}}
          result: {{type: output}}
        edges: [start -> send, send -> result]
        """
    )
    runs = {decision: app.execute(workflow) for decision in ('retry', 'skip', 'value')}
    eventually(lambda: read_marks(marks).total(), lambda total: total == 3)
    app.kill()
    app.start()
    for run in runs.values():
        eventually(lambda run=run: app.steps(run)['send']['status'], lambda status: status == 'unknown')
        app.wait_for(run, 'waiting')
    assert read_marks(marks).total() == 3, 'nothing was sent again without asking'

    for decision, run in runs.items():
        app.post(f'/runs/{run}/steps/send/resolve', {'decision': decision, 'value': 'It had arrived.'})
        assert app.wait_for_end(run) == 'succeeded'
    assert app.output(runs['retry'])['result'] == 'send()'
    assert app.output(runs['value'])['result'] == 'It had arrived.'
    assert app.steps(runs['skip'])['result']['status'] == 'skipped'
    assert read_marks(marks)[f'touch {runs["retry"]} send'] == 2
    assert read_marks(marks)[f'touch {runs["value"]} send'] == 1


@pytest.mark.timeout(600)
def test_an_agent_that_is_killed_in_the_middle_repeats_no_answered_call(app: AppProcess, tmp_path: Path) -> None:
    marks = tmp_path / 'marks'
    told = json.dumps({'file': str(marks), 'seconds': 0.4})
    agent = {'instructions': 'Do as you are told.', 'model': 'practice/practice-60', 'tools': ['mark', 'act']}
    nodes = {
        'work': {'type': 'agent', 'config': {'agent': 'worker', 'prompt': f'mark {told} and act {told}'}},
        'result': {'type': 'output'},
    }
    workflow = app.import_workflow(
        json.dumps(
            {
                'agent_orchestrator': 1,
                'name': 'An agent',
                'agents': {'worker': agent},
                'nodes': nodes,
                'edges': ['work -> result'],
            }
        )
    )
    chance = random.Random(42)  # noqa: S311 - the same moments each time
    runs = [app.execute(workflow) for _ in range(3)]
    for _ in range(5):
        time.sleep(chance.uniform(0.0, 0.6))
        app.kill()
        app.start()
        answer_all(app, runs)
    for run in runs:
        result = finish(app, run)['output']['result']
        assert 'mark: marked' in result
        assert 'act: acted' in result
        kinds = Counter(event['type'] for event in app.events(run))
        assert (kinds['model_called'], kinds['tool_called']) == (2, 2)
        acted = read_marks(marks)[f'act {run}']
        assert 1 <= acted <= 1 + kinds['unknown_resolved'], 'it acted again only where a person said so'
    assert sum(interrupted_steps(app.events(run)) for run in runs) > 0, 'the kills hit the agent in the middle'


@pytest.mark.timeout(600)
def test_a_map_that_is_killed_in_the_middle_goes_on_with_what_was_unfinished(app: AppProcess, tmp_path: Path) -> None:
    items, parallel = 1000, 50
    marks = tmp_path / 'marks'
    nodes = {
        'start': {'type': 'input'},
        'each': {'type': 'map', 'config': {'items': str(list(range(items))), 'parallel': parallel}},
        'work': {'type': 'count', 'parent': 'each', 'config': {'file': str(marks), 'seconds': 0.02}},
        'number': {'type': 'template', 'parent': 'each', 'config': {'text': '{{ item }}'}},
        'result': {'type': 'output', 'config': {'value': '{{ each.items | join(" ") }}'}},
    }
    edges = ['start -> each', 'work -> number', 'each -> result']
    document = {'agent_orchestrator': 1, 'name': 'A thousand items', 'nodes': nodes, 'edges': edges}
    run = app.execute(app.import_workflow(json.dumps(document)))
    kills: list[tuple[datetime, Counter[str]]] = []
    for share in (0.2, 0.5, 0.8):
        eventually(lambda: read_marks(marks).total(), lambda total, share=share: total > share * items)
        app.kill()
        kills.append((datetime.now(UTC), read_marks(marks)))
        app.start()
    assert app.wait_for_end(run) == 'succeeded'
    assert app.output(run)['result'] == ' '.join(map(str, range(items)))
    done, events = read_marks(marks), app.events(run)
    assert done.total() <= items + len(kills) * parallel
    assert {path for path, _ in completions(events)} >= {f'each[{index}].number' for index in range(items)}
    for path, completed in completions(events):
        for moment, then in kills:
            if path.endswith('.work') and completed < moment:
                assert done[f'count {run} {path}'] == then[f'count {run} {path}'], f'{path} was done again'


def read_marks(file: Path) -> Counter[str]:
    return Counter(file.read_text().splitlines()) if file.exists() else Counter()


def answer_all(app: AppProcess, runs: list[str]) -> None:
    """Approves what waits, and tries unknown steps again."""
    for approval in app.get('/approvals'):
        app.post(f'/approvals/{approval["run_id"]}/{approval["path"]}', {'approved': True})
    for run in runs:
        for path in unknown_steps(app, run):
            app.post(f'/runs/{run}/steps/{path}/resolve', {'decision': 'retry'})


def unknown_steps(app: AppProcess, run: str) -> list[str]:
    return [path for path, step in app.steps(run).items() if step['status'] == 'unknown']


def finish(app: AppProcess, run: str) -> dict[str, Any]:
    """The run's result and what became of each step, once it has succeeded."""

    def look() -> str:
        answer_all(app, [run])
        return app.status(run)

    assert eventually(look, lambda status: status in ENDED) == 'succeeded'
    steps = app.steps(run)
    return {'output': app.output(run)} | {
        path: (steps[path]['status'], steps[path]['output']) for path in sorted(steps)
    }


def check_journal(
    events: list[dict[str, Any]], kills: list[tuple[datetime, Counter[str]]], marks: Counter[str], run: str
) -> None:
    by_path: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        by_path.setdefault(event.get('path') or '', []).append(event)
    for path, history in by_path.items():
        kinds = [event['type'] for event in history]
        assert kinds.count('step_completed') <= 1
        if 'step_completed' in kinds:
            assert 'step_started' not in kinds[kinds.index('step_completed') :], f'{path} ran again'
    for path, completed in completions(events):
        name = f'{"touch" if path == "send" else "count"} {run} {path}'
        for moment, marks_then in kills:
            if completed < moment:
                assert marks[name] == marks_then[name], f'{path} was done again after it was completed'
    starts = Counter(event['path'] for event in events if event['type'] == 'step_started')
    sent = marks[f'touch {run} send']
    asked = sum(event['type'] == 'unknown_resolved' for event in events)
    assert starts['send'] == 1 + asked, 'each further attempt at sending was decided by a person'
    assert 1 <= sent <= starts['send']
    for branch in BRANCHES:
        assert 1 <= marks[f'count {run} {branch}_0'] <= starts[f'{branch}_0']


def interrupted_steps(events: list[dict[str, Any]]) -> int:
    """How many attempts a kill cut short; an approval is started twice in any case."""
    starts = Counter(event['path'] for event in events if event['type'] == 'step_started')
    return sum(count - 1 for path, count in starts.items() if path != 'check')


def completions(events: list[dict[str, Any]]) -> Iterator[tuple[str, datetime]]:
    for event in events:
        if event['type'] == 'step_completed':
            yield event['path'], datetime.fromisoformat(event['at'])
