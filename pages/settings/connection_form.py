"""The form of a connection, with a test before it is saved."""

import re
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from core.errors import InvalidError
from core.ids import in_words
from core.llm.connection import Connection, Timeouts
from core.llm.provider import ProviderType
from core.orchestrator import Orchestrator
from pages.components.buttons import busy, button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import number_field, text_field
from pages.components.layout import box, row, stack, words
from pages.components.problems import problems_of, show_problems
from pages.components.toasts import explained, toast
from pages.settings.report import draw_report

REFERENCE = re.compile(r'\$\{[A-Za-z_][A-Za-z0-9_.-]*\}')


async def ask_for_connection(connection: Connection, provider: ProviderType, orchestrator: Orchestrator) -> bool:
    """Lets a person fill in a connection; whether it was saved."""
    title = f'Edit {connection.name}' if connection.revision else f'Connect {provider.title}'
    with dialog(title, width=560) as asked:
        form = ConnectionForm(connection, provider, orchestrator, asked)
        form.draw()
    return bool(await asked_once(asked))


class ConnectionForm:
    """The fields of one connection. A key that is typed here is sent on and never shown again."""

    def __init__(
        self, connection: Connection, provider: ProviderType, orchestrator: Orchestrator, asked: ui.dialog
    ) -> None:
        self._connection = connection
        self._provider = provider
        self._orchestrator = orchestrator
        self._asked = asked

    def draw(self) -> None:
        with stack('ao-gap-4 ao-scroll').style('overflow: auto; max-height: 64vh; padding: 2px'):
            self._name = text_field('Name', self._connection.name)
            self._draw_address()
            with ui.expansion('Limits and timeouts').classes('ao-expansion').props('dense'), box('ao-grid-2'):
                self._draw_limits()
            self._report = stack()
        with row().style('align-self: stretch'):
            self._test_button = button('Test', self._test)
            box('ao-grow')
            button('Cancel', self._asked.close, kind='quiet')
            button('Save connection', self._save, kind='primary')

    def _draw_address(self) -> None:
        self._url: ui.input | None = None
        self._key: ui.input | None = None
        if self._provider.default_url and not self._provider.default_url.startswith('http'):
            words('It is built in: no address and no key.', 'ao-dim ao-small')
            return
        self._url = text_field(
            'Address',
            self._connection.base_url,
            placeholder=self._provider.default_url or 'https://host/v1',
            help_text='Empty: the usual one.' if self._provider.default_url else 'Where the server answers.',
        )
        variable = self._provider.key_variable or 'NAME'
        self._key = text_field(
            'Key',
            secret=True,
            placeholder=f'Set: {self._connection.api_key}' if self._connection.api_key else 'Not set',
            help_text=f'Paste it, or write ${{{variable}}} to use a secret or an environment variable of that name. '
            'Empty leaves it as it is.',
        )

    def _draw_limits(self) -> None:
        at = self._connection
        fields = Connection.model_fields
        self._limits = {
            name: number_field(
                label, getattr(at, name), help_text=fields[name].description or '', minimum=1, maximum=most, step=1
            )
            for name, label, most in (('max_parallel', 'Max parallel', 256), ('attempts', 'Attempts', 10))
        }
        self._waits = {
            name: number_field(
                f'{in_words(name)}, seconds',
                getattr(at.timeouts, name),
                help_text=info.description or '',
                minimum=0.1,
            )
            for name, info in Timeouts.model_fields.items()
        }

    def _connection_and_key(self) -> tuple[Connection, str | None]:
        """What the fields say, and the key if one was pasted; InvalidError names each field that is wrong."""
        key = ((self._key.value if self._key else '') or '').strip()
        refers = bool(REFERENCE.fullmatch(key))
        said: dict[str, Any] = {
            **self._connection.model_dump(mode='json'),
            'name': self._name.value.strip(),
            'base_url': ((self._url.value if self._url else '') or '').strip(),
            'api_key': key if refers else self._connection.api_key,
            **{name: made.value for name, made in self._limits.items()},
            'timeouts': {name: made.value for name, made in self._waits.items()},
        }
        try:
            return Connection.model_validate(said), (key or None) if not refers else None
        except ValidationError as error:
            problems = problems_of(error)
            show_problems(problems, self._fields())
            raise InvalidError('The connection cannot be saved as it is.', problems=problems) from None

    def _fields(self) -> dict[str, ui.input | ui.number]:
        waits = {f'timeouts.{name}': made for name, made in self._waits.items()}
        return {'name': self._name, **self._limits, **waits}

    async def _test(self) -> None:
        with explained():
            connection, key = self._connection_and_key()
            with busy(self._test_button):
                report = await self._orchestrator.test_connection(connection, api_key=key)
            if not self._report.is_deleted:
                self._report.clear()
                with self._report:
                    draw_report(report)

    async def _save(self) -> None:
        with explained():
            connection, key = self._connection_and_key()
            saved = await self._orchestrator.save_connection(connection, api_key=key)
            toast(f'{saved.name} is saved.')
            self._asked.submit(True)
