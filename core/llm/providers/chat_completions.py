"""The Chat Completions dialect, which LM Studio and most other servers speak."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from core.llm.answer import Answer
from core.llm.parameters import Parameters
from core.llm.providers.sdk import SdkClient
from core.llm.providers.wire import DONE, Told
from core.llm.requests import ModelEvent, ModelRequest, StopReason
from core.llm.usage import Usage

_STOPS: dict[str, StopReason] = {'stop': 'end', 'length': 'length', 'content_filter': 'refusal'}
_EFFORTS = {'off': 'none', 'low': 'low', 'medium': 'medium', 'high': 'high'}


class ChatCompletions(SdkClient):
    """Takes what servers really send: no `[DONE]`, usage anywhere or nowhere, thinking under either of two names."""

    def _open(self, request: ModelRequest) -> AbstractAsyncContextManager[Any]:
        created: AbstractAsyncContextManager[Any] = self._client.chat.completions.with_streaming_response.create(
            model=request.model.model,
            messages=_messages(request),
            stream=True,
            stream_options={'include_usage': True},
            **_writing(request.parameters),
        )
        return created

    def _read(self, told: Told, answer: Answer) -> Iterator[ModelEvent]:
        if error := told.get('error'):
            raise self._faults.status(_status(error), str(error.get('message') if isinstance(error, dict) else error))
        if used := told.get('usage'):
            answer.usage = _usage(used)
        if told is DONE and not answer.ended:
            answer.end('end')
        for choice in told.get('choices') or ():
            delta = choice.get('delta') or {}
            if thought := delta.get('reasoning_content') or delta.get('reasoning'):
                yield answer.think(thought)
            if text := delta.get('content') or delta.get('refusal'):
                yield answer.text(text)
            if reason := choice.get('finish_reason'):
                answer.end(_STOPS.get(reason, 'other'))
        if told is not DONE and not told.keys() & {'choices', 'usage', 'object'}:
            raise self._faults.malformed(str(told))


def _messages(request: ModelRequest) -> list[dict[str, str]]:
    system = [{'role': 'system', 'content': request.instructions}] if request.instructions else []
    return system + [{'role': message.role, 'content': message.text} for message in request.messages]


def _writing(parameters: Parameters) -> dict[str, Any]:
    named = {
        'temperature': parameters.temperature,
        'top_p': parameters.top_p,
        'max_tokens': parameters.max_tokens,
        'seed': parameters.seed,
        'reasoning_effort': _EFFORTS[parameters.thinking] if parameters.thinking else None,
    }
    return {name: value for name, value in named.items() if value is not None}


def _usage(used: Told) -> Usage:
    return Usage(
        calls=1,
        input_tokens=used.get('prompt_tokens') or 0,
        output_tokens=used.get('completion_tokens') or 0,
        cached_tokens=(used.get('prompt_tokens_details') or {}).get('cached_tokens') or 0,
        thinking_tokens=(used.get('completion_tokens_details') or {}).get('reasoning_tokens') or 0,
    )


def _status(error: Any) -> int:
    """The status that an error inside a stream stands for; servers put it under `code`, or nowhere."""
    code = error.get('code') if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 500
