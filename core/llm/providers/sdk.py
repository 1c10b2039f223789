"""What the clients on the official SDKs share: the SDK carries bytes, names and errors; decoding is ours."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any, ClassVar

from core.llm.answer import Answer
from core.llm.faults import Faults
from core.llm.provider import ClientEvent
from core.llm.providers.transport import Answering, retry_after, told_plainly, transport_error
from core.llm.providers.wire import Told, answered, server_sent_events
from core.llm.reports import ModelInfo
from core.llm.requests import ModelEvent, ModelRequest

_DISPENSABLE = {
    'temperature': 'temperature',
    'top_p': 'top_p',
    'seed': 'seed',
    'reasoning': 'thinking',
    'thinking': 'thinking',
    'effort': 'thinking',
    'response_format': 'output_schema',
    'json_schema': 'output_schema',
    'output_config': 'output_schema',
    'text.format': 'output_schema',
}
"""Words in a refusal, and what the model may still answer without: a parameter, or being held to a schema."""


class SdkClient:
    """A client on an SDK whose raw responses are read here; subclasses speak one dialect.

    `sdk` is the SDK's module, `web` the HTTP library below it, `client` the SDK's own asynchronous client.
    """

    path: ClassVar[str]
    """Where requests are posted, below the client's address."""

    def __init__(self, sdk: Any, web: Any, client: Any, faults: Faults) -> None:
        self._sdk = sdk
        self._web = web
        self._client = client
        self._faults = faults
        self._refused: dict[str, dict[str, None]] = {}

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ClientEvent, None]:
        answer = Answer()
        answering = Answering()
        async with self._told_plainly(request.model.model, answering), self._accepted(request) as response:
            answering.began = True
            async with (
                aclosing(server_sent_events(response.aiter_bytes())) as told,
                aclosing(answered(told, self._read, answer)) as events,
            ):
                async for event in events:
                    yield event

    async def models(self) -> list[ModelInfo]:
        async with self._told_plainly('', Answering()):
            return [self._info(model) async for model in self._client.models.list()]

    async def close(self) -> None:
        await self._client.close()

    def _body(self, request: ModelRequest) -> Told:
        """What is posted, as the provider documents it."""
        raise NotImplementedError

    def _read(self, told: Told, answer: Answer) -> Iterable[ModelEvent]:
        raise NotImplementedError

    def _info(self, model: Any) -> ModelInfo:
        return ModelInfo(name=model.id)

    @asynccontextmanager
    async def _open(self, request: ModelRequest) -> AsyncIterator[Any]:
        """The raw streaming response to this request.

        Posted, and not by the SDK's own method for it, which looks at every part of every message for names to
        translate, though they are the provider's own already; in a long talk that takes longer than all else.
        """
        response = await self._client.post(
            self.path,
            body={**self._body(request), 'stream': True},
            cast_to=self._web.Response,
            stream=True,
            stream_cls=self._sdk.AsyncStream[Any],
        )
        try:
            yield response
        finally:
            await response.aclose()

    @asynccontextmanager
    async def _accepted(self, request: ModelRequest) -> AsyncIterator[Any]:
        """The response; asks once more where the model refuses a parameter that it can do without."""
        async with AsyncExitStack() as stack:
            try:
                response = await stack.enter_async_context(self._open(self._acceptable(request)))
            except self._sdk.BadRequestError as error:
                if not self._learn(error.response.text, self._acceptable(request)):
                    raise
                response = await stack.enter_async_context(self._open(self._acceptable(request)))
            yield response

    def _acceptable(self, request: ModelRequest) -> ModelRequest:
        refused = self._refused.get(request.model.model, {})
        parameters = {name: None for name in refused if name != 'output_schema'}
        changes: dict[str, Any] = {'parameters': request.parameters.model_copy(update=parameters)}
        if 'output_schema' in refused:
            changes['output_schema'] = None
        return request.model_copy(update=changes)

    def _learn(self, refusal: str, request: ModelRequest) -> bool:
        """Remembers which of the given parameters this model refuses; whether there is any."""
        told = refusal.lower()
        named = {name: None for word, name in _DISPENSABLE.items() if word in told}
        given = {**dict(request.parameters), 'output_schema': request.output_schema}
        new = {name: None for name in named if given[name] is not None}
        self._refused.setdefault(request.model.model, {}).update(new)
        return bool(new)

    @asynccontextmanager
    async def _told_plainly(self, model: str, answering: Answering) -> AsyncIterator[None]:
        async with told_plainly(self._web, self._faults, answering=answering):
            try:
                yield
            except self._sdk.APIStatusError as error:
                raise self._faults.status(
                    error.status_code,
                    error.response.text,
                    model=model,
                    retry_after=retry_after(error.response.headers),
                ) from error
            except self._sdk.APIResponseValidationError as error:
                raise self._faults.malformed(error.response.text) from error
            except self._sdk.APIConnectionError as error:
                cause = error.__cause__ or error
                raise transport_error(cause, self._web, self._faults, answering=answering) from error
