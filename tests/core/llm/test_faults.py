"""Whatever a provider does wrong ends in the promised retry or in an error that helps; nothing ever hangs."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal

import pytest

from core.llm.connection import Timeouts
from core.llm.errors import ErrorKind, ModelError
from core.llm.requests import ModelAnswered, ModelLoading, ModelRetrying, TextDelta
from core.llm.service import LLMService
from tests.core.llm.asking import Connections, HeldSecrets, QuickClock, answer_of, events_of, request
from tests.core.llm.providers_under_test import ALL, IMPATIENT, Tried
from tests.servers.http import HttpServer, Request, Wire, closed_port
from tests.servers.ollama import fake_ollama
from tests.servers.script import (
    Answer,
    Cut,
    ErrorInStream,
    Failure,
    Garbage,
    HangUp,
    Overflow,
    Reply,
    Silence,
    Stall,
)

OLLAMA = ALL[0]

pytestmark = [pytest.mark.usefixtures('_key'), pytest.mark.timeout(20)]


@pytest.fixture
def _key(secrets: HeldSecrets) -> None:
    secrets.items['TEST_KEY'] = 'test-key'


def helps(error: ModelError, tried: Tried, address: str, kind: ErrorKind) -> None:
    """The message names provider, address, cause and way out."""
    message = str(error)
    assert error.kind == kind, message
    assert message.startswith((f'{tried.title} ', f'The answer of {tried.title} '))
    assert address in message
    assert error.remedy
    assert message.endswith(error.remedy)
    assert '{' not in error.remedy


@dataclass(frozen=True, kw_only=True)
class Fault:
    reply: Reply
    kind: ErrorKind
    asked: int
    """How often the provider is asked before the error is given up on, with three attempts."""

    @property
    def timeouts(self) -> Timeouts:
        """Short only where they are to pass, so that a busy machine makes no other test fail."""
        return IMPATIENT if isinstance(self.reply, Silence | Stall) else Timeouts()

    def __str__(self) -> str:
        return str(self.reply).replace(' ', '')


FAULTS = (
    Fault(reply=Failure(status=500), kind='server', asked=3),
    Fault(reply=Failure(status=502, message=''), kind='server', asked=3),
    Fault(reply=Failure(status=503), kind='overloaded', asked=3),
    Fault(reply=Failure(status=429), kind='rate_limit', asked=3),
    Fault(reply=Failure(status=429, retry_after='2'), kind='rate_limit', asked=3),
    Fault(reply=Failure(status=429, retry_after='3600'), kind='rate_limit', asked=1),
    Fault(reply=Failure(status=429, message='You exceeded your current quota.'), kind='quota', asked=1),
    Fault(reply=Failure(status=401), kind='auth', asked=1),
    Fault(reply=Failure(status=403), kind='auth', asked=1),
    Fault(reply=Failure(status=404, message='no such model'), kind='not_found', asked=1),
    Fault(reply=Failure(status=400), kind='bad_request', asked=1),
    Fault(reply=Overflow(), kind='context_length', asked=1),
    Fault(reply=HangUp(), kind='unreachable', asked=3),
    Fault(reply=Silence(), kind='timeout', asked=3),
    Fault(reply=Garbage(), kind='malformed', asked=3),
    Fault(reply=Garbage(body=b'{"cut": ', content_type='application/json'), kind='malformed', asked=3),
    Fault(reply=Garbage(body=b'[1, 2]\n', content_type='application/json'), kind='malformed', asked=3),
    Fault(
        reply=Garbage(body=b'data: {"surprise": 1}\n\n', content_type='text/event-stream'), kind='malformed', asked=3
    ),
    Fault(reply=Garbage(body=b''), kind='truncated', asked=3),
    Fault(reply=Cut(after=0), kind='truncated', asked=3),
    Fault(reply=Cut(after=0, clean=True), kind='truncated', asked=3),
    # Words were shown already: a silent second attempt would show them twice, so the caller decides.
    Fault(reply=Cut(after=2), kind='truncated', asked=1),
    Fault(reply=Cut(after=2, clean=True), kind='truncated', asked=1),
    Fault(reply=Stall(after=2), kind='timeout', asked=1),
)


@pytest.mark.parametrize('fault', FAULTS, ids=str)
@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_a_fault_that_stays_ends_in_an_error_that_helps(
    tried: Tried, fault: Fault, llm: LLMService, connections: Connections
) -> None:
    async with tried.served(fault.reply) as server:
        connections.put(tried.connection(server.base_url, timeouts=fault.timeouts))
        with pytest.raises(ModelError) as raised:
            await answer_of(llm, request('it/test-model'))
        helps(raised.value, tried, server.base_url, fault.kind)
        assert len(server.asked) == fault.asked


@pytest.mark.parametrize('fault', [fault for fault in FAULTS if fault.asked == 3], ids=str)
@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_a_fault_that_passes_is_retried_and_told(
    tried: Tried, fault: Fault, llm: LLMService, connections: Connections, clock: QuickClock
) -> None:
    async with tried.served(fault.reply, Answer(text='At last.')) as server:
        connections.put(tried.connection(server.base_url, timeouts=fault.timeouts))
        events = [event for event in await events_of(llm, request('it/test-model')) if event != ModelLoading()]
    retrying, answered = events[0], events[-1]
    assert isinstance(retrying, ModelRetrying)
    assert isinstance(answered, ModelAnswered)
    assert answered.message.text == 'At last.'
    assert (retrying.attempt, clock.slept) == (1, [retrying.delay])
    assert tried.title in retrying.error


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_a_port_where_nothing_listens_is_named_with_what_to_do(
    tried: Tried, llm: LLMService, connections: Connections, clock: QuickClock
) -> None:
    address = closed_port()
    connections.put(tried.connection(address))
    with pytest.raises(ModelError, match='connection refused') as raised:
        await answer_of(llm, request('it/test-model'))
    helps(raised.value, tried, address, 'unreachable')
    assert len(clock.slept) == 2


async def test_the_error_for_a_sleeping_ollama_reads_like_this(llm: LLMService, connections: Connections) -> None:
    address = closed_port()
    connections.put(OLLAMA.connection(address, attempts=1))
    with pytest.raises(ModelError) as raised:
        await answer_of(llm, request('it/test-model'))
    assert str(raised.value).startswith(
        f'Ollama does not answer at {address}: nothing listens there (connection refused). '
        'Is it running? Start it with `ollama serve` or open the Ollama app;'
    )


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_a_machine_that_does_not_exist_is_named(tried: Tried, llm: LLMService, connections: Connections) -> None:
    connections.put(tried.connection('http://nowhere.invalid', attempts=1))
    with pytest.raises(ModelError) as raised:
        await answer_of(llm, request('it/test-model'))
    helps(raised.value, tried, 'http://nowhere.invalid', 'unreachable')


@pytest.mark.parametrize(
    'address', ['localhost:11434', 'http://', 'ftp://localhost', 'http://host:99999', 'http://[::1']
)
@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_an_address_that_is_none_is_refused_before_anything_is_sent(
    tried: Tried, address: str, llm: LLMService, connections: Connections
) -> None:
    connections.put(tried.connection(address))
    with pytest.raises(ModelError, match='address is not valid') as raised:
        await answer_of(llm, request('it/test-model'))
    helps(raised.value, tried, address, 'configuration')
    assert not raised.value.retryable


class Elsewhere(HttpServer):
    """Sends everybody to another address, as a proxy does that wants https."""

    async def handle(self, request: Request, wire: Wire) -> None:
        await wire.respond(301, b'', headers={'location': f'https://elsewhere.invalid{request.path}'})


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_an_address_that_redirects_is_told_from_one_that_is_broken(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    async with Elsewhere() as server:
        connections.put(tried.connection(server.url))
        with pytest.raises(ModelError, match='it redirects to another') as raised:
            await answer_of(llm, request('it/test-model'))
        helps(raised.value, tried, server.url, 'configuration')


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_retry_after_is_waited_for_as_long_as_asked(
    tried: Tried, llm: LLMService, connections: Connections, clock: QuickClock
) -> None:
    async with tried.served(Failure(status=429, retry_after='17'), Answer()) as server:
        connections.put(tried.connection(server.base_url))
        await answer_of(llm, request('it/test-model'))
    assert clock.slept == [17.0]


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_retry_after_may_be_a_date(
    tried: Tried, llm: LLMService, connections: Connections, clock: QuickClock
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    async with tried.served(Failure(status=429, retry_after=date), Answer()) as server:
        connections.put(tried.connection(server.base_url))
        await answer_of(llm, request('it/test-model'))
    assert 30 < clock.slept[0] <= 40


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_a_long_wait_is_left_to_the_engine(
    tried: Tried, llm: LLMService, connections: Connections, clock: QuickClock
) -> None:
    async with tried.served(Failure(status=429, retry_after='90')) as server:
        connections.put(tried.connection(server.base_url))
        with pytest.raises(ModelError, match='asks to wait 90 s') as raised:
            await answer_of(llm, request('it/test-model'))
    assert (raised.value.retryable, raised.value.retry_after, clock.slept) == (True, 90.0, [])


async def test_the_pauses_between_attempts_grow(llm: LLMService, connections: Connections, clock: QuickClock) -> None:
    async with fake_ollama(Failure(status=500)) as server:
        connections.put(OLLAMA.connection(server.base_url, attempts=5))
        with pytest.raises(ModelError):
            await answer_of(llm, request('it/test-model'))
    assert [round(pause / expected) for pause, expected in zip(clock.slept, (0.5, 1, 2, 4), strict=True)] == [
        1,
        1,
        1,
        1,
    ]


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_an_error_inside_a_stream_is_an_error(tried: Tried, llm: LLMService, connections: Connections) -> None:
    async with tried.served(ErrorInStream(message='The GPU fell off.')) as server:
        connections.put(tried.connection(server.base_url))
        with pytest.raises(ModelError, match='The GPU fell off') as raised:
            await answer_of(llm, request('it/test-model'))
        assert raised.value.kind in ('server', 'overloaded')
        assert len(server.asked) == 1


@pytest.mark.parametrize('then', ['cut', 'stay'])
@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_what_breaks_after_the_end_mark_harms_no_answer(
    tried: Tried, then: Literal['cut', 'stay'], llm: LLMService, connections: Connections
) -> None:
    async with tried.served(Answer(text='All was said.', then=then)) as server:
        connections.put(tried.connection(server.base_url))
        answered = await answer_of(llm, request('it/test-model'))
    assert (answered.message.text, answered.usage.input_tokens) == ('All was said.', 11)


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_no_error_shows_the_key(tried: Tried, llm: LLMService, connections: Connections) -> None:
    async with tried.served(Failure(status=400, message='What is this key: test-key?')) as server:
        connections.put(tried.connection(server.base_url))
        with pytest.raises(ModelError) as raised:
            await answer_of(llm, request('it/test-model'))
    assert 'test-key' not in str(raised.value)
    assert '•••' in str(raised.value)


@pytest.mark.parametrize('reply', [Answer(pause=30), Answer(wait=30)], ids=['streaming', 'waiting'])
@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_cancel_closes_the_connection_and_the_server_sees_it(
    tried: Tried, reply: Answer, llm: LLMService, connections: Connections
) -> None:
    async with tried.served(reply) as server:
        connections.put(tried.connection(server.base_url))
        asking = asyncio.ensure_future(answer_of(llm, request('it/test-model')))
        await server.asked_for(1)
        await asyncio.sleep(0.05)
        asking.cancel()
        async with asyncio.timeout(1):
            with pytest.raises(asyncio.CancelledError):
                await asking
            await server.hung_up()


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_who_leaves_the_loop_early_closes_the_connection_too(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    async with tried.served(Answer(pause=30)) as server:
        connections.put(tried.connection(server.base_url))
        async with aclosing(llm.stream(request('it/test-model'))) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    break
        async with asyncio.timeout(1):
            await server.hung_up()


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_a_slow_reader_is_not_timed_out(tried: Tried, llm: LLMService, connections: Connections) -> None:
    async with tried.served(Answer(text='Once.')) as server:
        connections.put(tried.connection(server.base_url, timeouts=IMPATIENT))
        async with aclosing(llm.stream(request('it/test-model'))) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    await asyncio.sleep(0.6)
        assert isinstance(event, ModelAnswered)


async def test_loading_a_model_is_no_timeout(llm: LLMService, connections: Connections) -> None:
    async with fake_ollama(Answer(text='Awake.'), load_seconds=3.0) as server:
        connections.put(OLLAMA.connection(server.base_url, timeouts=Timeouts(first_token=1.5)))
        events = await events_of(llm, request('it/test-model'))
    assert events[0] == ModelLoading()
    assert isinstance(events[-1], ModelAnswered)


async def test_the_clock_for_the_first_token_starts_when_the_model_is_loaded(
    llm: LLMService, connections: Connections
) -> None:
    async with fake_ollama(Silence(), load_seconds=0.5) as server:
        connections.put(OLLAMA.connection(server.base_url, timeouts=IMPATIENT, attempts=1))
        with pytest.raises(ModelError, match=r'sent nothing for 0\.4 s'):
            await answer_of(llm, request('it/test-model'))


async def test_cancel_while_a_model_loads_closes_the_connection(llm: LLMService, connections: Connections) -> None:
    async with fake_ollama(load_seconds=30) as server:
        connections.put(OLLAMA.connection(server.base_url))
        async with asyncio.timeout(20):
            async with aclosing(llm.stream(request('it/test-model'))) as events:
                assert await anext(events) == ModelLoading()
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await anext(events)
            await server.hung_up()


async def test_a_model_that_ollama_does_not_have_comes_with_the_command_to_get_it(
    llm: LLMService, connections: Connections
) -> None:
    async with fake_ollama() as server:
        connections.put(OLLAMA.connection(server.base_url))
        with pytest.raises(ModelError, match='`ollama pull qwen3`') as raised:
            await answer_of(llm, request('it/qwen3'))
        helps(raised.value, OLLAMA, server.base_url, 'not_found')


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_a_connection_test_says_what_is_wrong_and_what_to_do(tried: Tried, llm: LLMService) -> None:
    report = await llm.test(tried.connection(closed_port()))
    assert not report.ok
    assert report.message.startswith(f'{tried.title} does not answer at ')
    assert report.message.endswith('(connection refused).')
    assert report.remedy


class NothingHere(HttpServer):
    """Some other web server."""

    async def handle(self, request: Request, wire: Wire) -> None:
        await wire.respond(404, b'Not Found', content_type='text/plain')


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_a_connection_test_tells_another_server_by_its_404(tried: Tried, llm: LLMService) -> None:
    async with NothingHere() as server:
        report = await llm.test(tried.connection(server.url))
        told = f'{tried.title} was not found at {server.url}: something else answers there (404: Not Found).'
    assert report.message == told
    assert 'the usual one is http' in report.remedy


@pytest.mark.parametrize('tried', ALL, ids=str)
async def test_the_list_of_models_is_an_error_where_it_cannot_be_asked(tried: Tried, llm: LLMService) -> None:
    with pytest.raises(ModelError, match='connection refused'):
        await llm.models(tried.connection(closed_port()))
