"""Two people saved the same thing: both are shown, one is chosen, nothing is lost silently."""

import json
from collections.abc import Iterator
from typing import Any, Literal, TypeVar

from core.ids import in_words
from core.values import Entity
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.layout import box, row, words
from pages.components.text import plain_text

Choice = Literal['mine', 'theirs']

E = TypeVar('E', bound=Entity)

_OWN = {'id', 'revision', 'created_at', 'updated_at'}


async def choose_between(mine: E, theirs: E, *, noun: str) -> Choice | None:
    """Shows where they differ; None if the person went back to editing."""
    with dialog('Somebody saved first', width=860) as asked:
        words(
            f'This {noun} was changed since you opened it. Nothing was overwritten; choose what to keep.',
            'ao-dim',
            tag='p',
        )
        with box('ao-compare'):
            words('', tag='span')
            words('Yours', 'ao-strong ao-small')
            words('Stored now', 'ao-strong ao-small')
            for name, of_mine, of_theirs in differences(mine, theirs):
                words(name, 'ao-faint ao-small')
                _draw_text(of_mine, whose='Yours')
                _draw_text(of_theirs, whose='Stored now')
        with row('ao-wrap').style('align-self: flex-end'):
            button('Back to editing', asked.close, kind='quiet')
            button('Take the stored one', lambda: asked.submit('theirs'))
            button('Save mine over it', lambda: asked.submit('mine'), kind='primary')
    chosen: Choice | None = await asked_once(asked)
    return chosen


def _draw_text(text: str, *, whose: str) -> None:
    plain_text(text or '–').classes('ao-compare-text').props['data-whose'] = whose  # the heading on a phone


def differences(mine: E, theirs: E) -> list[tuple[str, str, str]]:
    """Each field that differs, as (name, mine, theirs) in words."""
    return [
        (in_words(name), of_mine, of_theirs)
        for name in type(mine).model_fields
        if name not in _OWN and (of_mine := _told(mine, name)) != (of_theirs := _told(theirs, name))
    ]


def _told(item: Entity, name: str) -> str:
    value: Any = getattr(item, name)
    match name:
        case 'tags' | 'tools' | 'ask_before':
            return ', '.join(value)
        case 'members':
            return '\n'.join(f'{member.agent}: {member.role}' if member.role else member.agent for member in value)
        case 'model':
            return str(value or 'Default model')
        case 'output_schema':
            return json.dumps(value, indent=2) if value else ''
        case 'parameters' | 'budget' | 'memory' | 'termination':
            return '\n'.join(_listed(value.model_dump(exclude_none=True)))
        case _:
            return str(value)


def _listed(said: dict[str, Any]) -> Iterator[str]:
    for name, value in said.items():
        if isinstance(value, dict):
            yield from _listed(value)
        else:
            yield f'{name.replace("_", " ")}: {value}'
