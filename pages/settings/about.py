"""What this is, under which licence, and what it does not do."""

from importlib.metadata import PackageNotFoundError, version

from nicegui import ui

from pages.components.layout import notice, pairs, panel, section
from pages.theme.assets import has_fonts

DISTRIBUTION = 'agent-orchestrator'


def draw_about() -> None:
    with section('Agent Orchestrator'), panel():
        pairs(
            {
                'Version': installed_version(),
                'Licence': 'MIT',
                'Fonts': 'Geist and Geist Mono, SIL Open Font License 1.1'
                if has_fonts()
                else 'The fonts of your system; Geist and Geist Mono are not in this copy',
            }
        )
        ui.link('API reference', '/api/docs').classes('ao-link ao-small')
    notice(
        'No telemetry. What you type goes to the models you choose and nowhere else; '
        'everything is kept on the machine that runs this app.'
    )


def installed_version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return 'a plain checkout, not installed'
