"""Choosing a model: which connection, which model, and whether words leave this machine."""

import asyncio
from collections.abc import Callable
from inspect import isawaitable
from typing import Literal

from nicegui import ui

from core.errors import OrchestratorError
from core.llm.addresses import is_loopback, is_private
from core.llm.connection import Connection, ModelRef
from core.llm.reports import ModelInfo
from core.orchestrator import Orchestrator
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import search_field
from pages.components.formats import short, size
from pages.components.layout import badge, box, icon, row, stack, words

Place = Literal['local', 'network', 'cloud']

PLACE_ICONS: dict[Place, str] = {'local': 'computer', 'network': 'lan', 'cloud': 'cloud'}


def place_of(connection: Connection, orchestrator: Orchestrator) -> Place:
    """Where the connection's words go: this machine, the local network, or somebody else's machine."""
    providers = orchestrator.extensions.providers
    provider = providers.get(connection.provider) if connection.provider in providers else None
    if not connection.base_url:
        return 'local' if provider and provider.local else 'cloud'
    return 'local' if is_loopback(connection.base_url) else 'network' if is_private(connection.base_url) else 'cloud'


def place_badge(place: Place) -> ui.element:
    return badge(place, icon_name=PLACE_ICONS[place])


class ModelPicker(ui.element):
    """A field that shows the chosen model and opens the list of all; `value` None stands for the default model."""

    def __init__(
        self,
        orchestrator: Orchestrator,
        value: ModelRef | None,
        *,
        on_change: Callable[[ModelRef | None], object],
        default_allowed: bool = True,
    ) -> None:
        super().__init__('button')
        self.classes('ao-picker').props('type=button')
        self.value = value
        self._orchestrator = orchestrator
        self._on_change = on_change
        self._default_allowed = default_allowed
        self._query = ''
        self._known: list[tuple[Connection, list[ModelInfo] | str | None]] = []
        with self:
            icon('neurology')
            self._words = words('', 'ao-grow ao-one-line')
            self._badge = row()
            icon('unfold_more')
        self.props['aria-label'] = 'Choose a model'
        self.mark('Choose a model').on('click', self.choose)
        ui.timer(0, self._show, once=True)

    def show(self, value: ModelRef | None) -> None:
        """Shows another choice, as if it had been made here."""
        self.value = value
        ui.timer(0, self._show, once=True)

    async def choose(self) -> None:
        """Opens the list, and takes over what is chosen there."""
        self._query = ''
        with dialog('Choose a model', width=560) as asked:
            search_field('Find a model or type its name', self._narrow).props('autofocus')
            self._list = stack().style('max-height: 52vh; overflow: auto; min-height: 220px')
        self._dialog = asked
        ui.timer(0, self._load, once=True)
        chosen = await asked_once(asked)
        if chosen is not None:
            self.value = chosen or None
            await self._show()
            await self._tell()

    async def _tell(self) -> None:
        told = self._on_change(self.value)
        if isawaitable(told):
            await told

    async def _show(self) -> None:
        ref = self.value or await self._orchestrator.default_model()
        self._words.text = str(ref) if self.value else f'Default model ({ref})'
        connections = {connection.id: connection for connection in await self._orchestrator.connections.all()}
        self._badge.clear()  # after the last wait, since this may be asked for twice at once
        if connection := connections.get(ref.connection):
            with self._badge:
                place_badge(place_of(connection, self._orchestrator))
        else:
            self._words.text += ' – connection is missing'

    async def _load(self) -> None:
        """Asks all connections at once, and shows each answer as it comes."""
        connections = await self._orchestrator.connections.all()
        self._known = [(connection, None) for connection in connections]
        self._fill()
        async with asyncio.TaskGroup() as tasks:
            for index, connection in enumerate(connections):
                tasks.create_task(self._ask(index, connection))

    async def _ask(self, index: int, connection: Connection) -> None:
        self._known[index] = (connection, await self._models(connection))
        if not self._list.is_deleted:
            self._fill()

    async def _models(self, connection: Connection) -> list[ModelInfo] | str:
        try:
            return await self._orchestrator.models(connection.id)
        except OrchestratorError as error:
            return str(error)

    def _narrow(self, query: str) -> None:
        self._query = query.strip()
        self._fill()

    def _fill(self) -> None:
        self._list.clear()
        with self._list:
            if self._default_allowed and not self._query:
                with self._option(ModelRefOrDefault):
                    words('Default model', 'ao-grow')
                    words('set in Settings', 'ao-faint ao-tiny')
            for connection, models in self._known:
                self._group(connection, models)

    def _group(self, connection: Connection, models: list[ModelInfo] | str | None) -> None:
        with row('ao-picker-group'):
            words(connection.name, 'ao-tiny ao-faint ao-strong')
            place_badge(place_of(connection, self._orchestrator))
        if models is None:
            box('ao-bone').style('width: 50%; margin: 9px 10px')
            return
        if isinstance(models, str):
            with row('ao-picker-fault'):
                icon('warning')
                words(models, 'ao-two-lines').props['title'] = models
            models = []
        hits = [model for model in models if self._query.lower() in model.name.lower()]
        for model in hits:
            option = self._option(ModelRef(connection=connection.id, model=model.name))
            with option, box('ao-stack ao-grow ao-gap-0'):
                words(model.name, 'ao-one-line')
                if facts := facts_of(model):
                    words(' · '.join(facts), 'ao-faint ao-tiny')
        if self._query and self._query not in {model.name for model in hits}:
            with self._option(ModelRef(connection=connection.id, model=self._query)):
                words(f'Use “{self._query}”', 'ao-grow ao-dim')

    def _option(self, ref: 'ModelRef | str') -> ui.element:
        made = box('ao-picker-option', tag='button').props('type=button')
        made.on('click', lambda: self._dialog.submit(ref)).mark(str(ref))
        return made


async def facts_near(ref: ModelRef, orchestrator: Orchestrator) -> list[str]:
    """What is known of the model; of one in a cloud nothing, which is not asked just because somebody looks."""
    try:
        connection = await orchestrator.connections.get(ref.connection)
        models = [] if place_of(connection, orchestrator) == 'cloud' else await orchestrator.models(connection.id)
    except OrchestratorError:  # the picker says which connection is missing, and why another does not answer
        return []
    return next((facts_of(model) for model in models if model.name == ref.model), [])


ModelRefOrDefault = ''
"""What the dialog gives for 'default model'; None means that nothing was chosen."""


def facts_of(model: ModelInfo) -> list[str]:
    """What is known of the model: 128k context, tools, sees images, 4.1 GB, loaded."""
    facts = []
    if model.context:
        facts.append(f'{short(model.context)} context')
    if model.tools:
        facts.append('tools')
    if model.vision:
        facts.append('sees images')
    if model.size:
        facts.append(size(model.size))
    if model.loaded:
        facts.append('loaded')
    return facts
