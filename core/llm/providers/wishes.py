"""What instructions ask for, as far as plain rules can tell: the practice model's whole understanding."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Form = Literal['choice', 'questions', 'bullets', 'aspects', 'reply', 'page', 'prose']

_NUMBERS = {
    'one': 1, 'two': 2, 'three': 3, 'four': 4, 'five': 5, 'six': 6, 'seven': 7, 'eight': 8, 'nine': 9, 'ten': 10,
}  # fmt: skip
_THINGS = r'questions?|sentences?|bullets?|bullet points?|points?|items?|paragraphs?|lines?'
_COUNT = re.compile(rf'\b(\d{{1,2}}|{"|".join(_NUMBERS)})\s+(?:[\w-]+\s+){{0,2}}?({_THINGS})\b(?! each)', re.IGNORECASE)
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
    r'\b(?:reply|answer|respond|response|e-?mail|letter)\b.{0,40}\b(?:customer|sender|client|message|ticket|mail)s?\b'
    r'|\bdraft\b.{0,30}\b(?:reply|answer|response|e-?mail|letter)\b|\bsign as\b',
    re.IGNORECASE,
)
_SIGNED = re.compile(r'\bsign as\s+["“‘\']?([^"”’\'.\n]{1,60})', re.IGNORECASE)
_PAGE = re.compile(r'\b(?:one page|a page|the minutes|minutes of|report|memo|write a brief)\b', re.IGNORECASE)
_ASPECTS = re.compile(r'\beach of(?: these)?:\s*([^.:;\n]+)', re.IGNORECASE)
_ASKS = re.compile(
    r'\b(?:write|ask|plan|propose|suggest|find|list|name|give|formulate|split|break|derive|produce)\b', re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """The form of answer that is asked for; `count` is how many of it (0: as many as fit).

    `options` are the words to choose from, or the aspects to say something about; `signature` ends a reply.
    """

    form: Form
    count: int
    options: tuple[str, ...] = ()
    signature: str = ''


def wish(text: str) -> Wish | None:
    """What this text asks for, or None where it asks for nothing that the rules know."""
    if options := _options(text):
        return Wish(form='choice', count=1, options=options)
    count, thing = _count(text)
    if _REPLY.search(text):
        signed = _SIGNED.search(text)
        return Wish(form='reply', count=2, signature=signed[1] if signed else '')
    if _PAGE.search(text):
        return Wish(form='page', count=count if thing == 'sentences' and 'page' not in text else 8)
    if thing == 'questions' or (not thing and _QUESTIONS.search(text) and _ASKS.search(text)):
        return Wish(form='questions', count=count or 3)
    if aspects := _ASPECTS.search(text):
        return Wish(form='aspects', count=count, options=_distinct(re.split(r'\s*,\s*(?:and\s+)?', aspects[1].strip())))
    if _BULLETS.search(text) or thing.startswith(('bullet', 'point', 'item')):
        return Wish(form='bullets', count=count if thing.startswith(('bullet', 'point', 'item')) else 0)
    if thing.startswith(('sentence', 'paragraph', 'line')):
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
