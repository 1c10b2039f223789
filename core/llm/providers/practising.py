"""How the practice model uses tools and fills in schemas: by plain rules, the same each time."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.llm.messages import ToolCall, ToolSpec
from core.llm.providers.cues import HINTS, USUAL, all_stems, stem, stems
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


def practised_value(schema: Mapping[str, Any], text: str, instructions: str = '') -> Json:
    """A value that fits the schema, with the text and its numbers where they fit.

    What a word to choose means is read from the instructions, where they list it as `- word: what it means`.
    """
    return _Filling(text, instructions).value(inlined(dict(schema)), 'text')


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
        yield name, _Filling(prompt, '').value(part if isinstance(part, Mapping) else {}, str(name))


@dataclass(frozen=True, slots=True)
class _Filling:
    """Fills in schemas with what a text says."""

    text: str
    instructions: str

    def value(self, schema: Mapping[str, Any], name: str, *, deep: int = 0) -> Json:
        if options := schema.get('enum'):
            return self._option(options)
        for joined in ('anyOf', 'oneOf', 'allOf'):
            if (parts := schema.get(joined)) and isinstance(parts[0], Mapping):
                return self.value(parts[0], name, deep=deep)
        kind = schema.get('type')
        match kind[0] if isinstance(kind, list) and kind else kind:
            case 'object' if deep < _DEEPEST:
                properties = schema.get('properties') or {}
                return {key: self.value(part, key, deep=deep + 1) for key, part in properties.items()}
            case 'object':
                return {}
            case 'array':
                return self._list(schema.get('items'), name, deep=deep + 1)
            case 'integer' | 'number' as number:
                return self._number(schema, whole=number == 'integer')
            case 'boolean':
                return bool(re.search(r'\b(?:yes|true|good|ok)\b', self.text, re.IGNORECASE))
            case _:
                return self._words(schema, name)

    def _option(self, options: Sequence[Json]) -> Json:
        """The one whose name, hints and listed meaning come most often; where none does, the usual or the first."""
        words = Counter(all_stems(self.text))
        scores = [self._score(str(option), words) for option in options]
        if max(scores):
            return options[scores.index(max(scores))]
        return next((option for option in options if str(option).lower() in USUAL), options[0])

    def _score(self, option: str, words: Counter[str]) -> int:
        if option.lower() in USUAL:
            return 0
        meant = re.search(rf'^- {re.escape(option)}: (.+)$', self.instructions, re.MULTILINE)
        hints = {*stems(meant[1])} if meant else set()
        for word in {stem(option), *hints}:
            hints |= HINTS.get(word, frozenset())
        return 3 * (option.lower() in self.text.lower()) + sum(words[hint] > 0 for hint in hints)

    def _list(self, item: Json, name: str, *, deep: int) -> list[Json]:
        return [self.value(item, name, deep=deep)] if isinstance(item, Mapping) and deep < _DEEPEST else []

    def _number(self, schema: Mapping[str, Any], *, whole: bool) -> float | int:
        found = _NUMBER.search(self.text)
        number = float(found[0]) if found else 1.0
        number = min(max(number, schema.get('minimum', number)), schema.get('maximum', number))
        return int(number) if whole else number

    def _words(self, schema: Mapping[str, Any], name: str) -> str:
        patterns = {'url': _URL, 'uri': _URL, 'expression': _SUM, 'path': _FILE, 'file': _FILE}
        if name in patterns:
            found = patterns[name].search(self.text)
            return found[0].strip() if found else ''
        if name == 'reason':
            return 'Words of the text point there; the practice model only counts words.'
        quoted = _QUOTED.search(self.text)
        told = quoted[1] if quoted else self.text.strip()
        return told[: schema.get('maxLength', 2000)]
