"""The servers are right if the vendors' own clients understand them."""

import asyncio
from dataclasses import replace

import anthropic
import httpx
import ollama
import openai
import pytest

from tests.servers.anthropic import fake_anthropic
from tests.servers.ollama import fake_ollama
from tests.servers.openai import fake_openai
from tests.servers.script import Answer, Cut, Failure, Overflow
from tests.servers.threads import in_thread

ANSWER = Answer(text='Six words and not one more.', input_tokens=20, cached_tokens=5)
HELLO = [{'role': 'user', 'content': 'Hello'}]


async def test_openai_streams_chat_completions_that_its_sdk_reads() -> None:
    async with fake_openai(ANSWER) as server, openai.AsyncOpenAI(base_url=server.base_url, api_key='k') as client:
        stream = await client.chat.completions.create(
            model='test-model', messages=HELLO, stream=True, stream_options={'include_usage': True}
        )
        chunks = [chunk async for chunk in stream]
    assert ''.join(choice.delta.content or '' for chunk in chunks for choice in chunk.choices) == ANSWER.text
    assert chunks[-2].choices[0].finish_reason == 'stop'
    assert chunks[-1].usage.prompt_tokens_details.cached_tokens == 5


async def test_openai_streams_responses_that_its_sdk_reads() -> None:
    thinking = Answer(text='Yes.', thinking='Let me see.', thinking_tokens=3)
    async with fake_openai(thinking) as server, openai.AsyncOpenAI(base_url=server.base_url, api_key='k') as client:
        stream = await client.responses.create(model='test-model', input='Hello', stream=True)
        events = [event async for event in stream]
    assert events[-1].type == 'response.completed'
    assert events[-1].response.output_text == 'Yes.'
    assert events[-1].response.usage.output_tokens_details.reasoning_tokens == 3
    assert ''.join(e.delta for e in events if e.type == 'response.reasoning_summary_text.delta') == 'Let me see.'


async def test_openai_answers_in_one_piece_when_nobody_asks_for_a_stream() -> None:
    async with fake_openai(ANSWER) as server, openai.AsyncOpenAI(base_url=server.base_url, api_key='k') as client:
        completion = await client.chat.completions.create(model='test-model', messages=HELLO)
        response = await client.responses.create(model='test-model', input='Hello')
        models = await client.models.list()
    assert completion.choices[0].message.content == response.output_text == ANSWER.text
    assert [model.id for model in models.data] == ['test-model']


async def test_openai_faults_become_the_errors_of_its_sdk() -> None:
    script = (Failure(status=429, retry_after='7'), Overflow(), Failure(status=500))
    async with (
        fake_openai(*script, key='right') as server,
        openai.AsyncOpenAI(base_url=server.base_url, api_key='right', max_retries=0) as client,
    ):
        with pytest.raises(openai.RateLimitError) as limited:
            await client.responses.create(model='test-model', input='Hello')
        with pytest.raises(openai.BadRequestError) as overflow:
            await client.responses.create(model='test-model', input='Hello')
        with pytest.raises(openai.InternalServerError):
            await client.responses.create(model='test-model', input='Hello')
        with pytest.raises(openai.AuthenticationError):
            await client.with_options(api_key='wrong').models.list()
    assert limited.value.response.headers['retry-after'] == '7'
    assert overflow.value.code == 'context_length_exceeded'


async def test_anthropic_streams_messages_that_its_sdk_reads() -> None:
    thinking = Answer(text='Yes, it is.', thinking='Let me see.', signature='signed', input_tokens=9, cached_tokens=4)
    async with (
        fake_anthropic(thinking) as server,
        anthropic.AsyncAnthropic(base_url=server.base_url, api_key='k') as client,
        client.messages.stream(model='test-model', max_tokens=99, messages=HELLO) as stream,
    ):
        message = await stream.get_final_message()
    thought, text = message.content
    assert (thought.thinking, thought.signature, text.text) == ('Let me see.', 'signed', 'Yes, it is.')
    assert (message.stop_reason, message.usage.input_tokens, message.usage.cache_read_input_tokens) == (
        'end_turn',
        5,
        4,
    )


async def test_anthropic_answers_lists_and_refuses_as_its_sdk_expects() -> None:
    async with (
        fake_anthropic(ANSWER, Failure(status=529), key='right') as server,
        anthropic.AsyncAnthropic(base_url=server.base_url, api_key='right', max_retries=0) as client,
    ):
        message = await client.messages.create(model='test-model', max_tokens=99, messages=HELLO)
        models = [model.id async for model in client.models.list()]
        with pytest.raises(anthropic.APIStatusError) as overloaded:
            await client.messages.create(model='test-model', max_tokens=99, messages=HELLO)
        with pytest.raises(anthropic.AuthenticationError):
            await client.with_options(api_key='wrong').models.list()
    assert (message.content[0].text, models) == (ANSWER.text, ['test-model'])
    assert overloaded.value.status_code == 529


