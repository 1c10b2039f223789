"""kill -9 while models answer: their server outlives the app, and counts what is asked of it."""

import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from tests.e2e.app_process import AppProcess, eventually
from tests.servers.http import Request
from tests.servers.model_server import ModelServer
from tests.servers.openai import fake_openai
from tests.servers.script import Answer
from tests.servers.threads import in_thread

TURNS = 4
ENDED = {'succeeded', 'failed', 'cancelled'}
TAG = re.compile(r'\[\w+ \d+]')
"""What each run says to its agent begins with one of its own, such as `[ann 3]`."""


class Call(NamedTuple):
    """One question to a model: in which run, which in its step, and whether it was for a summary."""

    tag: str
    number: int
    summarises: bool


@dataclass(kw_only=True)
class Kills:
    """Kills the app again and again, and remembers when, and what the server had been asked by then."""

    app: AppProcess
    server: ModelServer
    chance: random.Random
    done: list[tuple[datetime, Counter[Call]]] = field(default_factory=list)

    def kill(self, *runs: str) -> None:
        """At some moment while the runs, not all of which have ended, go on."""
        before = len(self.server.asked)
        if self.chance.random() < 0.8:  # else it may be killed before it comes to ask anything
            eventually(lambda: len(self.server.asked) > before or self._ended(runs), bool)
        time.sleep(self.chance.uniform(0.0, 0.6))
        self.app.kill()
        self.done.append((datetime.now(UTC), self.asked()))
        self.app.start()

    def _ended(self, runs: Iterable[str]) -> bool:
        return all(self.app.status(run) in ENDED for run in runs)

    def asked(self) -> Counter[Call]:
        return Counter(_call_of(request) for request in self.server.asked)

    def check(self, runs: Iterable[str]) -> None:
        """Each call stands in the journal once, and what was answered before a kill was not asked for after it."""
        asked, cut = self.asked(), 0
        for run in runs:
            events = self.app.events(run)
            answered = [*_answered(events)]
            assert {*Counter(call for call, _ in answered).values()} == {1}
            starts = Counter(event['path'] for event in events if event['type'] == 'step_started')
            cut += starts.total() - len(starts)
            for call, when in answered:
                assert asked[call] >= 1
                for moment, then in self.done:
                    assert when >= moment or asked[call] == then[call], f'{call} was paid for twice'
        assert cut > 0, 'the kills hit steps in the middle'
        assert max(asked.values()) > 1, 'the kills hit calls in the middle, which were asked again'


@pytest.mark.timeout(600)
def test_a_conversation_in_which_the_app_is_killed_again_and_again_has_each_turn_once(app: AppProcess) -> None:
    with in_thread(fake_openai(_reply_with_memory)) as server:
        kills = Kills(app=app, server=server, chance=random.Random(8))  # noqa: S311 - the same moments each time
        desk = app.import_workflow(_desk(_connection(app, server)))
        runs: list[str] = []
        for number in range(1, TURNS + 1):
            said = {who: {'who': who, 'said': f'[{who} {number}]'} for who in ('ann', 'bob')}
            runs += [app.execute(desk, inputs) for inputs in said.values()]
            kills.kill(*runs[-2:])
            kills.kill(*runs[-2:])
            for run in runs[-2:]:
                assert app.wait_for_end(run) == 'succeeded'
        kills.check(runs)
        told = [message['content'] for message in server.asked[-1].json['messages']]
    (clerk,) = (agent['id'] for agent in app.get('/agents') if agent['name'] == 'Clerk')
    for who in ('ann', 'bob'):
        turns = app.get(f'/agents/{clerk}/conversations/{who}')
        assert [turn['question'] for turn in turns] == [f'[{who} {number}]' for number in range(1, TURNS + 1)]
        assert [turn['run_id'] for turn in turns] == runs[who == 'bob' :: 2]
    assert any(call.summarises for call in kills.asked()), 'older turns were put in short'
    before = told[-1].replace(str(TURNS), str(TURNS - 1))
    assert told[1:] == [
        f'(What was said before, in short:\nIn short: they asked.)\n\n{before}',
        'I have written it down for you.',
        told[-1],
    ]


