"""LM Studio: Chat Completions, and its own list of models, which says more."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from core.llm.addresses import direct, with_version
from core.llm.connection import Connection
from core.llm.faults import Faults
from core.llm.provider import Client, ClientEvent, ProviderType
from core.llm.providers.chat_completions import ChatCompletions
from core.llm.providers.openai import openai_sdk
from core.llm.reports import ModelInfo
from core.llm.requests import ModelLoading, ModelRequest

_TIME_FOR_ITS_STATE = 2.0  # seconds; only a courtesy, so the call does not wait longer for it


async def open_lmstudio(connection: Connection, *, api_key: str) -> Client:
    faults = Faults(provider=lmstudio(), connection=connection, secret=api_key)
    sdk = await openai_sdk(faults, url=with_version(faults.url), api_key=api_key)
    return _LmStudio(*sdk, faults, api_key=api_key)


def lmstudio() -> ProviderType:
    return ProviderType(
        name='lmstudio',
        title='LM Studio',
        local=True,
        default_url='http://localhost:1234/v1',
        needs_key=False,
        remedies={
            'unreachable': 'Is its server on? Open LM Studio › Developer and start it, or correct the address of the '
            'connection “{connection}”; inside a container, localhost is the container itself.',
            'not_found': 'Download the model {model} in LM Studio, or choose one that it lists.',
            'context_length': 'Load the model with a longer context in LM Studio, or shorten the prompt.',
        },
        open=open_lmstudio,
    )


class _LmStudio(ChatCompletions):
    def __init__(self, sdk: Any, web: Any, client: Any, faults: Faults, *, api_key: str) -> None:
        super().__init__(sdk, web, client, faults)
        self._own = web.AsyncClient(
            base_url=faults.url.rstrip('/').removesuffix('/v1') + '/api/v0',
            headers={'Authorization': f'Bearer {api_key}'} if api_key else {},
            timeout=_TIME_FOR_ITS_STATE,
            **direct(faults.url),
        )

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ClientEvent, None]:
        state = (await self._state()).get(request.model.model)
        if state is not None and request.images and state.vision is False:
            raise self._faults.cannot_see(request.model.model)
        if state is not None and not state.loaded:
            yield ModelLoading()
        async with aclosing(super().stream(request)) as events:
            async for event in events:
                yield event

    async def models(self) -> list[ModelInfo]:
        return list((await self._state()).values()) or await super().models()

    async def close(self) -> None:
        await self._own.aclose()
        await super().close()

    async def _state(self) -> dict[str, ModelInfo]:
        """What its own list says; empty where this version has none or it does not answer."""
        try:
            told = (await self._own.get('/models')).raise_for_status().json()
            return {model['id']: _info(model) for model in told['data'] if model.get('type') != 'embeddings'}
        except (self._web.HTTPError, ValueError, KeyError, TypeError):
            return {}


def _info(model: dict[str, Any]) -> ModelInfo:
    capabilities = model.get('capabilities') or ()
    return ModelInfo(
        name=model['id'],
        context=model.get('max_context_length'),
        vision=model.get('type') == 'vlm',
        tools='tool_use' in capabilities if capabilities else None,
        loaded=model.get('state') == 'loaded',
    )
