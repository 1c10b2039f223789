"""Ollama by its native API, the only one of its two that obeys the context asked for."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

from core.llm.addresses import direct
from core.llm.answer import Answer
from core.llm.connection import Connection
from core.llm.errors import ModelError
from core.llm.faults import Faults
from core.llm.provider import Client, ClientEvent, ModelLoaded, ProviderType
from core.llm.providers.ollama_chat import chat_body, tokens_needed
from core.llm.providers.transport import Answering, retry_after, told_plainly
from core.llm.providers.wire import Told, answered, json_lines
from core.llm.reports import ModelInfo
from core.llm.requests import ModelEvent, ModelLoading, ModelRequest, StopReason
from core.llm.usage import Usage

if TYPE_CHECKING:
    import httpx

_STOPS: dict[str, StopReason] = {'stop': 'end', 'length': 'length'}
_SMALLEST_CONTEXT = 4096
_LONGEST_GUESS = 131_072  # tokens, for a model that does not say what it can take
_TIME_FOR_A_QUESTION = 15.0  # seconds, for what Ollama knows by heart


async def open_ollama(connection: Connection, *, api_key: str) -> Client:
    faults = Faults(provider=ollama(), connection=connection, secret=api_key)
    return await asyncio.to_thread(_build, faults, api_key)


def ollama() -> ProviderType:
    return ProviderType(
        name='ollama',
        title='Ollama',
        local=True,
        default_url='http://localhost:11434',
        needs_key=False,
        remedies={
            'unreachable': 'Is it running? Start it with `ollama serve` or open the Ollama app; on another machine it '
            'must listen with OLLAMA_HOST=0.0.0.0; inside a container, localhost is the container itself.',
            'not_found': 'Pull the model with `ollama pull {model}`, or choose one that is there.',
            'context_length': 'Set a larger context for the agent, choose a model with a longer one, '
            'or shorten the prompt.',
            'server': 'Look at the log of Ollama; if the memory does not suffice, choose a smaller model or context.',
        },
        open=open_ollama,
    )


def _build(faults: Faults, api_key: str) -> '_Ollama':
    import httpx  # noqa: PLC0415 - when first used, never at start
    import ollama as sdk  # noqa: PLC0415

    url = faults.url.rstrip('/').removesuffix('/v1').removesuffix('/api')
    headers = {'Authorization': f'Bearer {api_key}'} if api_key else {}
    connect = faults.connection.timeouts.connect
    http = httpx.AsyncClient(
        base_url=url,
        headers=headers,
        timeout=httpx.Timeout(None, connect=connect),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=faults.connection.max_parallel),
        **direct(url),
    )
    questions = sdk.AsyncClient(
        host=url,
        headers=headers,
        timeout=httpx.Timeout(_TIME_FOR_A_QUESTION, connect=connect),
        **direct(url),
    )
    return _Ollama(faults, httpx, http, sdk, questions)


class _Ollama:
    """Chats over HTTP by itself; for everything else it asks the official package."""

    def __init__(self, faults: Faults, web: Any, http: 'httpx.AsyncClient', sdk: Any, questions: Any) -> None:
        self._faults = faults
        self._web = web
        self._http = http
        self._sdk = sdk
        self._questions = questions
        self._models: dict[str, ModelInfo] = {}
        self._contexts: dict[str, int] = {}
        self._reported: dict[str, tuple[int | None, int]] = {}
        self._loading: Counter[str] = Counter()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ClientEvent, None]:
        model = request.model.model
        known = await self._known(model)
        if request.callable_tools and known.tools is False:
            raise self._faults.no_tools(model)
        if request.images and known.vision is False:
            raise self._faults.cannot_see(model)
        loaded = await self._loaded_context(model)
        context = self._context(request, known, loaded)
        body = chat_body(request, known, context)
        if loaded != context or self._loading[model]:
            yield ModelLoading()
            await self._load(body)
            self._reported[model] = (await self._running_context(model), context)
            yield ModelLoaded()
        async with aclosing(self._chat(model, body)) as events:
            async for event in events:
                yield event

    async def models(self) -> list[ModelInfo]:
        async with self._plain('', Answering()):
            listed, running = await self._questions.list(), await self._questions.ps()
        loaded = {model.model for model in running.models}
        sizes = {model.model: model.size for model in listed.models if model.model}
        async with asyncio.TaskGroup() as asking:
            tasks = [asking.create_task(self._described(name)) for name in sizes]
        infos = [task.result() for task in tasks]
        return [info.model_copy(update={'size': sizes[info.name], 'loaded': info.name in loaded}) for info in infos]

    async def close(self) -> None:
        await self._questions.close()
        await self._http.aclose()

    async def _chat(self, model: str, body: Told) -> AsyncGenerator[ModelEvent, None]:
        answer, answering = Answer(), Answering()
        async with (
            self._plain(model, answering),
            self._http.stream('POST', '/api/chat', json=body) as response,
        ):
            await self._check(response, model)
            answering.began = True
            async with (
                aclosing(json_lines(response.aiter_bytes())) as told,
                aclosing(answered(told, self._read, answer)) as events,
            ):
                async for event in events:
                    yield event

    def _read(self, told: Told, answer: Answer) -> Iterator[ModelEvent]:
        if 'error' in told:
            raise self._faults.status(int(told.get('status_code') or 500), str(told['error']))
        message = told['message']
        if thought := message.get('thinking'):
            yield answer.think(thought)
        if text := message.get('content'):
            yield answer.text(text)
        for number, call in enumerate(message.get('tool_calls') or (), answer.count):
            function = call['function']
            yield answer.call(number, name=function['name'], id_=call.get('id'))
            yield answer.arguments(number, json.dumps(function.get('arguments') or {}))
        if told.get('done'):
            answer.usage = Usage(
                calls=1,
                input_tokens=told.get('prompt_eval_count') or 0,
                output_tokens=told.get('eval_count') or 0,
            )
            answer.end(_STOPS.get(told.get('done_reason') or 'stop', 'other'))

    async def _load(self, body: Told) -> None:
        """Returns when the model is in memory with this context; a chat without messages does just that."""
        model = body['model']
        self._loading[model] += 1
        try:
            async with self._plain(model, Answering()):
                response = await self._http.post('/api/chat', json={**body, 'messages': [], 'stream': False})
                await self._check(response, model)
        finally:
            self._loading[model] -= 1

    def _context(self, request: ModelRequest, known: ModelInfo, loaded: int | None) -> int:
        """As the agent says; else what is loaded, or was asked for before, if the prompt fits; else what it needs.

        A change loads the model anew, so the context grows in powers of two and never shrinks.
        """
        longest = known.context or _LONGEST_GUESS
        if request.parameters.context:
            return min(request.parameters.context, longest)
        model = request.model.model
        needed = tokens_needed(request)
        if loaded and loaded >= min(needed, longest):
            return loaded
        context = max(self._contexts.get(model, 0), _SMALLEST_CONTEXT)
        while context < needed and context < longest:
            context *= 2
        self._contexts[model] = min(context, longest)
        return self._contexts[model]

    async def _loaded_context(self, model: str) -> int | None:
        """The context that the model is loaded with; None where it is not in memory.

        What Ollama reports may differ from what it was told (versions that multiply it or tell nothing), so the
        report that followed our own loading stands for what we asked for then.
        """
        reported = await self._running_context(model)
        after_loading, asked = self._reported.get(model, (0, 0))
        return asked if reported is not None and reported == after_loading else reported

    async def _running_context(self, model: str) -> int | None:
        """What Ollama reports: 0 where the model is in memory and its context is not told."""
        async with self._plain(model, Answering()):
            running = await self._questions.ps()
        return next((each.context_length or 0 for each in running.models if each.model == _tagged(model)), None)

    async def _described(self, model: str) -> ModelInfo:
        """What is known of a model that is listed; its name alone where Ollama cannot show it."""
        try:
            return await self._known(model)
        except ModelError:
            return ModelInfo(name=model)

    async def _known(self, model: str) -> ModelInfo:
        if model not in self._models:
            async with self._plain(model, Answering()):
                shown = await self._questions.show(model)
            self._models[model] = _info(model, shown)
        return self._models[model]

    async def _check(self, response: 'httpx.Response', model: str) -> None:
        if not response.is_success:
            body = (await response.aread()).decode(errors='replace')
            wait = retry_after(response.headers)
            raise self._faults.status(response.status_code, body, model=model, retry_after=wait)

    @asynccontextmanager
    async def _plain(self, model: str, answering: Answering) -> AsyncGenerator[None, None]:
        async with told_plainly(self._web, self._faults, answering=answering):
            try:
                yield
            except self._sdk.ResponseError as error:
                raise self._faults.status(error.status_code, error.error, model=model) from error
            except ConnectionError as error:
                raise self._faults.unreachable('nothing listens there (connection refused)') from error
            except ValueError as error:  # the package reads JSON and models without saying whose they are
                raise self._faults.malformed(str(error)) from error


def _info(model: str, shown: Any) -> ModelInfo:
    lengths = [length for name, length in (shown.modelinfo or {}).items() if name.endswith('.context_length')]
    can = shown.capabilities  # None in old versions
    return ModelInfo(
        name=model,
        context=lengths[0] if lengths else None,
        thinking=None if can is None else 'thinking' in can,
        tools=None if can is None else 'tools' in can,
        vision=None if can is None else 'vision' in can,
    )


def _tagged(model: str) -> str:
    """The full name: Ollama lists `llama3.2` as `llama3.2:latest`."""
    return model if ':' in model.rpartition('/')[2] else f'{model}:latest'