async def test_ollama_streams_and_lists_as_its_package_expects() -> None:
    async with fake_ollama(ANSWER, models={'llama3.2': 8192}) as server, ollama.AsyncClient(server.url) as client:
        stream = await client.chat('llama3.2', messages=HELLO, stream=True, options={'num_ctx': 2048})
        parts = [part async for part in stream]
        running = await client.ps()
        shown = await client.show('llama3.2')
        listed = await client.list()
        with pytest.raises(ollama.ResponseError, match='not found'):
            await client.show('nothing')
    assert ''.join(part.message.content for part in parts) == ANSWER.text
    assert (parts[-1].done_reason, parts[-1].prompt_eval_count) == ('stop', 20)
    assert (running.models[0].model, running.models[0].context_length) == ('llama3.2:latest', 2048)
    assert shown.modelinfo['llama.context_length'] == 8192
    assert [model.model for model in listed.models] == ['llama3.2:latest']


async def test_a_cut_stream_breaks_the_vendors_client_too() -> None:
    async with fake_ollama(Cut(after=1)) as server, ollama.AsyncClient(server.url) as client:
        stream = await client.chat('test-model', messages=HELLO, stream=True)
        with pytest.raises(Exception, match=r'peer closed|incomplete'):
            [part async for part in stream]


async def test_a_server_counts_connections_concurrency_and_hang_ups() -> None:
    async with (
        fake_openai(Answer(wait=30)) as server,
        openai.AsyncOpenAI(base_url=server.base_url, api_key='k') as client,
    ):
        calls = [asyncio.ensure_future(client.responses.create(model='m', input='Hello')) for _ in range(3)]
        await asyncio.wait_for(server.asked_for(3), 60)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await asyncio.wait_for(server.hung_up(3), 60)
    assert (server.connections, server.most_at_once, server.hang_ups, server.traffic.now) == (3, 3, 3, 0)


def test_a_server_runs_in_a_thread_for_those_without_an_event_loop() -> None:
    with in_thread(fake_openai()) as server, httpx.Client(timeout=60) as client:
        assert client.get(f'{server.base_url}/models').json()['data'][0]['id'] == 'test-model'


CALLS = Answer(text='Let me see.', calls=(('add', '{"a": 1, "b": 2}'), ('now', '{}')))


async def test_openai_streams_tool_calls_that_its_sdk_reads() -> None:
    async with fake_openai(CALLS) as server, openai.AsyncOpenAI(base_url=server.base_url, api_key='k') as client:
        async with client.chat.completions.stream(model='test-model', messages=HELLO) as stream:
            [_ async for _ in stream]
            chat = (await stream.get_final_completion()).choices[0]
        async with client.responses.stream(model='test-model', input='Hello') as events:
            [_ async for _ in events]
            response = await events.get_final_response()
    assert chat.finish_reason == 'tool_calls'
    called = [(call.function.name, call.function.arguments) for call in chat.message.tool_calls or ()]
    assert called == list(CALLS.calls)
    items = [(item.name, item.arguments) for item in response.output if item.type == 'function_call']
    assert items == list(CALLS.calls)


async def test_anthropic_streams_tool_calls_that_its_sdk_reads() -> None:
    async with (
        fake_anthropic(replace(CALLS, thinking='Hm.', signature='signed')) as server,
        anthropic.AsyncAnthropic(base_url=server.base_url, api_key='k') as client,
        client.messages.stream(model='test-model', max_tokens=99, messages=HELLO) as stream,
    ):
        message = await stream.get_final_message()
    assert message.stop_reason == 'tool_use'
    assert [(block.name, block.input) for block in message.content if block.type == 'tool_use'] == [
        ('add', {'a': 1, 'b': 2}),
        ('now', {}),
    ]


async def test_ollama_streams_tool_calls_that_its_package_reads() -> None:
    async with fake_ollama(CALLS) as server, ollama.AsyncClient(server.url) as client:
        parts = [part async for part in await client.chat('test-model', messages=HELLO, stream=True)]
    calls = [call.function for part in parts for call in part.message.tool_calls or ()]
    assert [(call.name, dict(call.arguments)) for call in calls] == [('add', {'a': 1, 'b': 2}), ('now', {})]
