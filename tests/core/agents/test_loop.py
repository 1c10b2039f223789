"""An agent with tools: from its question to its answer, and all that may stand between."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.agents.budget import Budget, Spent
from core.agents.using import LONGEST_RESULT
from core.errors import InvalidError
from core.llm.errors import ModelError
from core.llm.messages import Message
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs import events as e
from core.runs.state import RunState
from tests.core.agents.running import Life, begin, ended, seen
from tests.core.agents.scripted import Counting, Script

SCHEMA = {'type': 'object', 'properties': {'n': {'type': 'integer'}}, 'required': ['n']}


@pytest.fixture
def count(extensions: Extensions) -> Counting:
    extensions.tools.add('count', tool := Counting())
    return tool


@pytest.fixture
async def orchestrator(life: Life) -> AsyncIterator[Orchestrator]:
    async with life() as alive:
        yield alive


async def finished(orchestrator: Orchestrator, **agent: Any) -> RunState:
    run = await begin(orchestrator, **agent)
    await ended(orchestrator, run.id)
    return await orchestrator.state(run.id)


def told(script: Script, number: int) -> Message:
    """The last message of a request."""
    return script.requests[number].messages[-1]


async def test_calls_of_one_answer_run_at_once_and_their_results_lead_to_the_next(
    orchestrator: Orchestrator, script: Script, count: Counting
) -> None:
    script.lines = [[('count', {'word': 'a'}), ('count', {'word': 'b'})], [('count', {'word': 'c'})], 'All counted.']
    state = await finished(orchestrator, tools=('count',))
    assert state.output == {'end': 'All counted.'}
    assert (count.calls, count.most_at_once) == (['a', 'b', 'c'], 2)
    assert [result.text for result in told(script, 1).tool_results] == ['a!', 'b!']
    assert [len(request.messages) for request in script.requests] == [1, 3, 5]
    step = state.steps['a']
    assert [(use.name, use.arguments) for use in step.tools.values()] == [
        ('count', {'word': word}) for word in ('a', 'b', 'c')
    ]
    assert (step.usage.calls, step.usage.tokens) == (3, 60)


async def test_ids_that_a_server_gives_twice_are_told_apart(
    orchestrator: Orchestrator, script: Script, count: Counting
) -> None:
    script.lines = [[('count', {'word': 'a'})], [('count', {'word': 'b'})], 'Done.']
    state = await finished(orchestrator, tools=('count',))
    assert list(state.steps['a'].tools) == ['c0', 'c0_2']
    assert told(script, 2).tool_results[0].call_id == 'c0_2'


@pytest.mark.parametrize(
    ('call', 'reason'),
    [
        (('count', {'word': 'bad'}), 'That word is bad.'),
        (('count', {'word': 'fault'}), 'RuntimeError: oh'),
        (('count', {'words': 1}), 'The arguments do not fit. words: Extra inputs are not permitted'),
        (('count', '{"word": '), 'The arguments are not a JSON object'),
        (('count', '[]'), 'The arguments are not a JSON object'),
        (('nothing', {}), "There is no tool 'nothing'; there are: count."),
    ],
)
async def test_what_goes_wrong_with_a_call_is_told_to_the_model(
    orchestrator: Orchestrator, script: Script, count: Counting, call: Any, reason: str
) -> None:
    script.lines = [[call], 'I see.']
    state = await finished(orchestrator, tools=('count',))
    [result] = told(script, 1).tool_results
    assert result.is_error
    assert reason in result.text
    assert state.output == {'end': 'I see.'}


async def test_a_long_result_is_cut_for_the_model_and_kept_for_people(
    orchestrator: Orchestrator, script: Script, extensions: Extensions
) -> None:
    class Long(Counting):
        async def run(self, args: Any, context: Any) -> str:
            return 'x' * (LONGEST_RESULT + 7)

    extensions.tools.add('count', Long())
    script.lines = [[('count', {})], 'Done.']
    state = await finished(orchestrator, tools=('count',))
    assert told(script, 1).tool_results[0].text.endswith('(cut: 7 more characters)')
    use = state.steps['a'].tools['c0']
    assert use.result is not None
    assert len(use.result.text) == LONGEST_RESULT + 7


@pytest.mark.parametrize(
    ('limits', 'calls', 'made'),
    [
        ({'max_turns': 2}, 3, 2),
        ({'budget': Budget(tool_calls=1)}, 2, 1),
        ({'budget': Budget(tool_calls=0)}, 1, 0),
        ({'budget': Budget(tokens=40)}, 3, 1),
    ],
)
async def test_at_a_limit_comes_one_last_answer_without_tools(
    orchestrator: Orchestrator, script: Script, count: Counting, limits: Any, calls: int, made: int
) -> None:
    script.lines = [[('count', {'word': 'a'})]]
    run = await begin(orchestrator, tools=('count',), **limits)
    row = await ended(orchestrator, run.id)
    assert row.status == 'succeeded'
    assert [request.may_call for request in script.requests] == [True] * (calls - 1) + [False]
    assert len(count.calls) == made
    if calls > 1:
        assert 'is reached. Answer now with what you have' in told(script, -1).text
    assert (await orchestrator.state(run.id)).output == {'end': 'Let me see.'}


@pytest.mark.parametrize(
    ('spent', 'budget', 'limit'),
    [
        (Spent(tokens=10), Budget(tokens=11, cost=1, minutes=1), ''),
        (Spent(tokens=11), Budget(tokens=11), '11 tokens'),
        (Spent(cost=0.5), Budget(cost=0.5), '$0.5'),
        (Spent(seconds=90), Budget(minutes=1.5), '1.5 minutes'),
        (Spent(tokens=10**9, cost=10**9, seconds=10**9), Budget(), ''),
    ],
)
def test_a_budget_is_reached_when_all_of_it_is_spent(spent: Spent, budget: Budget, limit: str) -> None:
    assert spent.beyond(budget) == limit


async def test_calls_beyond_the_budget_of_one_answer_are_refused(
    orchestrator: Orchestrator, script: Script, count: Counting
) -> None:
    script.lines = [[('count', {'word': 'a'}), ('count', {'word': 'b'})], 'Done.']
    await finished(orchestrator, tools=('count',), budget=Budget(tool_calls=1))
    assert count.calls == ['a']
    assert [result.is_error for result in told(script, 1).tool_results] == [False, True]


async def test_an_answer_with_a_schema_is_read(orchestrator: Orchestrator, script: Script) -> None:
    script.lines = ['Here it is:\n```json\n{"n": 3}\n```']
    state = await finished(orchestrator, output_schema=SCHEMA)
    assert state.steps['a'].output['value'] == {'n': 3}
    assert script.requests[0].output_schema == SCHEMA


async def test_an_answer_without_its_form_is_asked_for_again(orchestrator: Orchestrator, script: Script) -> None:
    script.lines = ['Three.', '{"n": "three"}', '{"n": 3}']
    state = await finished(orchestrator, output_schema=SCHEMA)
    assert state.steps['a'].output['value'] == {'n': 3}
    assert 'The answer is not JSON.' in told(script, 1).text
    assert "n: 'three' is not of type 'integer'" in told(script, 2).text


async def test_an_answer_is_not_asked_for_again_for_ever(orchestrator: Orchestrator, script: Script) -> None:
    script.lines = ['Three.']
    run = await begin(orchestrator, output_schema=SCHEMA, node=', retry: {attempts: 3, delay: 0}')
    row = await ended(orchestrator, run.id)
    assert 'The answer does not have the form that its schema asks for: The answer is not JSON.' in row.error
    assert len(script.requests) == 3


async def test_a_model_that_fails_in_the_third_turn_is_asked_from_there_again(
    orchestrator: Orchestrator, script: Script, count: Counting
) -> None:
    fails = ModelError('It failed.', kind='server')
    script.lines = [[('count', {'word': 'a'})], [('count', {'word': 'b'})], fails, 'Done.']
    run = await begin(orchestrator, tools=('count',), node=', retry: {attempts: 2, delay: 0}')
    await ended(orchestrator, run.id)
    state = await orchestrator.state(run.id)
    assert (state.output, state.steps['a'].attempt) == ({'end': 'Done.'}, 2)
    assert count.calls == ['a', 'b']
    assert [len(request.messages) for request in script.requests] == [1, 3, 5, 5]


async def test_a_tool_that_is_not_there_is_named(orchestrator: Orchestrator, script: Script) -> None:
    run = await begin(orchestrator, tools=('gone',))
    row = await ended(orchestrator, run.id)
    assert "A tool of the agent 'Tester' is not there: No tool 'gone'" in row.error
    assert not script.requests


# People


@pytest.mark.parametrize('by_agent', [True, False])
async def test_a_call_that_needs_a_word_waits_for_it(
    orchestrator: Orchestrator, script: Script, extensions: Extensions, by_agent: bool
) -> None:
    extensions.tools.add('send', send := Counting('send', effects='external', asks=not by_agent))
    extensions.tools.add('count', count := Counting())
    script.lines = [[('send', {'word': 'x'}), ('count', {'word': 'y'}), ('send', {'word': 'z'})], 'Sent.']
    run = await begin(orchestrator, tools=('send', 'count'), ask_before=('send',) if by_agent else ())
    waiting = await seen(orchestrator, run.id, e.RunWaiting)
    [pending] = await orchestrator.approvals()
    assert (pending.tool, json.loads(pending.value), pending.title) == ('send', {'word': 'x'}, 'Allow “Counting”?')
    assert (send.calls, count.calls) == ([], ['y'])
    await orchestrator.decide_approval(run.id, 'a', approved=True, value='{"word": "edited"}')
    await seen(orchestrator, run.id, e.RunWaiting, after=waiting)
    [pending] = await orchestrator.approvals()
    assert (json.loads(pending.value), send.calls) == ({'word': 'z'}, ['edited'])
    await orchestrator.decide_approval(run.id, 'a', approved=False, comment='Not that one.')
    await ended(orchestrator, run.id)
    assert send.calls == ['edited']
    assert [(result.text, result.is_error) for result in told(script, 1).tool_results] == [
        ('edited!', False),
        ('y!', False),
        ('A person refused this call. Not that one.', True),
    ]
    assert len(script.requests) == 2


async def test_arguments_that_a_person_made_no_json_are_refused_at_once(
    orchestrator: Orchestrator, script: Script, extensions: Extensions
) -> None:
    extensions.tools.add('send', Counting('send', asks=True))
    script.lines = [[('send', {'word': 'x'})], 'Sent.']
    run = await begin(orchestrator, tools=('send',))
    await seen(orchestrator, run.id, e.RunWaiting)
    for wrong in ('{"word": ', '[]', ''):
        with pytest.raises(InvalidError):
            await orchestrator.decide_approval(run.id, 'a', approved=True, value=wrong)
    await orchestrator.decide_approval(run.id, 'a', approved=False, value='whatever')
    assert (await ended(orchestrator, run.id)).status == 'succeeded'


async def test_nobody_is_asked_about_a_call_that_cannot_be_made(
    orchestrator: Orchestrator, script: Script, extensions: Extensions
) -> None:
    extensions.tools.add('send', Counting('send', asks=True))
    script.lines = [[('send', {'word': 'x' * 99})], 'I see.']
    assert (await finished(orchestrator, tools=('send',))).output == {'end': 'I see.'}
