"""Two people saved the same agent: both are shown, one is chosen, nothing is lost silently."""

import json
from typing import Literal

from core.agents.agent import Agent
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.layout import box, row, words
from pages.components.text import plain_text

Choice = Literal['mine', 'theirs']

_OWN = {'id', 'revision', 'created_at', 'updated_at'}
_COMPARED = [name for name in Agent.model_fields if name not in _OWN]
"""All that a person can have changed."""


async def choose_between(mine: Agent, theirs: Agent) -> Choice | None:
    """Shows where they differ; None if the person went back to editing."""
    with dialog('Somebody saved first', width=860) as asked:
        words(
            'This agent was changed since you opened it. Nothing was overwritten; choose what to keep.',
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


def differences(mine: Agent, theirs: Agent) -> list[tuple[str, str, str]]:
    """Each field that differs, as (name, mine, theirs) in words."""
    return [
        (name.replace('_', ' ').capitalize(), of_mine, of_theirs)
        for name in _COMPARED
        if (of_mine := _told(mine, name)) != (of_theirs := _told(theirs, name))
    ]


def _told(agent: Agent, name: str) -> str:
    match name:
        case 'tags' | 'tools' | 'ask_before':
            return ', '.join(getattr(agent, name))
        case 'model':
            return str(agent.model or 'Default model')
        case 'output_schema':
            return json.dumps(agent.output_schema, indent=2) if agent.output_schema else ''
        case 'parameters' | 'budget':
            said = getattr(agent, name).model_dump(exclude_none=True)
            return '\n'.join(f'{key.replace("_", " ")}: {value}' for key, value in said.items())
        case _:
            return str(getattr(agent, name))
