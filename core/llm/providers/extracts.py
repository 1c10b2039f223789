"""The practice model's answers: the sentences of a text that fit instructions best, found by counting words.

All of it is arithmetic over words: the same input gives the same answer, on every machine, offline.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.llm.providers.cues import HINTS, WORD, stem, stems
from core.llm.providers.wishes import Wish, wish

LABEL = '(Practice model: put together from your input by rules, not by a language model.)'

_HEAD, _TAIL = 24_000, 8_000  # characters of a long text that are read, from its start and its end
_SENTENCES = re.compile(r'(?<=[.!?…])["”’)]*\s+(?=["“‘(]?[^\Wa-z_])')
_MARK = re.compile(r'^\s*(?:[-*•–>]\s+|#+\s*|\d{1,2}[.)]\s+)+')
_HEADING = re.compile(r'^(?:#+\s.*|[^.!?]{1,60}:)$')
_TOPIC = re.compile(r'^\W*(?:topic|subject|title|theme|question|task)\W*:\W*(\S.*)$', re.IGNORECASE | re.MULTILINE)
_SPEAKER = re.compile(r'^([A-ZÀ-Þ][\w.’-]*(?: [A-ZÀ-Þ][\w.’-]*){0,2}:) \S')
_SIGNATURE = re.compile(r'^[A-ZÀ-Þ][\w.’-]+(?: [A-ZÀ-Þ][\w.’-]+){0,2}$')
_USUAL = ('other', 'normal', 'general', 'neutral', 'none', 'low', 'unknown', 'no')
_QUESTIONS = (
    'What is known about {}?',
    'What speaks for {}, and what against it?',
    'What are the costs of {}, in money and in effort?',
    'Who is affected by {}, and how?',
    'What is still open about {}?',
    'What are the risks of {}?',
    'What should be done next about {}?',
    'What do others do about {}?',
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Extract:
    """An answer; a `bare` one is a word that a condition may compare with, so the label must stand elsewhere."""

    text: str
    bare: bool = False

    @property
    def labelled(self) -> str:
        return self.text if self.bare else f'{self.text}\n\n{LABEL}'


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sentence:
    text: str
    stems: tuple[str, ...]
    place: int
    opens: bool
    """Whether it is the first of its line."""
    heading: bool
    """Whether it names what follows rather than says something."""


def extract(instructions: str, prompt: str) -> Extract:
    """Answers the prompt by what the instructions ask for, or else by what the prompt's own edges ask for."""
    instructions, prompt = _bounded(instructions), _bounded(prompt)
    wanted = wish(instructions)
    material = prompt
    if wanted is None and (asking := _asking_paragraph(prompt)):
        wanted = wish(asking)
        instructions = f'{instructions} {asking}'
        material = prompt.replace(asking, '')
    sentences = _sentences(material)
    if not sentences:
        return Extract(text='There is nothing in the input to answer with.')
    return _written(wanted or Wish(form='prose', count=4), instructions, material, sentences)


def _written(wanted: Wish, instructions: str, material: str, sentences: Sequence[_Sentence]) -> Extract:
    topics = [found.strip(' *') for found in _TOPIC.findall(material)]
    aims = Counter(stems(instructions))
    match wanted.form:
        case 'choice':
            return Extract(text=_choice(wanted.options, aims, sentences), bare=True)
        case 'questions':
            topic = _named(topics[0] if topics else sentences[0].text)
            asked = [question.format(topic) for question in _QUESTIONS[: wanted.count]]
            return Extract(text='\n'.join(f'{number}. {question}' for number, question in enumerate(asked, 1)))
        case 'bullets':
            return Extract(text='\n'.join(f'- {text}' for text in _best(sentences, aims, wanted.count, fitting=True)))
        case 'reply':
            return Extract(text=_reply(material, _best(sentences, aims, wanted.count)))
        case 'prose':
            return Extract(text=' '.join(_best(sentences, aims, wanted.count)))


