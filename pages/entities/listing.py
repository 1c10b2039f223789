"""The list of all agents, or of all teams: find, make, duplicate, delete."""

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from nicegui import ui

from core.agents.agent import Agent
from core.orchestrator import Orchestrator
from core.repository import Repository
from core.teams.team import Team
from pages.components.buttons import button, icon_button
from pages.components.dialogs import asked_once, dialog
from pages.components.empty import empty_state
from pages.components.fields import text_field
from pages.components.layout import badge, box, icon, row, stack, words
from pages.components.menus import menu_item
from pages.components.narrowing import Narrowing
from pages.components.times import time_ago
from pages.components.toasts import explained, undoable

E = TypeVar('E', Agent, Team)


class EntityList(ABC, Generic[E]):
    """The list on one page; it reads all of them again after each change."""

    noun: ClassVar[str]
    """What is listed: 'agent'. The page of each lies below `/{noun}s`."""
    icon: ClassVar[str]
    example: ClassVar[str]
    """A name that one could have."""
    lesson: ClassVar[str]
    """What one is and what it is good for, to a person who has none."""

    def __init__(self, repository: Repository[E], orchestrator: Orchestrator) -> None:
        self._repository: Repository[E] = repository
        self._orchestrator = orchestrator
        self._items: list[E] = []

    @abstractmethod
    def make(self, name: str) -> E:
        """A new one that has nothing but a name."""

    @abstractmethod
    async def read_around(self) -> None:
        """Reads what the rows show besides the items."""

    @abstractmethod
    def known_for(self, item: E) -> str:
        """Words by which it is found, besides its own."""

    @abstractmethod
    def draw_facts(self, item: E) -> None:
        """Draws what a row tells besides name, description and tags."""

    async def draw(self, actions: ui.element) -> None:
        with actions:
            self._draw_new()
        self._narrowing = Narrowing(self.noun, self._show)
        await self._refresh()

    def _draw_new(self) -> None:
        button(f'New {self.noun}', self._create, icon='add', kind='primary')

    async def _refresh(self) -> None:
        self._items = await self._repository.all()
        await self.read_around()
        self._show()

    def _show(self) -> None:
        self._narrowing.show(self._items, self._show_row, self._teach, also=self.known_for)

    def _show_row(self, item: E) -> None:
        with box('ao-list-row ao-list-row--link'):
            with ui.link(target=self._address(item)).classes('ao-row ao-gap-3 ao-grow'):
                with box('ao-chip-icon'):
                    icon(self.icon)
                with stack('ao-grow').style('gap: 0'):
                    words(item.name, 'ao-strong ao-one-line')
                    words(item.description or 'No description', 'ao-faint ao-small ao-one-line')
            with row('ao-wide-only'):
                for tag in item.tags[:3]:
                    badge(tag)
            self.draw_facts(item)
            with row('ao-wide-only ao-list-age'):
                time_ago(item.updated_at, now=self._orchestrator.clock.now())
            with icon_button('more_horiz', f'More about {item.name}'), ui.menu().props('auto-close'):
                menu_item('Duplicate', 'content_copy', lambda: self._duplicate(item))
                menu_item('Delete', 'delete', lambda: self._delete(item), danger=True)

    def _teach(self) -> None:
        with empty_state(self.icon, f'Make your first {self.noun}', self.lesson):
            self._draw_new()

    async def _create(self) -> None:
        with dialog(f'New {self.noun}') as asked:
            name = text_field('Name', placeholder=self.example, help_text='You can change it later.')
            name.props('autofocus').on('keydown.enter', lambda: asked.submit(name.value))
            with row().style('align-self: flex-end'):
                button('Cancel', asked.close, kind='quiet')
                button(f'Create {self.noun}', lambda: asked.submit(name.value), kind='primary')
        if chosen := (await asked_once(asked) or '').strip():
            with explained():
                made = await self._repository.create(self.make(chosen[:200]))
                ui.navigate.to(self._address(made))

    async def _duplicate(self, item: E) -> None:
        with explained():
            copy = item.model_copy(update={'id': '', 'name': f'{item.name} copy'[:200], 'revision': 0})
            await self._repository.create(copy)
            await self._refresh()

    async def _delete(self, item: E) -> None:
        async def undo() -> None:
            with explained():
                await self._repository.create(item)
            await self._refresh()

        with explained():
            await self._repository.delete(item.id)
            undoable(f'{item.name} was deleted.', undo)  # before the row goes, whose menu this is called from
            await self._refresh()

    def _address(self, item: E) -> str:
        return f'/{self.noun}s/{item.id}'
