"""Serves the look: style sheets, fonts and the frame's few lines of JavaScript, all from this folder."""

import hashlib
import logging
from pathlib import Path

from nicegui import core, ui
from starlette.responses import Response

FOLDER = Path(__file__).parent
STYLES = (
    'tokens.css',
    'base.css',
    'quasar.css',
    'frame.css',
    'components.css',
    'home.css',
    'chat.css',
    'entities.css',
    'agents.css',
    'teams.css',
    'settings.css',
    'graph.css',
    'inspector.css',
    'workflows.css',
    'builder.css',
    'templates.css',
    'history.css',
    'runs.css',
    'triggers.css',
)
STYLE = '/theme.css'
"""Where they all are, as one."""
SCRIPTS = ('frame.js', 'sending.js')
ICON = 'mark.svg'
FONTS = ('vendor/geist/index.css', 'vendor/geist-mono/index.css')
CANVAS_LIBRARY = FOLDER / 'vendor' / 'vue-flow'
A_YEAR = 31_536_000

log = logging.getLogger(__name__)


def register() -> None:
    """Adds the look to all pages. Without the shipped fonts the system's are used, and the log says so."""
    core.app.add_api_route(STYLE, _style_sheet, include_in_schema=False)
    core.app.add_static_files('/theme', FOLDER, max_cache_age=A_YEAR)
    ui.add_head_html(head(), shared=True)
    if not has_fonts():
        log.warning(
            'The fonts Geist and Geist Mono are not in this copy; pages use the fonts of the system. '
            'An installation with pip fetches them if npm or the internet is in reach.'
        )


def head() -> str:
    """What every page's head names."""
    fonts = [_style(_address(name)) for name in FONTS] if has_fonts() else []
    icon = f'<link rel="icon" type="image/svg+xml" href="{_address(ICON)}">'
    return '\n'.join([*map(_script, SCRIPTS), *fonts, _style(f'{STYLE}?{_digest(_all_styles())}'), icon])


def has_canvas() -> bool:
    """Whether the canvas library was fetched when this copy was built."""
    return (CANVAS_LIBRARY / 'core.js').exists()


def has_fonts() -> bool:
    """Whether the fonts were fetched when this copy was built."""
    return all((FOLDER / name).exists() for name in FONTS)


def _style_sheet() -> Response:
    """All style sheets as one: a page waits for each that it names."""
    return Response(_all_styles(), media_type='text/css', headers={'Cache-Control': f'public, max-age={A_YEAR}'})


def _all_styles() -> bytes:
    return b'\n'.join((FOLDER / name).read_bytes() for name in STYLES)


def _style(address: str) -> str:
    return f'<link rel="stylesheet" href="{address}">'


def _script(name: str) -> str:
    return f'<script src="{_address(name)}"></script>'


def _address(name: str) -> str:
    """The file's address; it changes with the file, so browsers may keep it for a year."""
    return f'/theme/{name}?{_digest((FOLDER / name).read_bytes())}'


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