def _best(sentences: Sequence[_Sentence], aims: Counter[str], count: int, *, fitting: bool = False) -> list[str]:
    """The best sentences, in the order in which they stand; with `fitting`, only those that fit, if any do."""
    hints = _hints(aims)
    if fitting and (
        fit := [sentence for sentence in sentences if _fit(sentence, aims, hints) and not sentence.heading]
    ):
        sentences = fit
    common = Counter(found for sentence in sentences for found in set(sentence.stems))
    scores = {sentence.place: _score(sentence, common) + _fit(sentence, aims, hints) for sentence in sentences}
    ranked = sorted(sentences, key=lambda sentence: (-scores[sentence.place], sentence.place))
    return [sentence.text for sentence in sorted(ranked[:count], key=lambda sentence: sentence.place)]


def _fit(sentence: _Sentence, aims: Counter[str], hints: frozenset[str]) -> float:
    """How well it fits: the instructions' own words count most, then what hints at them."""
    words = set(sentence.stems)
    return 2.0 * len(words & aims.keys()) + 1.5 * min(3, len(words & hints))


def _score(sentence: _Sentence, common: Counter[str]) -> float:
    """How much it says about the whole: words that come again, a good place, a good length."""
    length = len(sentence.stems)
    score = sum(common[word] - 1 for word in set(sentence.stems)) / (length + 3)
    score += 0.5 * sentence.opens + 0.5 * (sentence.place == 0)
    score -= 4.0 * sentence.heading + 1.0 * (length < 3) + 1.0 * (length > 40)
    return score - 1.0 * sentence.text.endswith('?')


def _hints(aims: Counter[str]) -> frozenset[str]:
    return frozenset().union(*(HINTS[aim] for aim in aims if aim in HINTS))


def _choice(options: Sequence[str], aims: Counter[str], sentences: Sequence[_Sentence]) -> str:
    words = Counter(stem(word) for sentence in sentences for word in WORD.findall(sentence.text))
    if options == ('yes', 'no'):
        sought = aims.keys() | _hints(aims)
        return 'yes' if sum(words[word] > 0 for word in sought) >= 2 else 'no'
    scores = {
        option: 3 * words[stem(option)] + sum(words[hint] for hint in HINTS.get(stem(option), ())) for option in options
    }
    best = max(options, key=lambda option: scores[option])
    if scores[best]:
        return best
    return next((option for option in options if option.lower() in _USUAL), options[-1])


def _reply(material: str, best: Sequence[str]) -> str:
    last = material.strip().splitlines()[-1].strip()
    name = f' {last}' if _SIGNATURE.match(last) else ''
    told = '\n'.join(f'> {text}' for text in best)
    return (
        f'Hello{name},\n\nthank you for your message. You wrote:\n\n{told}\n\n'
        'We are looking into it and will come back to you.\n\nKind regards'
    )


def _named(topic: str) -> str:
    topic = topic.strip()
    return f'the question “{topic}”' if topic.endswith('?') else topic.rstrip('.!')


def _asking_paragraph(prompt: str) -> str:
    """The first or last paragraph, where it asks for a form of answer."""
    paragraphs = [paragraph for paragraph in re.split(r'\n\s*\n', prompt) if paragraph.strip()]
    if len(paragraphs) < 2:
        return ''
    return next((edge for edge in (paragraphs[0], paragraphs[-1]) if wish(edge)), '')


def _sentences(text: str) -> list[_Sentence]:
    found: dict[str, _Sentence] = {}
    for line in text.replace(LABEL, '').splitlines():
        for number, told in enumerate(_told(_MARK.sub('', line).strip())):
            if told and told not in found:
                found[told] = _Sentence(
                    text=told,
                    stems=tuple(stems(told)),
                    place=len(found),
                    opens=number == 0,
                    heading=bool(_HEADING.match(line.strip()) or _TOPIC.match(told)),
                )
    return list(found.values())


def _told(line: str) -> list[str]:
    """The sentences of a line; in a transcript each keeps the name of who said it."""
    pieces = [piece.strip() for piece in _SENTENCES.split(line)]
    speaker = _SPEAKER.match(line)
    if speaker is None or _TOPIC.match(line):
        return pieces
    return [pieces[0], *(f'{speaker[1]} {piece}' for piece in pieces[1:])]


def _bounded(text: str) -> str:
    return text if len(text) <= _HEAD + _TAIL else f'{text[:_HEAD]}\n{text[-_TAIL:]}'
