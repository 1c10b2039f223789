"""The practice model's answers: the sentences of a text that fit instructions best, found by counting words.

All of it is arithmetic over words: the same input gives the same answer, on every machine, offline.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from core.llm.providers.cues import HINTS, USUAL, all_stems, stem, stems
from core.llm.providers.passages import LABEL, Section, Sentence, bounded, sections_of, sentences_in
from core.llm.providers.wishes import Wish, wish

_TOPIC = re.compile(
    r'^\W*(?:the )?(?:topic|subject|title|theme|question|task)\W*:\W*(\S.*)$', re.IGNORECASE | re.MULTILINE
)
_RULES = re.compile(r'\brules?\b[^:.]*:\s*(.+?)(?:\n\s*\n|\Z)', re.IGNORECASE | re.DOTALL)
_SIGNATURE = re.compile(r'^[A-ZÀ-Þ][\w.’-]+(?: [A-ZÀ-Þ][\w.’-]+){0,2}$')
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

Aims = Mapping[str, float]
"""Stems that an answer should hold, and how much each counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extract:
    """An answer; a `bare` one is a word that a condition may compare with, so the label must stand elsewhere."""

    text: str
    bare: bool = False

    @property
    def labelled(self) -> str:
        return self.text if self.bare else f'{self.text}\n\n{LABEL}'


def extract(instructions: str, prompt: str) -> Extract:
    """Answers the prompt by what the instructions ask for, or else by what the prompt's own edges ask for."""
    instructions, prompt = bounded(instructions), bounded(prompt)
    wanted = wish(instructions)
    material = prompt
    if wanted is None and (asking := _asking_paragraph(prompt)):
        wanted = wish(asking)
        instructions = f'{instructions} {asking}'
        material = prompt.replace(asking, '')
    sections = sections_of(material)
    if not sections:
        return Extract(text='There is nothing in the input to answer with.')
    return _written(wanted or Wish(form='prose', count=4), instructions, material, sections)


def recalled(earlier: Sequence[str], last: str) -> str:
    """The earlier sentence that shares most words with the last text, the newest of several; empty where none does."""
    aims = {*stems(last)}
    told = [sentence for text in earlier for section in sections_of(bounded(text)) for sentence in section.sentences]
    best = max(reversed(told), key=lambda sentence: len(sentence.stems & aims), default=None)
    return best.text if best and best.stems & aims else ''


def _written(wanted: Wish, instructions: str, material: str, sections: list[Section]) -> Extract:
    aims = _aims(instructions)
    meant = _meant(sections, aims)
    match wanted.form:
        case 'choice':
            return Extract(text=_choice(wanted.options, aims, meant), bare=True)
        case 'questions':
            return Extract(text=_questions(material, meant, wanted.count))
        case 'bullets':
            return Extract(text=_bullets(_fitting(meant, aims, wanted.count or 8)))
        case 'aspects':
            return Extract(text='\n'.join(_aspect(aspect, meant) for aspect in wanted.options))
        case 'reply':
            return Extract(text=_reply(material, sections, instructions, wanted))
        case 'page' if len(headed := [section for section in sections if section.heading]) > 1:
            return Extract(text='\n\n'.join(_part(section, aims) for section in headed))
        case 'page' | 'prose':
            return Extract(text=' '.join(_best(meant, aims, wanted.count)))


def _aims(instructions: str) -> Aims:
    """What the instructions name; half as much where they only say who answers ("You are an analyst …")."""
    aims: dict[str, float] = {}
    for sentence in chain.from_iterable(map(sentences_in, instructions.splitlines())):
        weight = 1.0 if sentence.lower().startswith('you ') else 2.0
        for found in stems(sentence):
            aims[found] = max(weight, aims.get(found, 0.0))
    return aims


def _meant(sections: Sequence[Section], aims: Aims) -> list[Sentence]:
    """The sentences of the sections that the instructions name, such as "Material:", or else all."""
    named = [section for section in sections if section.heading and set(stems(section.heading)) & aims.keys()]
    return [sentence for section in named or sections for sentence in section.sentences]


def _best(sentences: Sequence[Sentence], aims: Aims, count: int) -> list[str]:
    """The best sentences, in the order in which they stand."""
    hints = _hints(aims)
    common = Counter(found for sentence in sentences for found in sentence.stems)
    scores = {sentence.place: _weight(sentence, common) + _fit(sentence, aims, hints) for sentence in sentences}
    ranked = sorted(sentences, key=lambda sentence: (-scores[sentence.place], sentence.place))
    return [sentence.text for sentence in sorted(ranked[:count], key=lambda sentence: sentence.place)]


