"""Dense tables whose rows are links."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from nicegui import ui

from pages.components.layout import box, words


@contextmanager
def table(*columns: str, numbers: Sequence[str] = (), wide_only: Sequence[str] = ()) -> Iterator[ui.element]:
    """A table with these headings; `numbers` stand to the right, `wide_only` are left out on a phone.

    with table('Name', 'Cost', numbers=['Cost']):
        with table_row(f'/runs/{run.id}'):
            with cell(): ui.link(run.name, f'/runs/{run.id}')
            number_cell(cost(run.usage.cost))
    """
    with box('ao-table', tag='table'):
        with box('', tag='thead'), box('', tag='tr'):
            for column in columns:
                heading = words(column, tag='th')
                heading.classes('ao-num' if column in numbers else '')
                heading.classes('ao-wide-only' if column in wide_only else '')
        with box('', tag='tbody') as body:
            yield body


@contextmanager
def table_row(href: str = '') -> Iterator[ui.element]:
    """A row; with `href` a click anywhere on it opens that page."""
    with box('', tag='tr') as made:
        if href:
            made.props['data-href'] = href
            made.on('click', js_handler=_open_row(href))
        yield made


def cell(classes: str = '') -> ui.element:
    """A cell to be filled in a `with`."""
    return box(classes, tag='td')


def text_cell(text: str, classes: str = '') -> ui.label:
    """A cell with one line of text, cut where it is too long."""
    return words(text, f'ao-one-line {classes}', tag='td')


def number_cell(text: str, classes: str = '') -> ui.label:
    """A cell with a number, to the right and in the number's type."""
    return words(text, f'ao-num {classes}', tag='td')


def _open_row(href: str) -> str:
    """A link or button in the row keeps its own click."""
    return f"(event) => {{ if (!event.target.closest('a, button')) window.location.href = {href!r}; }}"
