"""Every provider over a real socket: what goes out, what comes back."""

import asyncio

import pytest

from core.llm.messages import Message, Text, Thinking
from core.llm.parameters import Parameters
from core.llm.requests import ModelAnswered, ModelLoading, ModelRequest, TextDelta, ThinkingDelta
from core.llm.service import LLMService
from tests.core.llm.asking import Connections, HeldSecrets, answer_of, events_of, request, text_of
from tests.core.llm.providers_under_test import ALL, Tried
from tests.servers.anthropic import fake_anthropic
from tests.servers.ollama import fake_ollama
from tests.servers.openai import ChatDialect, fake_lmstudio, fake_openai
from tests.servers.script import Answer, Failure

OLLAMA, LMSTUDIO, OPENAI, ANTHROPIC, COMPATIBLE = ALL

pytestmark = pytest.mark.usefixtures('_key')


@pytest.fixture
def _key(secrets: HeldSecrets) -> None:
    secrets.items['TEST_KEY'] = 'test-key'


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_text_and_thinking_stream_and_add_up_to_the_answer(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    said = Answer(text='Four words in all.', thinking='Let me count them.', input_tokens=7)
    async with tried.served(said) as server:
        connections.put(tried.connection(server.base_url))
        events = await events_of(llm, request('it/test-model', 'How many?', instructions='Be brief.'))
    answered = events[-1]
    assert isinstance(answered, ModelAnswered)
    assert text_of(events) == answered.message.text == 'Four words in all.'
    assert ''.join(event.text for event in events if isinstance(event, ThinkingDelta)) == 'Let me count them.'
    assert len([event for event in events if isinstance(event, TextDelta)]) == 4
    assert answered.stop == 'end'
    assert (answered.usage.calls, answered.usage.input_tokens, answered.usage.output_tokens) == (1, 7, 4)


@pytest.mark.parametrize('tried', [OPENAI, ANTHROPIC, COMPATIBLE, LMSTUDIO], ids=str)
async def test_cached_and_thinking_tokens_are_counted(tried: Tried, llm: LLMService, connections: Connections) -> None:
    async with tried.served(Answer(text='Yes.', input_tokens=30, cached_tokens=20, thinking_tokens=9)) as server:
        connections.put(tried.connection(server.base_url))
        used = (await answer_of(llm, request('it/test-model'))).usage
    assert (used.input_tokens, used.cached_tokens, used.output_tokens, used.thinking_tokens) == (30, 20, 10, 9)


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_an_answer_that_reached_its_limit_says_so(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    async with tried.served(Answer(stop='length')) as server:
        connections.put(tried.connection(server.base_url))
        assert (await answer_of(llm, request('it/test-model'))).stop == 'length'


@pytest.mark.parametrize('tried', [OPENAI, ANTHROPIC, COMPATIBLE], ids=str)
async def test_a_refusal_is_told_from_an_end(tried: Tried, llm: LLMService, connections: Connections) -> None:
    async with tried.served(Answer(text='I cannot.', stop='refusal')) as server:
        connections.put(tried.connection(server.base_url))
        assert (await answer_of(llm, request('it/test-model'))).stop == 'refusal'


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_ten_calls_one_after_the_other_share_a_connection(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    async with tried.served() as server:
        connections.put(tried.connection(server.base_url))
        for _ in range(10):
            await answer_of(llm, request('it/test-model'))
        assert len({asked.connection for asked in server.asked}) == 1


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_the_key_goes_out_with_every_request(tried: Tried, llm: LLMService, connections: Connections) -> None:
    async with tried.served() as server:
        connections.put(tried.connection(server.base_url))
        await answer_of(llm, request('it/test-model'))
        assert {asked.headers['authorization'] for asked in server.requests} == {'Bearer test-key'}


@pytest.mark.parametrize('tried', [OLLAMA, LMSTUDIO, COMPATIBLE], ids=str)
async def test_what_runs_on_this_machine_costs_nothing(tried: Tried, llm: LLMService, connections: Connections) -> None:
    async with tried.served() as server:
        connections.put(tried.connection(server.base_url))
        assert (await answer_of(llm, request('it/test-model'))).usage.cost == 0.0


async def test_a_proxy_on_this_machine_costs_what_is_behind_it(llm: LLMService, connections: Connections) -> None:
    async with fake_openai(Answer(text='Yes.', input_tokens=1_000_000)) as server:
        connections.put(OPENAI.connection(server.base_url))
        cost = (await answer_of(llm, request('it/gpt-4o'))).usage.cost
    assert cost == pytest.approx(2.5, rel=0.01)


async def test_without_a_key_no_authorization_is_sent(llm: LLMService, connections: Connections) -> None:
    async with fake_openai() as server:
        connections.put(COMPATIBLE.connection(server.base_url, api_key=''))
        await answer_of(llm, request('it/test-model'))
        assert 'authorization' not in server.requests[0].headers


async def test_ollama_gets_its_options_and_never_truncates(llm: LLMService, connections: Connections) -> None:
    wanted = Parameters(
        temperature=0.1, top_p=0.9, max_tokens=50, context=8192, seed=4, thinking='off', keep_alive='10m'
    )
    async with fake_ollama() as server:
        connections.put(OLLAMA.connection(server.base_url))
        await answer_of(llm, request('it/test-model', 'Hi', instructions='Be kind.', parameters=wanted))
        body = server.asked[0].json
    assert body['options'] == {'num_ctx': 8192, 'num_predict': 50, 'temperature': 0.1, 'top_p': 0.9, 'seed': 4}
    assert (body['truncate'], body['shift'], body['think'], body['keep_alive']) == (False, False, False, '10m')
    assert body['messages'][0] == {'role': 'system', 'content': 'Be kind.'}


async def test_ollama_is_not_told_to_think_with_a_model_that_cannot(llm: LLMService, connections: Connections) -> None:
    async with fake_ollama(thinks=False) as server:
        connections.put(OLLAMA.connection(server.base_url))
        await answer_of(llm, request('it/test-model', parameters=Parameters(thinking='high')))
        assert 'think' not in server.asked[0].json


async def test_ollamas_context_grows_with_the_prompt_and_never_shrinks(
    llm: LLMService, connections: Connections
) -> None:
    async with fake_ollama(models={'small': 16384}) as server:
        connections.put(OLLAMA.connection(server.base_url))
        for letters in (10, 20_000, 10, 400_000):
            await answer_of(llm, request('it/small', 'x' * letters))
        contexts = [asked.json['options']['num_ctx'] for asked in server.asked]
    assert contexts == [4096, 16384, 16384, 16384]
    assert server.loads == 2


async def test_ollama_keeps_the_context_that_is_loaded_where_it_suffices(
    llm: LLMService, connections: Connections
) -> None:
    async with fake_ollama(loaded={'test-model': 6000}) as server:
        connections.put(OLLAMA.connection(server.base_url))
        events = await events_of(llm, request('it/test-model'))
    assert server.asked[0].json['options']['num_ctx'] == 6000
    assert (server.loads, ModelLoading() in events) == (0, False)


@pytest.mark.parametrize('times', [0, 4])
async def test_ollamas_context_stays_where_it_reports_another_than_it_was_told(
    llm: LLMService, connections: Connections, times: int
) -> None:
    async with fake_ollama(reports=lambda context: context * times) as server:
        connections.put(OLLAMA.connection(server.base_url))
        for _ in range(3):
            await answer_of(llm, request('it/test-model'))
        contexts = [asked.json['options']['num_ctx'] for asked in server.asked]
    assert (contexts, server.loads) == ([4096] * 3, 1)


async def test_a_context_beyond_what_the_model_can_is_not_asked_for(llm: LLMService, connections: Connections) -> None:
    async with fake_ollama(models={'small': 8192}) as server:
        connections.put(OLLAMA.connection(server.base_url))
        await answer_of(llm, request('it/small', parameters=Parameters(context=100_000)))
        assert server.asked[0].json['options']['num_ctx'] == 8192


async def test_a_model_that_two_ask_for_at_once_is_loaded_once(llm: LLMService, connections: Connections) -> None:
    async with fake_ollama(load_seconds=0.2) as server:
        connections.put(OLLAMA.connection(server.base_url))
        both = await asyncio.gather(*(events_of(llm, request('it/test-model')) for _ in range(2)))
    assert server.loads == 1
    assert all(events[0] == ModelLoading() for events in both)


async def test_lm_studio_says_when_it_loads_a_model(llm: LLMService, connections: Connections) -> None:
    async with fake_lmstudio(loaded={'cold': False, 'warm': True}) as server:
        connections.put(LMSTUDIO.connection(server.base_url))
        assert (await events_of(llm, request('it/cold')))[0] == ModelLoading()
        assert ModelLoading() not in await events_of(llm, request('it/warm'))


async def test_openai_stores_nothing_and_is_not_given_what_reasoning_models_refuse(
    llm: LLMService, connections: Connections
) -> None:
    wanted = Parameters(temperature=0.5, max_tokens=99, thinking='high')
    async with fake_openai() as server:
        connections.put(OPENAI.connection(server.base_url))
        await answer_of(llm, request('it/gpt-5-mini', instructions='Be kind.', parameters=wanted))
        await answer_of(llm, request('it/gpt-4o', parameters=wanted))
        thinking, plain = (asked.json for asked in server.asked)
    assert (thinking['store'], thinking['instructions'], thinking['max_output_tokens']) == (False, 'Be kind.', 99)
    assert thinking['reasoning'] == {'effort': 'high', 'summary': 'auto'}
    assert 'temperature' not in thinking
    assert plain['temperature'] == 0.5
    assert 'reasoning' not in plain


@pytest.mark.parametrize('done', [True, False])
@pytest.mark.parametrize('usage', [True, False])
@pytest.mark.parametrize('field', ['reasoning', 'reasoning_content'])
async def test_compatible_servers_may_leave_out_what_they_like(
    llm: LLMService, connections: Connections, done: bool, usage: bool, field: str
) -> None:
    dialect = ChatDialect(thinking_field=field, done=done, usage=usage)
    async with fake_openai(Answer(text='Yes.', thinking='Hm.'), chat=dialect) as server:
        connections.put(COMPATIBLE.connection(server.base_url))
        answered = await answer_of(llm, request('it/test-model'))
    assert answered.message.parts == (Thinking(text='Hm.'), Text(text='Yes.'))
    assert answered.usage.input_tokens == (11 if usage else 0)


async def test_a_parameter_that_a_model_refuses_is_left_out_from_then_on(
    llm: LLMService, connections: Connections
) -> None:
    refusal = Failure(status=400, message="Unsupported parameter: 'temperature' is not supported with this model.")
    async with fake_openai(refusal, Answer()) as server:
        connections.put(COMPATIBLE.connection(server.base_url))
        for _ in range(2):
            await answer_of(llm, request('it/test-model', parameters=Parameters(temperature=0.2, seed=3)))
        sent = [(asked.json.get('temperature'), asked.json.get('seed')) for asked in server.asked]
    assert sent == [(0.2, 3), (None, 3), (None, 3)]


async def test_anthropic_gets_its_temperature_although_the_sdk_forgot_it(
    llm: LLMService, connections: Connections
) -> None:
    async with fake_anthropic() as server:
        connections.put(ANTHROPIC.connection(server.base_url))
        await answer_of(llm, request('it/claude-haiku-4-5', parameters=Parameters(temperature=0.3, top_p=0.8)))
        body = server.asked[0].json
    assert (body['temperature'], body['top_p'], body['max_tokens']) == (0.3, 0.8, 8192)


@pytest.mark.parametrize(
    ('model', 'thinking'),
    [
        ('claude-opus-5-5', {'type': 'adaptive', 'display': 'summarized'}),
        ('claude-haiku-4-5', {'type': 'enabled', 'budget_tokens': 2048}),
    ],
)
async def test_anthropics_models_think_in_the_way_they_know(
    llm: LLMService, connections: Connections, model: str, thinking: dict[str, object]
) -> None:
    async with fake_anthropic() as server:
        connections.put(ANTHROPIC.connection(server.base_url))
        await answer_of(llm, request(f'it/{model}', parameters=Parameters(thinking='low', temperature=0.3)))
        body = server.asked[0].json
    assert body['thinking'] == thinking
    assert 'temperature' not in body


async def test_anthropics_signature_is_kept_and_goes_back_unchanged(llm: LLMService, connections: Connections) -> None:
    async with fake_anthropic(Answer(text='Yes.', thinking='Hm.', signature='signed')) as server:
        connections.put(ANTHROPIC.connection(server.base_url))
        first = request('it/test-model', 'Is it?')
        answered = await answer_of(llm, first)
        talk = (*first.messages, answered.message, Message.user('Sure?'))
        await answer_of(llm, ModelRequest(model=first.model, messages=talk))
        sent = server.asked[1].json['messages'][1]['content']
    assert answered.message.parts[0] == Thinking(text='Hm.', signature='signed')
    assert sent[0] == {'type': 'thinking', 'thinking': 'Hm.', 'signature': 'signed'}


@pytest.mark.parametrize('tried', [LMSTUDIO, OPENAI], ids=str)
async def test_an_address_that_names_only_the_machine_is_completed(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    async with tried.served() as server:
        connections.put(tried.connection(f'{server.url}/'))
        assert (await answer_of(llm, request('it/test-model'))).stop == 'end'


async def test_ollamas_list_says_what_each_model_can(llm: LLMService) -> None:
    async with fake_ollama(models={'big': 65536, 'small': 8192}, loaded={'small': 4096}, thinks=False) as server:
        big, small = await llm.models(OLLAMA.connection(server.base_url))
    assert (big.name, big.context, big.loaded, big.thinking, big.tools) == ('big:latest', 65536, False, False, False)
    assert (small.name, small.context, small.loaded, small.size) == ('small:latest', 8192, True, 2_000_000)


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_a_test_lists_the_models_and_the_time(tried: Tried, llm: LLMService) -> None:
    async with tried.served() as server:
        report = await llm.test(tried.connection(server.base_url))
    assert report.ok, report.message
    assert 'test-model' in report.models[0].name
    assert report.message.startswith(f'{tried.title} answers at http://127.0.0.1:')
    assert report.message.endswith('offers one model.')


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_a_key_that_is_not_saved_yet_can_be_tested(tried: Tried, llm: LLMService) -> None:
    async with tried.served() as server:
        unsaved = tried.connection(server.base_url, api_key='')
        assert (await llm.test(unsaved, api_key=' test-key\n')).ok
        wrong = await llm.test(unsaved, api_key='wrong')
    assert not wrong.ok
    assert f'{tried.title} at ' in wrong.message
    assert '401' in wrong.message
    assert wrong.remedy
