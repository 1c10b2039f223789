"""A search field and tags that narrow a list."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from pages.components.empty import empty_state
from pages.components.fields import search_field
from pages.components.layout import box, panel, row, stack, words


class Tagged(Protocol):
    """What can be found here."""

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def tags(self) -> tuple[str, ...]: ...


T = TypeVar('T', bound=Tagged)


class Narrowing:
    """Remembers what a person looks for, and shows the items that fit below."""

    def __init__(self, noun: str, show: Callable[[], None]) -> None:
        """`noun` names an item ('agent' gives 'Find an agent'); `show` draws the list again."""
        self._noun = noun
        self._redraw = show
        self._query = ''
        self._tag = ''
        with row('ao-wrap'):
            search_field(f'Find {"an" if noun[0] in "aeio" else "a"} {noun}', self._search)
            self._tags = row('ao-wrap')
        self._rows = stack()

    def show(
        self,
        items: Sequence[T],
        show_row: Callable[[T], None],
        teach: Callable[[], None],
        *,
        also: Callable[[T], str] = lambda _: '',
    ) -> None:
        """Draws the items that fit by `show_row`; where there are none at all, `teach` says how to make one.

        An item is found by its name, description and tags, and by what `also` gives for it.
        """
        self._tags.clear()
        self._rows.clear()
        with self._tags:
            for tag in sorted({tag for item in items for tag in item.tags}):
                self._show_tag(tag)
        with self._rows:
            if not items:
                teach()
            else:
                self._show_hits([item for item in items if self._fits(item, also(item))], show_row)

    def _show_hits(self, hits: Iterable[T], show_row: Callable[[T], None]) -> None:
        if hits:
            with panel('ao-panel--tight'):
                for item in hits:
                    show_row(item)
        else:
            with empty_state('search_off', f'No {self._noun} fits', 'Try fewer letters, or another tag.'):
                pass

    def _fits(self, item: Tagged, also: str) -> bool:
        told = ' '.join((item.name, item.description, also, *item.tags)).casefold()
        return self._query in told and (not self._tag or self._tag in item.tags)

    def _show_tag(self, tag: str) -> None:
        with box('ao-tag', tag='button').props('type=button') as made:
            made.props['aria-pressed'] = 'true' if tag == self._tag else 'false'
            made.on('click', lambda: self._choose(tag))
            words(tag)

    def _search(self, query: str) -> None:
        self._query = query.strip().casefold()
        self._redraw()

    def _choose(self, tag: str) -> None:
        self._tag = '' if tag == self._tag else tag
        self._redraw()
