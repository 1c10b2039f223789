"""The practice model: built in, offline, deterministic, and no language model; so that all can be tried with no key."""

import json
import re
from collections.abc import AsyncGenerator, Sequence

from core.clock import Clock
from core.llm.answer import Answer
from core.llm.connection import Connection
from core.llm.faults import Faults
from core.llm.provider import Client, ClientEvent, ProviderType
from core.llm.providers.extracts import Extract, extract, recalled
from core.llm.providers.passages import LABEL
from core.llm.providers.practising import practised_calls, practised_value, told_results
from core.llm.reports import ModelInfo
from core.llm.requests import ModelRequest
from core.llm.usage import Usage
from core.values import Json

NAME = 'practice'

_PACES = {'practice': 60.0, 'practice-slow': 8.0, 'practice-instant': 0.0}
"""Words a second; 0 is all at once. `practice-200` and the like set any other pace."""

_WORDS = re.compile(r'\s*\S+')


def practice(*, clock: Clock) -> ProviderType:
    """The provider; the clock sets the pace of its words."""

    async def open_practice(connection: Connection, *, api_key: str) -> Client:  # noqa: ARG001 - there is no key
        return _Practice(Faults(provider=provider, connection=connection), clock)

    provider = ProviderType(
        name=NAME,
        title='Practice model (built in, not a language model)',
        local=True,
        default_url='practice://built-in',
        needs_key=False,
        remedies={'not_found': f'Choose one of {", ".join(_PACES)}, or practice-N for N words a second.'},
        open=open_practice,
    )
    return provider


class _Practice:
    def __init__(self, faults: Faults, clock: Clock) -> None:
        self._faults = faults
        self._clock = clock

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ClientEvent, None]:
        pace = self._pace(request.model.model)
        answer = Answer()
        prompt = '\n\n'.join(message.text for message in request.messages if message.role == 'user')
        if calls := practised_calls(request):
            for number, call in enumerate(calls):
                yield answer.call(number, name=call.name, id_=call.id)
                yield answer.arguments(number, call.arguments)
            answer.usage = Usage(calls=1, input_tokens=_tokens(request.instructions + prompt), output_tokens=len(calls))
            answer.end('tools')
            yield answer.answered()
            return
        extracted = _answer(request, prompt)
        words = _WORDS.findall(extracted.labelled)
        limit = request.parameters.max_tokens
        kept = words if limit is None else words[:limit]
        if extracted.bare:
            yield answer.think(_after(_unseen(request), LABEL))
        async for piece in self._paced(kept, pace):
            yield answer.text(piece)
        answer.usage = Usage(calls=1, input_tokens=_tokens(request.instructions + prompt), output_tokens=len(kept))
        answer.end('end' if len(kept) == len(words) else 'length')
        yield answer.answered()

    async def models(self) -> list[ModelInfo]:
        return [ModelInfo(name=name, size=0, thinking=False, tools=True, vision=False, loaded=True) for name in _PACES]

    async def close(self) -> None:
        pass

    async def _paced(self, words: list[str], pace: float) -> AsyncGenerator[str, None]:
        if not pace:
            yield ''.join(words)
            return
        for word in words:
            await self._clock.sleep(1 / pace)
            yield word

    def _pace(self, model: str) -> float:
        if model in _PACES:
            return _PACES[model]
        if found := re.fullmatch(r'practice-([1-9]\d{0,4})', model):
            return float(found[1])
        raise self._faults.status(404, 'there is no such practice model', model=model)


def _answer(request: ModelRequest, prompt: str) -> Extract:
    told, unseen = told_results(request), _unseen(request)
    if request.output_schema:  # what is asked for beside a picture stands in the picture, as far as anybody can tell
        value = practised_value(request.output_schema, told or unseen or prompt, request.instructions)
        return Extract(text=json.dumps(_with_answer(value, request, prompt), ensure_ascii=False), bare=True)
    if told:
        return Extract(text=_after(unseen, told))
    *before, last = [message.text for message in request.messages if message.role == 'user'] or ['']
    extracted = extract(request.instructions, last)
    return extracted if extracted.bare else Extract(text=_after(unseen, f'{extracted.text}{_recalled(before, last)}'))


def _recalled(before: Sequence[str], last: str) -> str:
    """What was said before and has most to do with the last words, so that a memory can be seen."""
    found = recalled(before, last)
    return f'\n\nBefore, you said: “{found}”' if found else ''


def _with_answer(value: Json, request: ModelRequest, prompt: str) -> Json:
    """The value, whose `answer` in words is what would be answered without a schema."""
    if not isinstance(value, dict) or not isinstance(value.get('answer'), str):
        return value
    return {**value, 'answer': _after(_unseen(request), extract(request.instructions, prompt).text)}


def _unseen(request: ModelRequest) -> str:
    """What there is to say about pictures; empty where there are none."""
    if not request.images:
        return ''
    came, them = ('1 picture came', 'it') if request.images == 1 else (f'{request.images} pictures came', 'them')
    return f'{came} along. The practice model cannot look at {them}: it is no language model, it only counts words.'


def _after(unseen: str, text: str) -> str:
    return f'{unseen}\n\n{text}' if unseen else text


def _tokens(text: str) -> int:
    """About four characters are a token."""
    return (len(text) + 3) // 4
