"""The connections to models: which there are, whether they answer, and which model is the default."""

from collections import Counter

from nicegui import ui

from core.llm.connection import Connection, ModelRef
from core.llm.provider import ProviderType
from core.orchestrator import Orchestrator
from pages.components.buttons import busy, button, icon_button
from pages.components.dialogs import confirm
from pages.components.empty import empty_state
from pages.components.layout import box, icon, panel, row, section, stack, words
from pages.components.menus import menu_item
from pages.components.model_picker import ModelPicker, place_badge, place_of
from pages.components.toasts import explained, toast
from pages.settings.connection_form import ask_for_connection
from pages.settings.report import draw_report


class ConnectionList:
    """The list on one page, and the default model above it."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator

    async def draw(self) -> None:
        note = 'What agents use that have no model of their own.'
        with section('Default model', note), box('ao-form'):
            chosen = await self._orchestrator.default_model()
            ModelPicker(self._orchestrator, chosen, on_change=self._set_default, default_allowed=False)
        note = 'A connection is a provider with an address, a key and limits. Nothing is sent before you use it.'
        with section('Connections', note) as actions:
            with actions, button('Add connection', icon='add', kind='primary'), ui.menu().props('auto-close'):
                for provider in self._orchestrator.extensions.providers:
                    menu_item(provider.title, _symbol(provider), lambda provider=provider: self._add(provider))
            self._list = stack()
        await self._refresh()

    async def _refresh(self) -> None:
        connections = await self._orchestrator.connections.all()
        self._list.clear()
        with self._list:
            if not connections:
                with empty_state('hub', 'No connection yet', 'Add one to reach a model, local or in the cloud.'):
                    pass
                return
            named = Counter(connection.name for connection in connections)
            with panel('ao-panel--tight'):
                for connection in connections:
                    await self._show_row(connection, twin=named[connection.name] > 1)

    async def _show_row(self, connection: Connection, *, twin: bool) -> None:
        """twin: whether another one has the same name, so that only the ids tell them apart."""
        providers = self._orchestrator.extensions.providers
        provider = providers.get(connection.provider) if connection.provider in providers else None
        with box('ao-connection'):
            with row('ao-gap-3 ao-wrap'):
                with box('ao-chip-icon'):
                    icon(_symbol(provider))
                with stack('ao-grow').style('gap: 0; flex-basis: 200px'):
                    with row():
                        words(connection.name, 'ao-strong ao-one-line')
                        place_badge(place_of(connection, self._orchestrator))
                    address = _address(connection, provider)
                    words(f'{connection.id} · {address}' if twin else address, 'ao-faint ao-tiny ao-one-line')
                words(await self._key_state(connection, provider), 'ao-faint ao-tiny ao-wide-only')
                with row():
                    test = button('Test', kind='plain')
                    button('Edit', lambda: self._edit(connection), kind='quiet')
                    called = f'{connection.name} ({connection.id})' if twin else connection.name
                    icon_button('delete', f'Delete {called}', lambda: self._delete(connection, called))
            report = stack()
        test.on_click(lambda: self._test(connection, test, report))

    async def _key_state(self, connection: Connection, provider: ProviderType | None) -> str:
        if connection.api_key:
            names = await self._orchestrator.secrets.names()
            return 'key set' if connection.api_key[2:-1] in names else f'key from {connection.api_key}'
        return 'key missing' if provider and provider.needs_key else 'no key'

    async def _test(self, connection: Connection, test: ui.button, report: ui.element) -> None:
        with busy(test):
            answer = await self._orchestrator.test_connection(connection)
        if not report.is_deleted:
            report.clear()
            with report:
                draw_report(answer)

    async def _add(self, provider: ProviderType) -> None:
        fresh = Connection(name=provider.title.split(' (')[0], provider=provider.name)
        if await ask_for_connection(fresh, provider, self._orchestrator):
            await self._refresh()

    async def _edit(self, connection: Connection) -> None:
        with explained():
            provider = self._orchestrator.extensions.providers.get(connection.provider)
            newest = await self._orchestrator.connections.get(connection.id)
            if await ask_for_connection(newest, provider, self._orchestrator):
                await self._refresh()

    async def _delete(self, connection: Connection, called: str) -> None:
        text = 'Agents that use one of its models cannot answer until they use another one. Its key stays in Secrets.'
        if await confirm(f'Delete {called}?', text, action='Delete connection'):
            with explained():
                await self._orchestrator.connections.delete(connection.id)
            await self._refresh()

    async def _set_default(self, model: ModelRef | None) -> None:
        if model:
            with explained():
                await self._orchestrator.set_default_model(model)
                toast(f'Agents without a model of their own now use {model}.')


def _symbol(provider: ProviderType | None) -> str:
    if provider is None:
        return 'extension_off'
    return 'computer' if provider.local else 'cloud'


def _address(connection: Connection, provider: ProviderType | None) -> str:
    if provider is None:
        return f'The provider {connection.provider!r} is not there; its plugin may be missing.'
    return f'{provider.title} · {connection.base_url or provider.default_url}'
