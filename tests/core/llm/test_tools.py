"""Tools over every provider: told, called, answered, and left out where no more calls are wanted."""

import json
from typing import Any

import pytest

from core.llm.connection import Connection, ModelRef
from core.llm.errors import ModelError
from core.llm.messages import Message, Text, Thinking, ToolCall, ToolResult, ToolSpec
from core.llm.providers.schemas import inlined, is_strict
from core.llm.requests import ModelAnswered, ModelRequest, ToolCallDelta
from core.llm.service import LLMService
from tests.core.llm.asking import Connections, HeldSecrets, answer_of, events_of, request
from tests.core.llm.providers_under_test import ALL, Tried
from tests.servers.ollama import fake_ollama
from tests.servers.openai import fake_openai
from tests.servers.script import Answer, Failure, Garbage

OLLAMA, LMSTUDIO, OPENAI, ANTHROPIC, COMPATIBLE = ALL

NUMBER = {'$ref': '#/$defs/Number'}
ADD = ToolSpec(
    name='add',
    description='Adds two numbers.',
    parameters={
        'type': 'object',
        'properties': {'a': NUMBER, 'b': NUMBER},
        'required': ['a', 'b'],
        '$defs': {'Number': {'type': 'integer', 'minimum': 0}},
    },
)
NOW = ToolSpec(name='now', description='Tells the time.')
CALLS = Answer(text='Let me see.', calls=(('add', '{"a": 1, "b": 2}'), ('now', '{}')))
SCHEMA = {'type': 'object', 'properties': {'n': {'type': 'integer'}}, 'required': ['n'], 'additionalProperties': False}

pytestmark = pytest.mark.usefixtures('_key')


@pytest.fixture
def _key(secrets: HeldSecrets) -> None:
    secrets.items['TEST_KEY'] = 'test-key'


def served(tried: Tried, *script: Any) -> Any:
    return tried.served(*script, **({'tools': True} if tried is OLLAMA else {}))


