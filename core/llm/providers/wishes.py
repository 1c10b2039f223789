"""What instructions ask for, as far as plain rules can tell: the practice model's whole understanding."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Form = Literal['choice', 'questions', 'bullets', 'reply', 'prose']

_NUMBERS = {
    'one': 1, 'two': 2, 'three': 3, 'four': 4, 'five': 5, 'six': 6, 'seven': 7, 'eight': 8, 'nine': 9, 'ten': 10,
}  # fmt: skip
_THINGS = r'questions?|sentences?|bullets?|bullet points?|points?|items?|paragraphs?|lines?'
_COUNT = re.compile(rf'\b(\d{{1,2}}|{"|".join(_NUMBERS)})\s+(?:[\w-]+\s+){{0,2}}?({_THINGS})\b', re.IGNORECASE)
_YES_NO = re.compile(r"\byes\b['\"”’`*]*\s*(?:or|/|and)\s*['\"“‘`*]*no\b", re.IGNORECASE)
_ONE_WORD = re.compile(
    r'\b(?:(?:one|a single|single) (?:word|label|category)|only (?:with )?the (?:word|label|category|name))\b',
    re.IGNORECASE,
)
_CLASSIFY = re.compile(r'\b(?:classif|categori[sz]|one of|exactly one|either)', re.IGNORECASE)
_QUOTED = re.compile(r'[`"“‘\']([A-Za-z][\w-]{1,24})[`"”’\']')
_LISTED = re.compile(
    r'\b([a-z][\w-]*(?:\s*,\s*(?:or\s+)?[a-z][\w-]*)+\s*,?\s+or\s+[a-z][\w-]*|[a-z][\w-]*\s+or\s+[a-z][\w-]*)\b',
    re.IGNORECASE,
)
_COLON_LIST = re.compile(r':\s*([a-z][\w-]*(?:\s*[,/|]\s*[a-z][\w-]*)+)\s*(?:[.\n]|$)', re.IGNORECASE)
_BULLETS = re.compile(r'\b(?:bullets?|bullet points?|list|action items?|key points?|to-?dos?)\b', re.IGNORECASE)
_QUESTIONS = re.compile(r'\bquestions\b', re.IGNORECASE)
_REPLY = re.compile(
    r'\b(?:reply|answer|respond|response|e-?mail|letter)\b.{0,40}\b(?:customer|sender|user|person|client|message|ticket|mail)\b|\bdraft\b.{0,30}\b(?:reply|answer|response|e-?mail|letter)\b',
    re.IGNORECASE,
)
_ASKS = re.compile(
    r'\b(?:write|ask|plan|propose|suggest|find|list|name|give|formulate|split|break|derive|produce)\b', re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """The form of answer that is asked for; `count` is how many of it, `options` the words to choose from."""

    form: Form
    count: int
    options: tuple[str, ...] = ()


def wish(text: str) -> Wish | None:
    """What this text asks for, or None where it asks for nothing that the rules know."""
    if options := _options(text):
        return Wish(form='choice', count=1, options=options)
    count, thing = _count(text)
    if thing.startswith('question') or (not thing and _QUESTIONS.search(text) and _ASKS.search(text)):
        return Wish(form='questions', count=count or 3)
    if _REPLY.search(text):
        return Wish(form='reply', count=count or 2)
    if _BULLETS.search(text) or thing.startswith(('bullet', 'point', 'item', 'line')):
        return Wish(form='bullets', count=count or 5)
    if thing.startswith(('sentence', 'paragraph')):
        return Wish(form='prose', count=count)
    return None


def _count(text: str) -> tuple[int, str]:
    found = _COUNT.search(text)
    if found is None:
        return 0, ''
    number = found[1].lower()
    return min(20, _NUMBERS.get(number) or int(number)), found[2].lower()


def _options(text: str) -> tuple[str, ...]:
    if _YES_NO.search(text):
        return ('yes', 'no')
    if not (_ONE_WORD.search(text) or _CLASSIFY.search(text)):
        return ()
    quoted = _distinct(_QUOTED.findall(text))
    if len(quoted) > 1:
        return quoted
    for pattern in (_COLON_LIST, _LISTED):
        if found := pattern.search(text):
            words = re.split(r'\s*[,/|]\s*(?:or\s+)?|\s+or\s+', found[1])
            if len(options := _distinct(word for word in words if word)) > 1:
                return options
    return ()


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
