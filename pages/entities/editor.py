"""Editing one agent or one team: its form, a place to try it beside it, and the ways to save, copy and delete it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Generic, Protocol, TypeVar

from nicegui import ui

from core.errors import InvalidError, OrchestratorError, StaleError
from core.repository import Repository
from core.values import Entity
from pages.components.buttons import button, icon_button
from pages.components.conflict import choose_between
from pages.components.dialogs import confirm
from pages.components.layout import box, words
from pages.components.menus import menu_item
from pages.components.toasts import explained, toast, toast_error
from pages.frame import Frame

E = TypeVar('E', bound=Entity)
E_contra = TypeVar('E_contra', bound=Entity, contravariant=True)


class EntityForm(Protocol[E_contra]):
    """What the form of an entity can do."""

    @property
    def changed(self) -> bool: ...

    def show(self, item: E_contra, /) -> None: ...

    def saved(self, item: E_contra, /) -> None: ...

    def show_problems(self, problems: Iterable[tuple[str, str]], /) -> None: ...


class EntityEditor(ABC, Generic[E]):
    """Edits one of them; what is typed stays typed until it is saved or given up by the person."""

    noun: ClassVar[str]
    """What it is: 'agent'. Its page lies below `/{noun}s`."""
    warning: ClassVar[str]
    """What deleting one means."""

    def __init__(self, item: E, repository: Repository[E], page: Frame) -> None:
        self._item = item
        self._repository = repository
        self._page = page

    @abstractmethod
    def make_form(self, item: E) -> EntityForm[E]:
        """Draws the form here; it tells `note_change` of what is typed."""

    @abstractmethod
    def entered(self) -> E:
        """What the form says; InvalidError where that is nothing that could be saved."""

    @abstractmethod
    def draw_trial(self) -> None:
        """Draws the place to try it."""

    def draw(self) -> None:
        with self._page.actions:
            self._draw_actions()
        with box('ao-entity'):
            with box('ao-entity-form ao-scroll'):
                self._form = self.make_form(self._item)
            with box('ao-entity-trial', tag='section'):
                self.draw_trial()

    def _draw_actions(self) -> None:
        self._state = words('', 'ao-faint ao-small ao-wide-only')
        self._state.props['data-unsaved'] = 'false'
        with icon_button('more_horiz', 'More'), ui.menu().props('auto-close'):
            menu_item('Duplicate', 'content_copy', self._duplicate)
            menu_item('Delete', 'delete', self._delete, danger=True)
        self._save_button = button('Save', self._save, kind='primary')
        self._save_button.props['data-saves'] = 'true'  # Ctrl+S
        self._save_button.disable()

    def note_change(self) -> None:
        changed = self._form.changed
        self._state.text = 'Unsaved changes' if changed else ''
        self._state.props['data-unsaved'] = 'true' if changed else 'false'
        self._save_button.set_enabled(changed)

    async def _save(self) -> None:
        try:
            mine = self.entered()
            self._take(await self._repository.save(mine))
        except StaleError as error:
            await self._settle(mine, error)
        except InvalidError as error:
            self._form.show_problems(error.problems)
            toast_error(error)
        except OrchestratorError as error:
            toast_error(error)
        else:
            toast('Saved.')

    async def _settle(self, mine: E, error: StaleError) -> None:
        theirs = error.current
        if not isinstance(theirs, type(mine)):
            toast_error(error)
            return
        match await choose_between(mine, theirs, noun=self.noun):
            case 'mine':
                with explained():
                    kept = mine.model_copy(update={'revision': theirs.revision})
                    self._take(await self._repository.save(kept))
                    toast('Saved.')
            case 'theirs':
                self._form.show(theirs)
                self._take(theirs)
            case None:
                pass

    def _take(self, item: E) -> None:
        self._item = item
        self._form.saved(item)
        self._form.show_problems(())
        self._page.title.text = item.name
        self.note_change()

    async def _duplicate(self) -> None:
        with explained():
            copy = self.entered().model_copy(update={'id': '', 'name': f'{self._item.name} copy'[:200], 'revision': 0})
            made = await self._repository.create(copy)
            ui.navigate.to(f'/{self.noun}s/{made.id}')

    async def _delete(self) -> None:
        if await confirm(f'Delete {self._item.name}?', self.warning, action=f'Delete {self.noun}'):
            with explained():
                await self._repository.delete(self._item.id)
                self._state.props['data-unsaved'] = 'false'
                ui.navigate.to(f'/{self.noun}s')
