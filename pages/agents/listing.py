"""The list of all agents: find, make, duplicate, delete."""

from nicegui import ui

from core.agents.agent import Agent
from core.llm.connection import ModelRef
from core.orchestrator import Orchestrator
from pages.components.buttons import button, icon_button
from pages.components.dialogs import asked_once, dialog
from pages.components.empty import empty_state
from pages.components.fields import text_field
from pages.components.layout import badge, box, icon, row, stack, words
from pages.components.menus import menu_item
from pages.components.model_picker import place_badge, place_of
from pages.components.narrowing import Narrowing
from pages.components.times import time_ago
from pages.components.toasts import explained, undoable


class AgentList:
    """The list on one page; it reads all agents again after each change."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator
        self._agents: list[Agent] = []

    async def draw(self, actions: ui.element) -> None:
        with actions:
            button('New agent', self._create, icon='add', kind='primary')
        self._narrowing = Narrowing('an agent', self._show)
        await self._refresh()

    async def _refresh(self) -> None:
        self._agents = await self._orchestrator.agents.all()
        self._default = await self._orchestrator.default_model()
        connections = await self._orchestrator.connections.all()
        self._places = {connection.id: place_of(connection, self._orchestrator) for connection in connections}
        self._show()

    def _show(self) -> None:
        self._narrowing.show(self._agents, self._show_row, self._teach, also=lambda agent: str(agent.model or ''))

    def _show_row(self, agent: Agent) -> None:
        with box('ao-list-row ao-list-row--link'):
            with ui.link(target=f'/agents/{agent.id}').classes('ao-row ao-gap-3 ao-grow'):
                with box('ao-chip-icon'):
                    icon('smart_toy')
                with stack('ao-grow').style('gap: 0'):
                    words(agent.name, 'ao-strong ao-one-line')
                    words(agent.description or 'No description', 'ao-faint ao-small ao-one-line')
            with row('ao-wide-only'):
                for tag in agent.tags[:3]:
                    badge(tag)
            with row('ao-wide-only ao-agent-model'):
                self._show_model(agent.model)
            with row('ao-wide-only ao-agent-age'):
                time_ago(agent.updated_at, now=self._orchestrator.clock.now())
            with icon_button('more_horiz', f'More about {agent.name}'), ui.menu().props('auto-close'):
                menu_item('Duplicate', 'content_copy', lambda: self._duplicate(agent))
                menu_item('Delete', 'delete', lambda: self._delete(agent), danger=True)

    def _show_model(self, model: ModelRef | None) -> None:
        ref = model or self._default
        words(ref.model if model else f'Default · {ref.model}', 'ao-number ao-dim ao-one-line ao-grow')
        if place := self._places.get(ref.connection):
            place_badge(place)

    def _teach(self) -> None:
        with empty_state(
            'smart_toy',
            'Make your first agent',
            'An agent is a model with instructions: who it is, what it does, how it answers. '
            'Try it in its playground, then let workflows use it.',
        ):
            button('New agent', self._create, icon='add', kind='primary')

    async def _create(self) -> None:
        with dialog('New agent') as asked:
            name = text_field('Name', placeholder='Research analyst', help_text='You can change it later.')
            name.props('autofocus').on('keydown.enter', lambda: asked.submit(name.value))
            with row().style('align-self: flex-end'):
                button('Cancel', asked.close, kind='quiet')
                button('Create agent', lambda: asked.submit(name.value), kind='primary')
        if chosen := (await asked_once(asked) or '').strip():
            with explained():
                agent = await self._orchestrator.agents.create(Agent(name=chosen[:200]))
                ui.navigate.to(f'/agents/{agent.id}')

    async def _duplicate(self, agent: Agent) -> None:
        with explained():
            name = f'{agent.name} copy'[:200]
            await self._orchestrator.agents.create(agent.model_copy(update={'id': '', 'name': name, 'revision': 0}))
            await self._refresh()

    async def _delete(self, agent: Agent) -> None:
        async def undo() -> None:
            with explained():
                await self._orchestrator.agents.create(agent)
            await self._refresh()

        with explained():
            await self._orchestrator.agents.delete(agent.id)
            undoable(f'{agent.name} was deleted.', undo)  # before the row goes, whose menu this is called from
            await self._refresh()
