"""The settings, a section at a time."""

from pathlib import Path

from nicegui import ui

from core.orchestrator import Orchestrator
from pages.components.buttons import link_button
from pages.components.empty import empty_state
from pages.components.layout import box, icon, stack, words
from pages.frame import frame
from pages.routes import page_at
from pages.settings.about import draw_about
from pages.settings.appearance import draw_appearance
from pages.settings.connections import ConnectionList
from pages.settings.data import draw_data
from pages.settings.plugins import draw_plugins
from pages.settings.sandbox import SandboxLevels
from pages.settings.secrets import SecretList
from pages.settings.tools import draw_tools

SECTIONS = {
    'connections': ('Connections', 'hub'),
    'secrets': ('Secrets', 'key'),
    'sandbox': ('Sandbox', 'shield'),
    'tools': ('Tools', 'build'),
    'appearance': ('Appearance', 'contrast'),
    'data': ('Data', 'database'),
    'plugins': ('Plugins', 'extension'),
    'about': ('About', 'info'),
}


def register(orchestrator: Orchestrator, *, data_dir: Path) -> None:
    """data_dir: where everything is kept."""

    @page_at('/settings')
    async def settings_page() -> None:
        await _draw('connections', orchestrator, data_dir)

    @page_at('/settings/{section}')
    async def section_page(section: str) -> None:
        await _draw(section, orchestrator, data_dir)


async def _draw(section: str, orchestrator: Orchestrator, data_dir: Path) -> None:
    title, _ = SECTIONS.get(section, ('Not there', ''))
    with frame(title, orchestrator, here='/settings', parent=('Settings', '/settings')), box('ao-settings'):
        _draw_sections(section)
        with stack('ao-settings-content ao-gap-6'):
            await _draw_content(section, orchestrator, data_dir)


def _draw_sections(here: str) -> None:
    with box('ao-settings-nav', tag='nav') as made:
        made.props['aria-label'] = 'Settings'
        for section, (name, symbol) in SECTIONS.items():
            with ui.link(target=f'/settings/{section}').classes('ao-rail-link') as link:
                if section == here:
                    link.props['aria-current'] = 'page'
                icon(symbol)
                words(name)


async def _draw_content(section: str, orchestrator: Orchestrator, data_dir: Path) -> None:
    match section:
        case 'connections':
            await ConnectionList(orchestrator).draw()
        case 'secrets':
            await SecretList(orchestrator).draw()
        case 'sandbox':
            SandboxLevels(orchestrator).draw()
        case 'tools':
            await draw_tools(orchestrator)
        case 'appearance':
            draw_appearance()
        case 'data':
            await draw_data(data_dir)
        case 'plugins':
            draw_plugins(orchestrator)
        case 'about':
            draw_about()
        case _:
            with empty_state('settings', 'There is no such section', 'It may have had another name.'):
                link_button('Connections', '/settings/connections', kind='primary')
