"""Two texts as one list of lines: what went, what came, and which words of a line are others."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from pages.components.layout import box, words

CONTEXT = 2
"""Lines that are shown around what differs."""
SHOWN = 160
"""As many lines as are drawn of one text."""
COMPARED = 250_000
"""Above so many pairs of lines the whole part in which the texts differ counts as replaced."""
WORDS = 1200
"""A line with more words than this is not compared word by word."""
LONG = 240
"""An unchanged stretch of a line that is longer is cut in its middle."""
LIKE = 0.35
"""Lines that have less in common than this are other lines, not the same with other words."""

Kind = Literal['same', 'removed', 'added', 'gap']

SIGNS: dict[Kind, str] = {'same': '', 'removed': '−', 'added': '+', 'gap': '⋯'}
SAID: dict[Kind, str] = {'same': '', 'removed': 'Removed: ', 'added': 'Added: ', 'gap': ''}

Piece = tuple[str, bool]
"""A stretch of a line, and whether the other text has another one there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    kind: Kind
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return ''.join(text for text, _ in self.pieces)


def draw_line_diff(before: str, after: str) -> None:
    """Draws what differs, with a little of what is around it."""
    lines = lines_between(before, after)
    with box('ao-lines'):
        for line in lines[:SHOWN]:
            _draw(line)
        if len(lines) > SHOWN:
            _draw(_gap(f'{len(lines) - SHOWN:,} more lines'))


def _draw(line: Line) -> None:
    with box('ao-line') as made:
        made.props['data-kind'] = line.kind
        words(SIGNS[line.kind], 'ao-line-sign').props('aria-hidden=true')
        with box('ao-line-text'):
            if SAID[line.kind]:
                words(SAID[line.kind], 'ao-hidden')
            for text, differs in line.pieces:
                words(text, tag='mark' if differs else 'span')


# Comparing


def lines_between(before: str, after: str) -> list[Line]:
    """All lines that differ, each change with its surroundings; unchanged lines further away are one gap."""
    old, new = before.split('\n'), after.split('\n')
    lines = list(_merged(old, new))
    return list(_without_far(lines))


def _merged(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    for kind, i1, i2, j1, j2 in _steps(old, new):
        if kind == 'equal':
            yield from (Line(kind='same', pieces=_cut([(text, False)])) for text in old[i1:i2])
        elif i2 - i1 == j2 - j1:
            yield from _paired(old[i1:i2], new[j1:j2])
        else:
            yield from (_whole('removed', text) for text in old[i1:i2])
            yield from (_whole('added', text) for text in new[j1:j2])


def _steps(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """As `SequenceMatcher` has them; what both begin and end with is set aside first, since it costs nothing."""
    head = _common(old, new)
    tail = min(_common(old[::-1], new[::-1]), min(len(old), len(new)) - head)
    end, stop = len(old) - tail, len(new) - tail
    middle: list[tuple[str, int, int, int, int]] = [('replace', head, end, head, stop)]
    if (end - head) * (stop - head) <= COMPARED:
        matcher = SequenceMatcher(a=old[head:end], b=new[head:stop], autojunk=False)
        middle = [(kind, i1 + head, i2 + head, j1 + head, j2 + head) for kind, i1, i2, j1, j2 in matcher.get_opcodes()]
    return [('equal', 0, head, 0, head), *middle, ('equal', end, len(old), stop, len(new))]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """With how many equal entries both begin."""
    return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Lines that were replaced one by one: first those that went, then those that came, with their words compared."""
    pairs = [_by_words(a, b) for a, b in zip(old, new, strict=True)]
    yield from (Line(kind='removed', pieces=pieces) for pieces, _ in pairs)
    yield from (Line(kind='added', pieces=pieces) for _, pieces in pairs)


def _by_words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    a, b = _words(old), _words(new)
    matcher = SequenceMatcher(a=a, b=b, autojunk=False)
    if max(len(a), len(b)) > WORDS or matcher.ratio() < LIKE:
        return _cut([(old, False)]), _cut([(new, False)])
    steps = matcher.get_opcodes()
    went = [(''.join(a[i1:i2]), kind != 'equal') for kind, i1, i2, _, _ in steps if i1 < i2]
    came = [(''.join(b[j1:j2]), kind != 'equal') for kind, _, _, j1, j2 in steps if j1 < j2]
    return _cut(went), _cut(came)


def _words(text: str) -> list[str]:
    return re.findall(r'\w+\s*|\W', text)


def _whole(kind: Kind, text: str) -> Line:
    return Line(kind=kind, pieces=_cut([(text, False)]))


def _cut(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces, of long ones only beginning and end; what differs may be longer than what does not."""
    return tuple(
        (_shortened(text, LONG * 8 if differs or len(pieces) == 1 else LONG), differs) for text, differs in pieces
    )


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f'{text[: length // 2]} … {text[-length // 2 :]}'


def _without_far(lines: Sequence[Line]) -> Iterator[Line]:
    """A gap for each stretch of lines that is not near a change; a single one is shown, it takes no more room."""
    near: set[int] = set()
    for number, line in enumerate(lines):
        if line.kind != 'same':
            near.update(range(number - CONTEXT, number + CONTEXT + 1))
    for is_near, group in groupby(enumerate(lines), key=lambda entry: entry[0] in near):
        stretch = [line for _, line in group]
        if is_near or len(stretch) == 1:
            yield from stretch
        else:
            yield _gap(f'{len(stretch):,} lines unchanged')


def _gap(text: str) -> Line:
    return Line(kind='gap', pieces=((text, False),))