def _fitting(sentences: Sequence[Sentence], aims: Aims, count: int) -> list[str]:
    """The best of those that fit the aims well; where nothing does, the best of all."""
    hints = _hints(aims)
    fits = {sentence.place: _fit(sentence, aims, hints) for sentence in sentences if not sentence.names}
    enough = max(fits.values(), default=0.0) / 2
    fit = [sentence for sentence in sentences if enough and fits.get(sentence.place, 0.0) >= enough]
    return _best(fit or sentences, aims, count)


def _fit(sentence: Sentence, aims: Aims, hints: frozenset[str]) -> float:
    """How well it fits: the instructions' own words, and what hints at them."""
    return sum(aims[found] for found in sentence.stems & aims.keys()) + 1.5 * min(3, len(sentence.words & hints))


def _weight(sentence: Sentence, common: Counter[str]) -> float:
    """How much it says about the whole: words that come again, a good place, a good length."""
    length = len(sentence.stems)
    score = sum(common[found] - 1 for found in sentence.stems) / (length + 3)
    score += 0.5 * sentence.opens + 0.5 * (sentence.place == 0)
    score -= 8.0 * sentence.names + 1.0 * (length < 3) + 1.0 * (length > 40)
    return score - 1.0 * sentence.text.endswith('?')


def _hints(aims: Aims) -> frozenset[str]:
    return frozenset().union(*(HINTS[aim] for aim in aims if aim in HINTS))


def _choice(options: Sequence[str], aims: Aims, sentences: Sequence[Sentence]) -> str:
    words = Counter(word for sentence in sentences for word in all_stems(sentence.text))
    if options == ('yes', 'no'):
        return 'yes' if sum(words[word] > 0 for word in aims.keys() | _hints(aims)) >= 2 else 'no'
    scores = {
        option: 3 * words[stem(option)] + sum(words[hint] for hint in HINTS.get(stem(option), ())) for option in options
    }
    best = max(options, key=lambda option: scores[option])
    if scores[best]:
        return best
    return next((option for option in options if option.lower() in USUAL), options[-1])


def _questions(material: str, sentences: Sequence[Sentence], count: int) -> str:
    topics = _TOPIC.findall(material)
    topic = (topics[0] if topics else sentences[0].text).strip(' *')
    topic = f'the question “{topic}”' if topic.endswith('?') else topic.rstrip('.!')
    return '\n'.join(f'{number}. {asked.format(topic)}' for number, asked in enumerate(_QUESTIONS[:count], 1))


def _aspect(aspect: str, sentences: Sequence[Sentence]) -> str:
    """What the input has most to say about, as far as this aspect goes."""
    aims = dict.fromkeys(stems(aspect), 2.0)
    words = Counter(
        word.lower().strip('.,;:!?()"“”')
        for text in _fitting(sentences, aims, 4)
        for word in text.split()
        if word.isascii() and len(word) > 4 and stem(word) not in aims and stems(word)
    )
    told = ', '.join(word for word, _ in words.most_common(3))
    return f'- {aspect[:1].upper()}{aspect[1:]}: look at what is said about {told}.'


def _reply(material: str, sections: Sequence[Section], instructions: str, wanted: Wish) -> str:
    last = material.strip().splitlines()[-1].strip()
    name = f' {last}' if _SIGNATURE.match(last) else ''
    aims = _aims(_RULES.sub('', instructions))
    message, *others = [*sections, *sections_of(_rules(instructions))]
    quoted = '\n'.join(f'> {text}' for text in _fitting(message.sentences, aims, wanted.count))
    rules = [sentence for section in others for sentence in section.sentences]
    about = dict.fromkeys((found for sentence in message.sentences for found in sentence.stems), 1.0)
    following = ' '.join(_fitting(rules, about, 3)) or 'We are looking into it and will come back to you.'
    closing = wanted.signature.strip() or 'Kind regards'
    return f'Hello{name},\n\nthank you for your message. You wrote:\n\n{quoted}\n\n{following}\n\n{closing}'


def _rules(instructions: str) -> str:
    """Rules that stand in the instructions, such as "House rules: first; second.", one a line."""
    found = _RULES.search(instructions)
    rules = re.split(r';\s+|(?<=[.!?])\s+', ' '.join(found[1].split())) if found else []
    return '\n'.join(f'{rule[:1].upper()}{rule[1:].rstrip(".")}.' for rule in rules if rule)


def _part(section: Section, aims: Aims) -> str:
    return f'**{section.heading}**\n\n{_bullets(_best(section.sentences, aims, 5))}'


def _bullets(texts: Sequence[str]) -> str:
    return '\n'.join(f'- {text}' for text in texts)


def _asking_paragraph(prompt: str) -> str:
    """The first or last paragraph, where it asks for a form of answer."""
    paragraphs = [paragraph for paragraph in re.split(r'\n\s*\n', prompt) if paragraph.strip()]
    if len(paragraphs) < 2:
        return ''
    return next((edge for edge in (paragraphs[0], paragraphs[-1]) if wish(edge)), '')
