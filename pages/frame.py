"""The frame around every page: rail, top bar, the Ctrl+K palette, light and dark."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nicegui import ui

from core.orchestrator import Orchestrator
from pages.components.buttons import icon_button
from pages.components.keys import key
from pages.components.layout import box, icon, words
from pages.components.palette import Palette, Place
from pages.components.toasts import toast_fault

PAGES = (
    Place(name='Home', kind='Page', icon='home', path='/'),
    Place(name='Agents', kind='Page', icon='smart_toy', path='/agents'),
    Place(name='Workflows', kind='Page', icon='account_tree', path='/workflows'),
    Place(name='Teams', kind='Page', icon='groups', path='/teams'),
    Place(name='Monitor', kind='Page', icon='monitoring', path='/monitor'),
)
SETTINGS = Place(name='Settings', kind='Page', icon='settings', path='/settings')
NEW = Place(name='New workflow from a template', kind='Action', icon='add', path='/templates')
THEME = Place(name='Switch between light and dark', kind='Action', icon='contrast', script='ao.toggleTheme()')
RAIL = Place(name='Collapse or widen the rail', kind='Action', icon='dock_to_right', script='ao.toggleRail()')

MARK = """
<svg viewBox="0 0 24 24" fill="none" aria-hidden="true">
  <rect x="1" y="1" width="22" height="22" rx="6.5" fill="var(--accent)"/>
  <path d="M8 8.2 15.4 12 8 15.8" stroke="var(--on-accent)" stroke-width="1.7" stroke-linecap="round"/>
  <g fill="var(--on-accent)">
    <circle cx="8" cy="8" r="2.1"/><circle cx="8" cy="16" r="2.1"/><circle cx="16" cy="12" r="2.1"/>
  </g>
</svg>
"""


@dataclass(kw_only=True, slots=True)
class Frame:
    """The parts of the frame that a page may fill or change."""

    title: ui.label
    actions: ui.element
    """At the right of the top bar; fill it in a `with`."""


@contextmanager
def frame(
    title: str, orchestrator: Orchestrator, *, here: str, parent: tuple[str, str] | None = None, fill: bool = False
) -> Iterator[Frame]:
    """Draws the frame; the page's content is made in its `with`.

    here: path of the rail's entry that is marked, for example '/agents'.
    parent: name and path of the page above this one, shown before the title.
    fill: the content takes the whole remaining window and scrolls by itself (builder, run view).

    with frame('Agents', orchestrator, here='/agents') as page:
        with page.actions: button('New agent', …, icon='add', kind='primary')
        …
    """
    ui.on_exception(toast_fault)
    ui.context.client.on_connect(_keep_what_is_typed_early)
    ui.page_title(f'{title} · Agent Orchestrator')
    Palette(orchestrator, [*PAGES, SETTINGS, NEW, THEME, RAIL])
    with box('ao-shell'):
        _rail(here)
        box('ao-veil').on('click', js_handler='() => ao.toggleDrawer()')
        with box('ao-main'):
            made = _top_bar(title, parent)
            with box('ao-page ao-page--fill' if fill else 'ao-page', tag='main'):
                yield made


def _keep_what_is_typed_early() -> None:
    """NiceGUI sets each field that was made with a text once more on connecting, over what was typed until then."""
    outbox = ui.context.client.outbox
    if outbox.next_message_id == 0:  # nothing was sent yet, so the browser has every value from the page itself
        needed = [message for message in outbox.messages if 'updateValue' not in message[2].get('code', '')]
        outbox.messages.clear()
        outbox.messages.extend(needed)


def _rail(here: str) -> None:
    with box('ao-rail', tag='nav') as rail:
        rail.props['aria-label'] = 'Main'
        with box('ao-brand'):
            ui.html(MARK, sanitize=False)
            words('Agent Orchestrator', 'ao-rail-word')
        for place in PAGES:
            _rail_link(place, here)
        box('ao-rail-space')
        _rail_action('dark_mode', 'Dark', 'ao.toggleTheme()', 'ao-when-light')
        _rail_action('light_mode', 'Light', 'ao.toggleTheme()', 'ao-when-dark')
        _rail_action('dock_to_right', 'Collapse', 'ao.toggleRail()', 'ao-collapse')
        _rail_link(SETTINGS, here)


def _rail_link(place: Place, here: str) -> None:
    with ui.link(target=place.path).classes('ao-rail-link') as link:
        link.props['title'] = place.name
        if place.path == here:
            link.props['aria-current'] = 'page'
        icon(place.icon)
        words(place.name, 'ao-rail-word')


def _rail_action(symbol_name: str, word: str, script: str, classes: str) -> None:
    with box(f'ao-rail-link {classes}', tag='button').props('type=button') as made:
        made.props['title'] = word
        made.on('click', js_handler=f'() => {script}')
        icon(symbol_name)
        words(word, 'ao-rail-word')


def _top_bar(title: str, parent: tuple[str, str] | None) -> Frame:
    with box('ao-top', tag='header'):
        icon_button('menu', 'Open the menu').classes('ao-menu').on('click', js_handler='() => ao.toggleDrawer()')
        if parent:
            name, path = parent
            ui.link(name, path).classes('ao-crumb ao-wide-only')
            words('/', 'ao-faint ao-wide-only')
        heading = words(title, 'ao-one-line', tag='h1')
        box('ao-grow')
        actions = box('ao-actions')
        with box('ao-go', tag='button').props('type=button') as go:
            go.props['aria-label'] = 'Go to anything (Ctrl+K)'
            go.on('click', js_handler="() => emitEvent('aoPalette')")
            icon('search')
            words('Go to…')
            key('Ctrl K')
    return Frame(title=heading, actions=actions)
