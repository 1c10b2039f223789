"""How the practice model uses tools and fills in schemas: by plain rules, the same each time."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.llm.messages import ToolCall, ToolSpec
from core.llm.providers.schemas import inlined
from core.llm.requests import ModelRequest
from core.values import Json

_WORD = re.compile(r'[a-z0-9]+')
_QUOTED = re.compile(r'[“"`]([^”"`\n]{1,200})[”"`]')
_URL = re.compile(r'https?://[^\s<>")]+[^\s<>").,;]')
_NUMBER = re.compile(r'(?<![\w.])-?\d+(?:\.\d+)?(?![\w])')
_SUM = re.compile(r'[-(]?\s*\d[\d\s.()]*(?:(?:\*\*|[-+*/%×÷])[\s(-]*\d[\d\s.()]*)+')
_FILE = re.compile(r'(?<![\w/])[\w-]+(?:/[\w-]+)*\.[a-z]{1,5}\b')
_COMMON = frozenset({'get', 'run', 'the', 'a', 'an', 'of', 'to', 'in', 'is', 'my', 'and', 'for', 'by', 'on', 'tool'})

_DEEPEST = 6


def practised_calls(request: ModelRequest) -> list[ToolCall]:
    """The tools that the prompt names, each called once: all at the same time, and none after their results.

    `name {"argument": 1}` in the prompt gives the arguments; without them they are looked for in the words.
    """
    results = {result.name for message in request.messages for result in message.tool_results}
    prompt = next((m.text for m in reversed(request.messages) if m.role == 'user' and not m.tool_results), '')
    calls: list[ToolCall] = []
    for tool in request.callable_tools:
        if tool.name not in results and (arguments := _wanted(tool, prompt, request.instructions)) is not None:
            id_ = f'practice_{len(request.messages)}_{len(calls)}'
            calls.append(ToolCall(id=id_, name=tool.name, arguments=json.dumps(arguments, ensure_ascii=False)))
    return calls


def told_results(request: ModelRequest) -> str:
    """The results that the tools gave since a person last spoke, as an answer; empty where none was called."""
    lines: list[str] = []
    for message in reversed(request.messages):
        if message.role == 'user' and not message.tool_results:
            break
        lines[:0] = [f'{result.name}: {result.text.strip()}' for result in message.tool_results]
    return '\n\n'.join(lines)


def practised_value(schema: Mapping[str, Any], text: str) -> Json:
    """A value that fits the schema, with the text and its numbers where they fit."""
    return _value(inlined(dict(schema)), 'text', text, deep=0)


def _wanted(tool: ToolSpec, prompt: str, instructions: str) -> dict[str, Any] | None:
    """The arguments for this tool; None where nobody asks for it."""
    if found := re.search(rf'\b{re.escape(tool.name)}\s*(?=\{{)', prompt):
        try:
            told, _ = json.JSONDecoder().raw_decode(prompt[found.end() :])
        except ValueError:
            told = None
        if isinstance(told, dict):
            return told
    words = [word for word in _WORD.findall(tool.name.lower()) if word not in _COMMON]
    heard = set(_WORD.findall(f'{prompt} {instructions}'.lower()))
    if not words or not heard.issuperset(words):
        return None
    return dict(_arguments(inlined(tool.parameters), prompt))


def _arguments(schema: Mapping[str, Any], prompt: str) -> Iterator[tuple[str, Json]]:
    properties = schema.get('properties')
    for name in schema.get('required') or ():
        part = properties.get(name, {}) if isinstance(properties, Mapping) else {}
        yield name, _value(part if isinstance(part, Mapping) else {}, str(name), prompt, deep=0)


def _value(schema: Mapping[str, Any], name: str, text: str, *, deep: int) -> Json:
    if options := schema.get('enum'):
        return next((option for option in options if str(option).lower() in text.lower()), options[0])
    for joined in ('anyOf', 'oneOf', 'allOf'):
        if (parts := schema.get(joined)) and isinstance(parts[0], Mapping):
            return _value(parts[0], name, text, deep=deep)
    kind = schema.get('type')
    match kind[0] if isinstance(kind, list) and kind else kind:
        case 'object' if deep < _DEEPEST:
            properties = schema.get('properties') or {}
            return {key: _value(part, key, text, deep=deep + 1) for key, part in properties.items()}
        case 'object':
            return {}
        case 'array':
            return _list(schema.get('items'), name, text, deep=deep + 1)
        case 'integer' | 'number' as number:
            return _number(schema, text, whole=number == 'integer')
        case 'boolean':
            return bool(re.search(r'\b(?:yes|true|good|ok)\b', text, re.IGNORECASE))
        case _:
            return _words(schema, name, text)


def _list(item: Json, name: str, text: str, *, deep: int) -> list[Json]:
    return [_value(item, name, text, deep=deep)] if isinstance(item, Mapping) and deep < _DEEPEST else []


def _number(schema: Mapping[str, Any], text: str, *, whole: bool) -> float | int:
    found = _NUMBER.search(text)
    number = float(found[0]) if found else 1.0
    number = min(max(number, schema.get('minimum', number)), schema.get('maximum', number))
    return int(number) if whole else number


def _words(schema: Mapping[str, Any], name: str, text: str) -> str:
    patterns = {'url': _URL, 'uri': _URL, 'expression': _SUM, 'path': _FILE, 'file': _FILE}
    if name in patterns:
        found = patterns[name].search(text)
        return found[0].strip() if found else ''
    quoted = _QUOTED.search(text)
    told = quoted[1] if quoted else text.strip()
    return told[: schema.get('maxLength', 2000)]
