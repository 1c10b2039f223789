"""The secrets: their names are shown, their values never again."""

import re

from nicegui import ui

from core.orchestrator import Orchestrator
from pages.components.buttons import button, icon_button
from pages.components.dialogs import asked_once, confirm, dialog
from pages.components.empty import empty_state
from pages.components.fields import text_field
from pages.components.layout import box, icon, panel, row, section, stack, words
from pages.components.toasts import explained, toast

NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_.-]*')


class SecretList:
    """The list on one page."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator

    async def draw(self) -> None:
        note = (
            'Keys and passwords, encrypted in the data directory. Refer to one by ${NAME}; '
            'where no secret has that name, the environment variable is used.'
        )
        with section('Secrets', note) as actions:
            with actions:
                button('Add secret', lambda: self._ask(''), icon='add', kind='primary')
            self._list = stack()
        await self._refresh()

    async def _refresh(self) -> None:
        names = await self._orchestrator.secrets.names()
        self._list.clear()
        with self._list:
            if not names:
                self._teach()
                return
            with panel('ao-panel--tight'):
                for name in names:
                    self._show_row(name)

    def _teach(self) -> None:
        with empty_state('key', 'No secret yet', 'A key you paste into a connection becomes one by itself.'):
            pass

    def _show_row(self, name: str) -> None:
        with box('ao-list-row'):
            icon('key', 'ao-faint')
            words(name, 'ao-mono ao-small ao-grow ao-one-line')
            words('set', 'ao-faint ao-tiny')
            button('Replace', lambda: self._ask(name), kind='quiet')
            icon_button('delete', f'Delete {name}', lambda: self._delete(name))

    async def _ask(self, name: str) -> None:
        with dialog(f'Replace {name}' if name else 'Add a secret') as asked:
            named = None if name else text_field('Name', placeholder='OPENAI_API_KEY')
            value = text_field('Value', secret=True, help_text='It is never shown again, only replaced or deleted.')
            with row().style('align-self: flex-end'):
                button('Cancel', asked.close, kind='quiet')
                button('Save secret', lambda: self._submit(asked, named, value), kind='primary')
        if said := await asked_once(asked):
            with explained():
                key, secret = said
                await self._orchestrator.secrets.set(key or name, secret)
                toast(f'{key or name} is set.')
            await self._refresh()

    def _submit(self, asked: ui.dialog, named: ui.input | None, value: ui.input) -> None:
        name = (named.value or '').strip() if named else ''
        if named and not NAME.fullmatch(name):
            named.error = 'A letter first, then letters, digits, “_”, “-” and “.”; for example OPENAI_API_KEY.'
            return
        if not value.value:
            value.error = 'There is nothing in it yet.'
            return
        asked.submit((name, value.value))

    async def _delete(self, name: str) -> None:
        text = f'Connections that refer to ${{{name}}} stop working until it is set again.'
        if await confirm(f'Delete {name}?', text, action='Delete secret'):
            with explained():
                await self._orchestrator.secrets.delete(name)
            await self._refresh()