def asked(prompt: str = 'What is 1 + 2?', **changes: Any) -> ModelRequest:
    return request('it/test-model', prompt).model_copy(update={'tools': (ADD, NOW), **changes})


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_parallel_calls_stream_and_the_results_go_back(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    async with served(tried, CALLS, Answer(text='It is 3.')) as server:
        connections.put(tried.connection(server.base_url))
        events = await events_of(llm, asked())
        answered = events[-1]
        assert isinstance(answered, ModelAnswered)
        calls = answered.message.tool_calls
        results = tuple(ToolResult(call_id=call.id, name=call.name, text='3') for call in calls)
        talk = (*asked().messages, answered.message, Message(role='user', parts=(*results, Text(text='Go on.'))))
        last = await answer_of(llm, asked(messages=talk))
        body = server.asked[1].json
    assert (answered.stop, answered.message.text) == ('tools', 'Let me see.')
    assert [(call.name, call.parsed()) for call in calls] == [('add', {'a': 1, 'b': 2}), ('now', {})]
    assert len({call.id for call in calls}) == 2
    written = ''.join(e.arguments for e in events if isinstance(e, ToolCallDelta) and e.name == 'add')
    assert json.loads(written) == {'a': 1, 'b': 2}
    assert (last.message.text, last.stop) == ('It is 3.', 'end')
    sent = json.dumps(body)
    assert all(sent.count(json.dumps(call.id)) == 2 for call in calls), 'each id stands at the call and at its result'
    assert 'Adds two numbers.' in sent
    assert 'Go on.' in sent


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_the_last_answer_may_not_call_any_more(tried: Tried, llm: LLMService, connections: Connections) -> None:
    async with served(tried, Answer()) as server:
        connections.put(tried.connection(server.base_url))
        await answer_of(llm, asked(may_call=False))
        body = server.asked[0].json
    refused = {'type': 'none'} if tried is ANTHROPIC else 'none'
    assert body.get('tool_choice', refused) == refused
    assert 'tools' not in body or 'tool_choice' in body


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_the_schema_of_the_answer_is_asked_for_natively(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    async with served(tried, Answer(text='{"n": 1}')) as server:
        connections.put(tried.connection(server.base_url))
        await answer_of(llm, asked(may_call=False, output_schema=SCHEMA))
        assert '"required": ["n"]' in json.dumps(server.asked[0].json)


@pytest.mark.parametrize('tried', [OLLAMA, LMSTUDIO, COMPATIBLE], ids=str)
async def test_a_model_that_may_call_is_not_held_to_a_schema_where_that_would_forbid_calls(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    async with served(tried, CALLS) as server:
        connections.put(tried.connection(server.base_url))
        await answer_of(llm, asked(output_schema=SCHEMA))
        assert '"required": ["n"]' not in json.dumps(server.asked[0].json)


async def test_a_server_that_knows_no_schemas_is_asked_without(llm: LLMService, connections: Connections) -> None:
    refusal = Failure(status=400, message='response_format is not supported')
    async with fake_openai(refusal, Answer()) as server:
        connections.put(COMPATIBLE.connection(server.base_url))
        await answer_of(llm, asked(may_call=False, output_schema=SCHEMA))
        assert ['response_format' in each.json for each in server.asked] == [True, False]


async def test_ollama_gets_schemas_without_references(llm: LLMService, connections: Connections) -> None:
    async with fake_ollama(tools=True) as server:
        connections.put(OLLAMA.connection(server.base_url))
        await answer_of(llm, asked())
        told = server.asked[0].json['tools'][0]['function']['parameters']
    assert told['properties']['a'] == {'type': 'integer', 'minimum': 0}
    assert '$' not in json.dumps(told)


async def test_a_model_of_ollama_that_knows_no_tools_is_named(llm: LLMService, connections: Connections) -> None:
    async with fake_ollama() as server:
        connections.put(OLLAMA.connection(server.base_url))
        with pytest.raises(ModelError, match=r"'test-model' of Ollama .* cannot call tools"):
            await answer_of(llm, asked())


async def test_openais_sealed_reasoning_goes_back_with_the_results(llm: LLMService, connections: Connections) -> None:
    said = Answer(text='', thinking='Hm.', signature='sealed', calls=(('now', '{}'),))
    async with fake_openai(said) as server:
        connections.put(OPENAI.connection(server.base_url))
        first = asked().model_copy(update={'model': ModelRef.parse('it/gpt-5')})
        answered = await answer_of(llm, first)
        await answer_of(llm, first.model_copy(update={'messages': (*first.messages, answered.message)}))
        sent = [each.json for each in server.asked]
    assert sent[0]['include'] == ['reasoning.encrypted_content']
    summary = [{'type': 'summary_text', 'text': 'Hm.'}]
    assert sent[1]['input'][1] == {
        'type': 'reasoning',
        'id': 'rs_1',
        'encrypted_content': 'sealed',
        'summary': summary,
    }


async def test_arguments_that_are_no_json_go_back_to_anthropic_as_an_object(
    llm: LLMService, connections: Connections
) -> None:
    async with ANTHROPIC.served() as server:
        connections.put(ANTHROPIC.connection(server.base_url))
        wrong = ToolCall(id='c', name='add', arguments='{"a": 1,')
        talk = (*asked().messages, Message(role='assistant', parts=(Thinking(text='', signature='{"id": 1}'), wrong)))
        await answer_of(llm, asked(messages=talk))
        [block] = server.asked[0].json['messages'][1]['content']
    assert block['input'] == {'malformed': '{"a": 1,'}


@pytest.mark.parametrize(
    'written',
    [
        '{"name": "add", "parameters": {"a": 1, "b": 2}}',
        '```json\n{"name": "add", "arguments": {"a": 1, "b": 2}}\n```',
        '[TOOL_CALLS][{"name": "add", "arguments": {"a": 1, "b": 2}}]',
        '<tool_call>\n{"name": "add", "arguments": {"a": 1, "b": 2}}\n</tool_call>',
        'I shall add them.\n<tool_call>{"name": "add", "arguments": "{\\"a\\": 1, \\"b\\": 2}"}</tool_call>',
        '{"type": "function", "function": {"name": "add", "arguments": {"a": 1, "b": 2}}}',
        '<|python_tag|>{"name": "add", "parameters": {"a": 1, "b": 2}}',
    ],
)
async def test_a_call_that_a_small_model_writes_as_text_is_a_call(
    llm: LLMService, connections: Connections, written: str
) -> None:
    async with fake_ollama(Answer(text=written), tools=True) as server:
        connections.put(OLLAMA.connection(server.base_url))
        answered = await answer_of(llm, asked())
    [call] = answered.message.tool_calls
    assert (call.name, call.parsed(), answered.stop) == ('add', {'a': 1, 'b': 2}, 'tools')
    assert answered.message.text in ('', 'I shall add them.')


@pytest.mark.parametrize(
    'written',
    [
        '{"name": "delete_all", "arguments": {}}',
        '{"name": "add", "arguments": {"a": 1}, "comment": "no"}',
        '{"name": "Ada", "parameters": "none"}',
        'For example: {"name": "add", "arguments": {"a": 1, "b": 2}}',
        '<tool_call>{"name": "add", "arguments": {}}</tool_call> is what you write.',
        '[{"name": "add", "arguments": {}}, "and more"]',
        json.dumps([{'name': 'now', 'arguments': {}}] * 17),
        '{"name": "now", "arguments": {}}' + ' ' * 20_001 + '.',
        '[' * 5000,
        'add',
        '3',
    ],
)
async def test_a_text_that_may_mean_something_else_stays_a_text(
    llm: LLMService, connections: Connections, written: str
) -> None:
    async with fake_ollama(Answer(text=written), tools=True) as server:
        connections.put(OLLAMA.connection(server.base_url))
        answered = await answer_of(llm, asked())
    assert (answered.message.tool_calls, answered.message.text) == ((), written)


async def test_a_call_in_the_text_counts_only_where_tools_were_offered(
    llm: LLMService, connections: Connections
) -> None:
    async with fake_ollama(Answer(text='{"name": "add", "arguments": {}}'), tools=True) as server:
        connections.put(OLLAMA.connection(server.base_url))
        assert not (await answer_of(llm, asked(may_call=False))).message.tool_calls


async def test_calls_that_all_have_the_number_0_are_told_apart_by_their_ids(
    llm: LLMService, connections: Connections
) -> None:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
        return 'data: ' + json.dumps({'choices': [{'index': 0, 'delta': delta, 'finish_reason': finish}]}) + '\n\n'

    def call(id_: str, arguments: str) -> dict[str, Any]:
        return {'tool_calls': [{'index': 0, 'id': id_, 'function': {'name': 'add', 'arguments': arguments}}]}

    body = chunk(call('x', '{"a": 1}')) + chunk(call('y', '{"a": 2}')) + chunk({}, 'tool_calls')
    async with fake_openai(Garbage(body=body.encode(), content_type='text/event-stream')) as server:
        connections.put(COMPATIBLE.connection(server.base_url))
        answered = await answer_of(llm, asked())
    assert [call.parsed() for call in answered.message.tool_calls] == [{'a': 1}, {'a': 2}]


def test_inlining_ends_where_a_schema_names_itself_and_where_it_would_explode() -> None:
    tree = {'type': 'object', 'properties': {'children': {'type': 'array', 'items': {'$ref': '#/$defs/T'}}}}
    told = inlined({'$ref': '#/$defs/T', '$defs': {'T': tree}})
    assert told['properties']['children']['items'] == {}
    defs: dict[str, Any] = {f'L{n}': {'anyOf': [{'$ref': f'#/$defs/L{n + 1}'}] * 2} for n in range(30)}
    assert len(json.dumps(inlined({'$ref': '#/$defs/L0', '$defs': defs}))) < 20_000
    assert inlined({'$ref': 'https://elsewhere', 'title': 'T'}) == {'title': 'T'}


def test_only_schemas_that_close_and_require_everything_are_strict() -> None:
    assert is_strict(SCHEMA)
    assert not is_strict({**SCHEMA, 'additionalProperties': True})
    assert not is_strict({**SCHEMA, 'required': []})


async def test_the_practice_model_calls_what_the_prompt_names_and_answers_with_the_results(
    llm: LLMService, connections: Connections
) -> None:

    connections.put(Connection(id='it', name='Practice', provider='practice'))
    first = asked('Please add {"a": 4, "b": 5} and tell me what time it is now.')
    first = first.model_copy(update={'model': ModelRef.parse('it/practice-instant')})
    answered = await answer_of(llm, first)
    assert [(call.name, call.parsed()) for call in answered.message.tool_calls] == [
        ('add', {'a': 4, 'b': 5}),
        ('now', {}),
    ]
    results = tuple(ToolResult(call_id=c.id, name=c.name, text='9') for c in answered.message.tool_calls)
    talk = (*first.messages, answered.message, Message(role='user', parts=results))
    last = await answer_of(llm, first.model_copy(update={'messages': talk}))
    assert last.message.text.startswith('add: 9\n\nnow: 9')
    shaped = await answer_of(llm, first.model_copy(update={'messages': talk, 'output_schema': SCHEMA}))
    assert json.loads(shaped.message.text) == {'n': 9}
