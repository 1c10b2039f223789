"""Choosing one of many: a field that shows what is chosen, and the list that it opens."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import isawaitable

from nicegui import ui

from pages.components.buttons import button, icon_button, link_button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import search_field
from pages.components.layout import box, icon, row, stack, words


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One of those that can be chosen, or the chosen one."""

    id: str
    name: str
    note: str = ''
    """A line below the name."""
    fact: str = ''
    """A few words at the right."""
    found_by: str = ''
    """Words that it is found by besides its name and id."""


class Picker(ui.element):
    """The field; beside it the way to what is chosen."""

    noun: str
    """What is chosen, in a word: agent."""
    symbol: str
    article: str = 'a'
    verb: str = 'Edit'

    def __init__(self, *, on_change: Callable[[str], object]) -> None:
        super().__init__()
        self.classes('ao-agent-picker')
        self.value = ''
        self._on_change = on_change
        self._nothing = f'Choose {self.article} {self.noun}'
        with self:
            with box('ao-picker', tag='button').props('type=button') as opener:
                icon(self.symbol)
                self._words = words(self._nothing, 'ao-grow ao-one-line ao-faint')
                self._facts = row()
                icon('unfold_more')
            opener.props['aria-label'] = self._nothing
            opener.mark(self._nothing).on('click', self.choose)
            self._edit = icon_button('open_in_new', f'{self.verb} {self.noun}')
            self._edit.props('target=_blank')
            self._edit.set_visibility(False)

    def show(self, chosen: str) -> None:
        """Shows another choice, as if it had been made here."""
        self.value = chosen
        with self:
            ui.timer(0, self._show, once=True)

    async def choose(self) -> None:
        """Opens the list, and takes over what is chosen there."""
        chosen = await self.ask()
        if chosen is not None:
            self.value = chosen
            await self._show()
            told = self._on_change(chosen)
            if isawaitable(told):
                await told

    async def _show(self) -> None:
        entry = await self.find(self.value) if self.value else None
        self._words.text = entry.name if entry else f'{self.value} (not here)' if self.value else self._nothing
        self._words.classes(add='' if self.value else 'ao-faint', remove='ao-faint' if self.value else '')
        self._edit.set_visibility(entry is not None)
        self._facts.clear()
        if entry is not None:
            self._edit.props['href'] = f'/{self.noun}s/{entry.id}'
            with self._facts:
                self.draw_facts(entry)

    def draw_facts(self, entry: Entry) -> None:
        """What is to be seen of the chosen one besides its name."""
        words(entry.fact, 'ao-faint ao-tiny ao-one-line')

    @abstractmethod
    async def find(self, chosen: str) -> Entry | None:
        """The one with this id; None if it is not here."""

    @abstractmethod
    async def ask(self) -> str | None:
        """Opens the list; the id of what was chosen, None if nothing was."""


class ListDialog:
    """The list of all that can be chosen."""

    def __init__(self, noun: str, symbol: str, entries: Sequence[Entry], *, chosen: str, nothing: str = '') -> None:
        """nothing: what is said where there are none."""
        self._noun = noun
        self._symbol = symbol
        self._entries = entries
        self._chosen = chosen
        self._nothing = nothing or f'There are no {noun}s yet.'

    async def ask(self) -> str | None:
        """The id of what was chosen."""
        with dialog(self._noun.capitalize(), width=560) as self._dialog, stack():
            search_field(f'Find a {self._noun}', self._fill).props('autofocus')
            self._list = stack().style('max-height: 46vh; overflow: auto; min-height: 160px; gap: 0')
            with row():
                all_of_them = link_button(f'All {self._noun}s', f'/{self._noun}s', icon='open_in_new')
                all_of_them.props('target=_blank')
                box('ao-grow')
                button('Cancel', self._dialog.close, kind='quiet')
        self._fill('')
        chosen: str | None = await asked_once(self._dialog)
        return chosen

    def _fill(self, query: str) -> None:
        self._list.clear()
        wanted = query.strip().casefold()
        hits = [e for e in self._entries if wanted in f'{e.name} {e.id} {e.note} {e.found_by}'.casefold()]
        with self._list:
            for entry in hits:
                self._draw(entry)
            if not hits:
                words(f'No {self._noun} fits.' if self._entries else self._nothing, 'ao-faint ao-small')

    def _draw(self, entry: Entry) -> None:
        with box('ao-picker-option ao-picker-option--tall', tag='button').props('type=button') as made:
            made.on('click', lambda: self._dialog.submit(entry.id)).mark(f'{self._noun} {entry.id}')
            made.props['aria-current'] = 'true' if entry.id == self._chosen else 'false'
            icon('check' if entry.id == self._chosen else self._symbol, 'ao-faint')
            with box('ao-stack ao-grow ao-gap-0'):
                words(entry.name, 'ao-one-line')
                if entry.note:
                    words(entry.note, 'ao-one-line ao-faint ao-tiny')
            words(entry.fact, 'ao-number ao-faint ao-one-line')
