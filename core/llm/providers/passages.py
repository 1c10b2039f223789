"""A text as the practice model reads it: sections under their headings, and in them sentences."""

import re
from dataclasses import dataclass

from core.llm.providers.cues import all_stems, stems

LABEL = '(Practice model: put together from your input by rules, not by a language model.)'

_HEAD, _TAIL = 24_000, 8_000  # characters of a long text that are read, from its start and its end
_WRAPPED = 60  # a line this long that goes on below was wrapped
_SENTENCES = re.compile(r'(?<=[.!?…])["”’)]*\s+(?=["“‘(]?[^\Wa-z_])')
_MARK = re.compile(r'^\s*(?:[-*•–>]\s+|#+\s*|\d{1,2}[.)]\s+)+')
_HEADING = re.compile(r'^(?:#+\s+(?P<title>.+)|(?P<name>[^.!?]{1,60}):|\*\*(?P<bold>[^*]{1,60})\*\*:?)$')
_SPEAKER = re.compile(r'^([A-ZÀ-Þ][\w.’-]*(?: [A-ZÀ-Þ][\w.’-]*){0,2}:) \S')
_FIELD = re.compile(
    r'^\W*(?:the )?(?:topic|subject|title|theme|question|task|meeting|reader|audience)\W*:', re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    text: str
    stems: frozenset[str]
    """Its words that carry meaning."""
    words: frozenset[str]
    """All its words, as stems."""
    place: int
    opens: bool
    """Whether it is the first of its line."""
    names: bool
    """Whether it names what follows rather than says something."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    heading: str
    sentences: tuple[Sentence, ...]


def sections_of(text: str) -> list[Section]:
    """The sections that hold sentences; what stands before the first heading has an empty one."""
    found: list[Section] = []
    heading, lines = '', list[str]()
    seen: dict[str, Sentence] = {}
    for line in [*_unwrapped(text), None]:
        title = _HEADING.match(line) if line else None
        if line and not title:
            lines.append(line)
        elif line is None or title:
            if sentences := _sentences(lines, seen):
                found.append(Section(heading=heading, sentences=tuple(sentences)))
            heading, lines = (title['title'] or title['name'] or title['bold'] if title else ''), []
    return found


def bounded(text: str) -> str:
    """What is read of a long text, without this model's own label."""
    text = text if len(text) <= _HEAD + _TAIL else f'{text[:_HEAD]}\n{text[-_TAIL:]}'
    return text.replace(LABEL, '')


def sentences_in(line: str) -> list[str]:
    """The sentences of a line; in a transcript each keeps the name of who said it."""
    pieces = [piece.strip() for piece in _SENTENCES.split(line) if piece.strip()]
    speaker = _SPEAKER.match(line)
    if speaker is None or _FIELD.match(line):
        return pieces
    return [pieces[0], *(f'{speaker[1]} {piece}' for piece in pieces[1:])]


def _sentences(lines: list[str], seen: dict[str, Sentence]) -> list[Sentence]:
    """The sentences that were not seen before."""
    new = []
    for line in lines:
        for number, told in enumerate(sentences_in(_MARK.sub('', line))):
            if told not in seen:
                seen[told] = Sentence(
                    text=told,
                    stems=frozenset(stems(told)),
                    words=frozenset(all_stems(told)),
                    place=len(seen),
                    opens=number == 0,
                    names=bool(_FIELD.match(told)) and number == 0,
                )
                new.append(seen[told])
    return new


def _unwrapped(text: str) -> list[str]:
    """The lines, with those joined that were only wrapped; blank lines stay as ''."""
    lines: list[str] = []
    last = ''
    for raw in text.splitlines():
        line = raw.strip()
        starts = not line or _MARK.match(line) or _HEADING.match(line) or _SPEAKER.match(line) or _FIELD.match(line)
        if len(last) >= _WRAPPED and last[-1] not in '.!?:' and not starts:
            lines[-1] += f' {line}'
        else:
            lines.append(line)
        last = line
    return lines
