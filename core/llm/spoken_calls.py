"""Tool calls that a small model wrote into its text instead of calling: found only where nothing else can be meant."""

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from core.llm.messages import Message, Part, Text, ToolCall, ToolSpec
from core.llm.requests import ModelAnswered

_LONGEST = 20_000
_MOST_CALLS = 16
_FENCED = re.compile(r'\A```[a-z_]*\s*\n(.*?)\n?```\Z', re.DOTALL)
_TAGGED = re.compile(r'<(tool_call|function_call)>(.*?)</\1>', re.DOTALL)
_MARKED = re.compile(r'\A(?:\[TOOL_CALLS\]|<\|python_tag\|>|<\|tool_call\|>)\s*')
_NAMED = ('name', 'tool', 'function')
_ARGUMENTS = ('arguments', 'parameters', 'args', 'input')
_BESIDE = {'type', 'id'}


def with_spoken_calls(answered: ModelAnswered, tools: Sequence[ToolSpec]) -> ModelAnswered:
    """The answer with its written-out calls as real ones; unchanged where it has real ones or means something else."""
    message = answered.message
    if not tools or message.tool_calls or not 0 < len(message.text) <= _LONGEST:
        return answered
    before, calls = _read(message.text.strip(), {tool.name for tool in tools})
    if not calls:
        return answered
    kept: list[Part] = [part for part in message.parts if not isinstance(part, Text)]
    said = [Text(text=before)] if before else []
    whole = Message(role='assistant', parts=(*kept, *said, *calls))
    return answered.model_copy(update={'message': whole, 'stop': 'tools'})


def _read(text: str, known: set[str]) -> tuple[str, list[ToolCall]]:
    """What was said before the calls, and the calls; none if any part of it is not a call of a known tool."""
    if tagged := list(_TAGGED.finditer(text)):
        rest = _TAGGED.sub('', text[tagged[0].start() :]).strip()
        wishes = [wish for found in tagged for wish in _wishes(found[2])] if not rest else []
        return text[: tagged[0].start()].strip(), _calls(wishes, known)
    bare = _MARKED.sub('', text)
    fenced = _FENCED.match(bare)
    return '', _calls(list(_wishes(fenced[1] if fenced else bare)), known)


def _wishes(text: str) -> Iterator[Any]:
    """The JSON values in the text; something that is no call where it is not JSON."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    yield from told if isinstance(told, list) else [told]


def _calls(wishes: list[Any], known: set[str]) -> list[ToolCall]:
    calls = [_call(wish, known) for wish in wishes[: _MOST_CALLS + 1]]
    found = [call for call in calls if call is not None]
    return found if len(found) == len(calls) <= _MOST_CALLS else []


def _call(wish: Any, known: set[str]) -> ToolCall | None:
    """The call that an object like `{"name": …, "arguments": {…}}` stands for."""
    if not isinstance(wish, dict):
        return None
    if isinstance(inner := wish.get('function'), dict):
        return _call(inner, known) if wish.keys() <= {'function', *_BESIDE} else None
    names = [wish[key] for key in _NAMED if key in wish]
    given = [wish[key] for key in _ARGUMENTS if key in wish]
    if wish.keys() - {*_NAMED, *_ARGUMENTS, *_BESIDE} or len(names) != 1 or len(given) != 1:
        return None
    arguments = given[0]
    if isinstance(arguments, str):
        arguments = next(_wishes(arguments), None)
    if names[0] not in known or not isinstance(arguments, dict):
        return None
    return ToolCall(id=f'call_{secrets.token_hex(6)}', name=names[0], arguments=json.dumps(arguments))
