"""What the service promises whatever the provider: bounds, pooling, keys, prices, light starts."""

import ast
import asyncio
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.llm.addresses import is_loopback, is_private
from core.llm.connection import Connection
from core.llm.errors import ModelError
from core.llm.pricing import Prices
from core.llm.provider import ProviderType
from core.llm.requests import ModelAnswered, TextDelta
from core.llm.service import LLMService
from core.llm.usage import Usage
from core.registry import Registry
from tests.core.llm.asking import Connections, HeldSecrets, answer_of, request
from tests.core.llm.providers_under_test import ALL, Tried
from tests.servers.ollama import fake_ollama
from tests.servers.openai import fake_openai
from tests.servers.script import Answer

OLLAMA, LMSTUDIO, OPENAI, ANTHROPIC, COMPATIBLE = ALL
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _key(secrets: HeldSecrets) -> None:
    secrets.items['TEST_KEY'] = 'test-key'


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_no_more_are_asked_at_once_than_the_connection_allows(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    async with tried.served(Answer(wait=0.02)) as server:
        connections.put(tried.connection(server.base_url, max_parallel=3))
        await asyncio.gather(*(answer_of(llm, request('it/test-model')) for _ in range(9)))
        assert (len(server.asked), server.most_at_once) == (9, 3)


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_ten_calls_run_in_parallel(tried: Tried, llm: LLMService, connections: Connections) -> None:
    async with tried.served(Answer(wait=1)) as server:
        connections.put(tried.connection(server.base_url, max_parallel=10))
        await asyncio.gather(*(answer_of(llm, request('it/test-model')) for _ in range(10)))
        assert server.most_at_once == 10


async def test_a_slot_is_free_again_after_a_cancel(llm: LLMService, connections: Connections) -> None:
    async with fake_openai(Answer(wait=30), Answer()) as server:
        connections.put(COMPATIBLE.connection(server.base_url, max_parallel=1))
        first = asyncio.ensure_future(answer_of(llm, request('it/test-model')))
        await server.asked_for(1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        async with asyncio.timeout(60):
            assert (await answer_of(llm, request('it/test-model'))).stop == 'end'


async def test_a_changed_connection_is_opened_anew_and_whoever_streams_goes_on(
    llm: LLMService, connections: Connections
) -> None:
    async with fake_ollama(Answer(text='The first one goes on.', pause=0.02)) as old, fake_ollama() as new:
        connections.put(OLLAMA.connection(old.base_url))
        async with aclosing(llm.stream(request('it/test-model'))) as events:
            while not isinstance(await anext(events), TextDelta):
                pass
            connections.put(OLLAMA.connection(new.base_url, revision=2))
            await answer_of(llm, request('it/test-model'))
            *_, answered = [event async for event in events]
        assert isinstance(answered, ModelAnswered)
        assert answered.message.text == 'The first one goes on.'
        assert (len(old.asked), len(new.asked)) == (1, 1)


async def test_a_changed_key_is_used_from_the_next_call_on(
    llm: LLMService, connections: Connections, secrets: HeldSecrets
) -> None:
    async with fake_openai() as server:
        connections.put(COMPATIBLE.connection(server.base_url))
        await answer_of(llm, request('it/test-model'))
        secrets.items['TEST_KEY'] = 'another-key'
        await answer_of(llm, request('it/test-model'))
        keys = [asked.headers['authorization'] for asked in server.requests]
    assert keys == ['Bearer test-key', 'Bearer another-key']


async def test_a_deleted_connection_is_closed_when_it_is_asked_for_again(
    llm: LLMService, connections: Connections
) -> None:
    async with fake_ollama() as server:
        connections.put(OLLAMA.connection(server.base_url))
        await answer_of(llm, request('it/test-model'))
        connections.items.clear()
        with pytest.raises(ModelError, match='no connection'):
            await answer_of(llm, request('it/test-model'))
        async with asyncio.timeout(60):
            await server.all_closed()


async def test_closing_the_service_closes_its_connections(
    connections: Connections, secrets: HeldSecrets, providers: Registry[ProviderType]
) -> None:
    llm = LLMService(connections, secrets, providers, clock=SystemClock())
    async with fake_ollama() as server:
        connections.put(OLLAMA.connection(server.base_url))
        await answer_of(llm, request('it/test-model'))
        await llm.close()
        async with asyncio.timeout(60):
            await server.all_closed()


async def test_a_key_comes_from_the_secrets_before_the_environment(
    llm: LLMService, connections: Connections, monkeypatch: pytest.MonkeyPatch, secrets: HeldSecrets
) -> None:
    monkeypatch.setenv('TEST_KEY', 'from-environment')
    async with fake_openai() as server:
        connections.put(COMPATIBLE.connection(server.base_url))
        await answer_of(llm, request('it/test-model'))
        del secrets.items['TEST_KEY']
        await answer_of(llm, request('it/test-model'))
        keys = [asked.headers['authorization'] for asked in server.requests]
    assert keys == ['Bearer test-key', 'Bearer from-environment']


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_a_key_that_is_set_nowhere_says_where_to_set_it(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    connections.put(tried.connection('', api_key='${NOT_SET_ANYWHERE}'))
    with pytest.raises(
        ModelError, match=r'Settings › Secrets, or set the environment variable NOT_SET_ANYWHERE'
    ) as raised:
        await answer_of(llm, request('it/test-model'))
    assert raised.value.kind == 'configuration'
    assert not raised.value.retryable


@pytest.mark.parametrize('tried', [OPENAI, ANTHROPIC], ids=str)
async def test_a_cloud_connection_without_a_key_says_how_to_give_it_one(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    connections.put(tried.connection('', api_key=''))
    with pytest.raises(ModelError, match=rf'has no key.*{tried.provider.upper()}_API_KEY') as raised:
        await answer_of(llm, request('it/test-model'))
    assert raised.value.kind == 'configuration'


async def test_a_key_with_odd_characters_is_refused_before_it_is_sent(
    llm: LLMService, connections: Connections, secrets: HeldSecrets
) -> None:
    secrets.items['TEST_KEY'] = 'sk-“smart quotes”'
    connections.put(OPENAI.connection('http://127.0.0.1:9'))
    with pytest.raises(ModelError, match='Copy the key once more') as raised:
        await answer_of(llm, request('it/test-model'))
    assert 'smart' not in str(raised.value)


async def test_a_provider_that_is_not_installed_is_named(llm: LLMService, connections: Connections) -> None:
    connections.put(Connection(id='it', name='Mine', provider='gone'))
    with pytest.raises(ModelError, match=r"No provider 'gone'; there are: .*ollama"):
        await answer_of(llm, request('it/test-model'))
    report = await llm.test(connections.items['it'])
    assert (report.ok, 'plugin' in report.remedy) == (False, True)


async def test_a_provider_without_models_is_fine_but_says_what_to_do(llm: LLMService) -> None:
    async with fake_openai(models=()) as server:
        report = await llm.test(COMPATIBLE.connection(server.base_url))
    assert report.ok
    assert 'offers no model yet' in report.message


async def test_known_models_have_a_price_and_unknown_ones_none(providers: Registry[ProviderType]) -> None:
    async def cost(provider: str, model: str) -> float | None:
        usage = Usage(calls=1, input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000)
        connection = Connection(id='it', name='Mine', provider=provider)
        priced = await prices.priced(usage, provider=providers.get(provider), connection=connection, model=model)
        return priced.cost

    prices = Prices()
    assert await cost('openai', 'gpt-4o') == pytest.approx(0.6 * 2.5 + 0.4 * 1.25 + 0.1 * 10)
    assert await cost('anthropic', 'claude-haiku-4-5') == pytest.approx(0.6 * 1 + 0.4 * 0.1 + 0.1 * 5)
    assert await cost('openai', 'a-model-of-tomorrow') is None
    assert await cost('ollama', 'llama3.2') == 0.0
    assert await cost('practice', 'practice') == 0.0


@pytest.mark.parametrize(
    ('url', 'loopback', 'private'),
    [
        ('http://localhost:11434', True, True),
        ('http://127.0.0.1:1/v1', True, True),
        ('http://[::1]:8000', True, True),
        ('http://192.168.1.20:11434', False, True),
        ('http://gpu-box.local', False, True),
        ('https://api.openai.com/v1', False, False),
        ('http://localhost.evil.com', False, False),
        ('http://8.8.8.8', False, False),
    ],
)
def test_addresses_say_how_far_they_are(url: str, loopback: bool, private: bool) -> None:
    assert (is_loopback(url), is_private(url)) == (loopback, private)


def test_starting_the_core_imports_no_sdk_and_no_price_table() -> None:
    script = (
        'import sys, core.orchestrator, core.llm.providers.built_in as built_in\n'
        'from core.registry import Registry\n'
        'built_in.add_built_in_providers(Registry("provider"))\n'
        'print(*{"openai", "anthropic", "ollama", "genai_prices", "httpx2"} & sys.modules.keys())'
    )
    loaded = subprocess.run(
        [sys.executable, '-c', script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert loaded.stdout.split() == []


def test_each_sdk_is_imported_in_one_file_only() -> None:
    homes: dict[str, set[str]] = {'openai': set(), 'anthropic': set(), 'ollama': set(), 'httpx2': set()}
    for package in ('app', 'core', 'pages', 'storage'):
        for file in (ROOT / package).rglob('*.py'):
            for name in _imported(file) & homes.keys():
                homes[name].add(file.relative_to(ROOT / 'core/llm/providers').as_posix())
    assert homes == {
        'openai': {'openai.py'},
        'anthropic': {'anthropic.py'},
        'ollama': {'ollama.py'},
        'httpx2': {'openai.py', 'anthropic.py'},
    }


def _imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition('.')[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition('.')[0])
    return names
