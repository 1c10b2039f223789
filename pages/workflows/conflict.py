"""Two people saved the same graph: both are shown, one is chosen, nothing is lost silently."""

import difflib
from typing import Literal

from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.layout import box, row, words

Choice = Literal['mine', 'theirs']


async def choose_between(mine: str, theirs: str) -> Choice | None:
    """Shows both texts with what differs marked; None if the person went back to editing."""
    with dialog('Somebody saved first', width=1080) as asked:
        words(
            'This workflow was changed since you opened it. Nothing was overwritten and what you typed is kept; '
            'choose what to go on with.',
            'ao-dim',
            tag='p',
        )
        with box('ao-versus'):
            words('Yours', 'ao-strong ao-small')
            words('Stored now', 'ao-strong ao-small')
            _draw_lines(mine, theirs)
            _draw_lines(theirs, mine)
        with row('ao-wrap').style('align-self: flex-end'):
            button('Back to editing', asked.close, kind='quiet')
            button('Take the stored one', lambda: asked.submit('theirs'))
            button('Save mine over it', lambda: asked.submit('mine'), kind='primary')
    chosen: Choice | None = await asked_once(asked)
    return chosen


def _draw_lines(text: str, other: str) -> None:
    """One text, its lines that the other does not have marked."""
    lines = text.splitlines()
    matcher = difflib.SequenceMatcher(a=lines, b=other.splitlines(), autojunk=False)
    with box('ao-versus-text', tag='pre'):
        for kind, start, end, _, _ in matcher.get_opcodes():
            if start < end:
                words('\n'.join(lines[start:end]), 'ao-versus-other' if kind != 'equal' else '', tag='div')