@pytest.mark.timeout(600)
def test_a_router_that_is_killed_again_and_again_chooses_once(app: AppProcess) -> None:
    with in_thread(fake_openai(_choose_at_the_second_try)) as server:
        kills = Kills(app=app, server=server, chance=random.Random(3))  # noqa: S311 - the same moments each time
        sorting = app.import_workflow(_sorting(_connection(app, server)))
        runs: list[str] = []
        for number in range(1, 4):
            about = 'an invoice' if number % 2 else 'a crash'
            runs.append(app.execute(sorting, {'mail': f'[mail {number}] It is about {about}.'}))
            kills.kill(*runs)
            kills.kill(*runs)
        for run in runs:
            assert app.wait_for_end(run) == 'succeeded'
        kills.check(runs)
    for number, run in enumerate(runs, 1):
        way, other = ('money', 'works') if number % 2 else ('works', 'money')
        assert app.output(run) == {way: f'[mail {number}] It is about {"an invoice" if number % 2 else "a crash"}.'}
        assert app.steps(run)[other]['status'] == 'skipped'
        assert len([*_answered(app.events(run))]) == 2


def _reply_with_memory(request: Request) -> Answer:
    text = 'In short: they asked.' if _summarises(request.json['messages']) else 'I have written it down for you.'
    return Answer(text=text, wait=0.1, pause=0.1)


def _choose_at_the_second_try(request: Request) -> Answer:
    """First words that are no choice, then the branch in the form that is asked for."""
    branch = 'billing' if 'an invoice' in request.body.decode() else 'technical'
    text = json.dumps({'reason': 'So it says.', 'branch': branch}) if _call_of(request).number else f'I say {branch}.'
    return Answer(text=text, wait=0.1, pause=0.1)


def _call_of(request: Request) -> Call:
    messages = request.json['messages']
    texts = [str(message['content']) for message in messages]
    last = max(number for number, text in enumerate(texts) if messages[number]['role'] == 'user' and TAG.search(text))
    return Call(TAG.findall(texts[last])[-1], (len(texts) - 1 - last) // 2, _summarises(messages))


def _summarises(messages: list[dict[str, Any]]) -> bool:
    return 'keep the memory of a conversation' in messages[0]['content']


def _answered(events: list[dict[str, Any]]) -> Iterator[tuple[Call, datetime]]:
    """The calls in a run's journal, and when they had been answered."""
    called = [event for event in events if event['type'] == 'model_called']
    own = [event for event in called if event['summarises'] is None]
    tag = TAG.findall(own[0]['messages'][-1]['parts'][-1]['text'])[-1]
    for event in called:
        text = event['messages'][-1]['parts'][-1]['text']
        call = Call(tag, own.index(event), False) if event in own else Call(TAG.findall(text)[-1], 0, True)
        yield call, datetime.fromisoformat(event['at'])


def _connection(app: AppProcess, server: ModelServer) -> str:
    body = {'name': 'Counted', 'provider': 'compatible', 'base_url': server.base_url}
    return str(app.post('/connections', body)['id'])


def _desk(connection: str) -> str:
    return f"""
    agent_orchestrator: 1
    name: Desk
    agents:
      clerk: {{name: Clerk, instructions: Be brief., model: {connection}/m, memory: {{kind: summary, messages: 2}}}}
    nodes:
      start: {{type: input, config: {{fields: [{{name: said}}, {{name: who}}]}}}}
      answer:
        type: agent
        config: {{agent: clerk, prompt: '{{{{ start.said }}}}', conversation: '{{{{ start.who }}}}'}}
      result: {{type: output}}
    edges: [start -> answer, answer -> result]
    """


def _sorting(connection: str) -> str:
    return f"""
    agent_orchestrator: 1
    name: Sorting
    agents:
      sorter: {{name: Sorter, instructions: You sort mail., model: {connection}/m}}
    nodes:
      start: {{type: input, config: {{fields: [{{name: mail}}]}}}}
      way:
        type: router
        config: {{agent: sorter, branches: [{{name: billing}}, {{name: technical}}], otherwise: other}}
      money: {{type: output}}
      works: {{type: output}}
      rest: {{type: output}}
    edges: [start -> way, way.billing -> money, way.technical -> works, way.other -> rest]
    """
