"""Serves the look: style sheets, fonts and the frame's few lines of JavaScript, all from this folder."""

import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from nicegui import __version__, core, ui
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
SCRIPTS = ('frame.js', 'sending.js')
ICON = 'mark.svg'
FONTS = ('vendor/geist/index.css', 'vendor/geist-mono/index.css')
LETTERS = (
    'vendor/geist/files/geist-latin-wght-normal.woff2',
    'vendor/geist-mono/files/geist-mono-latin-wght-normal.woff2',
)
"""The parts of the fonts that every page shows; those that come late have it laid out once more."""
CANVAS_LIBRARY = FOLDER / 'vendor' / 'vue-flow'
A_YEAR = 31_536_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """Files that are served as one: a page waits for each that it names."""

    address: str
    media_type: str
    content: Callable[[], bytes]

    def serve(self) -> None:
        core.app.add_api_route(self.address, self._answer, include_in_schema=False)

    def named(self) -> str:
        """The address that pages name; it changes with the content, so browsers may keep it for a year."""
        return f'{self.address}?{_digest(self.content())}'

    def _answer(self) -> Response:
        headers = {'Cache-Control': f'public, max-age={A_YEAR}'}
        return Response(self.content(), media_type=self.media_type, headers=headers)


def register() -> None:
    """Adds the look to all pages. Without the shipped fonts the system's are used, and the log says so."""
    STYLE.serve()
    SCRIPT.serve()
    core.app.add_static_files('/theme', FOLDER, max_cache_age=A_YEAR)
    ui.add_head_html(head(), shared=True)
    if not has_fonts():
        log.warning(
            'The fonts Geist and Geist Mono are not in this copy; pages use the fonts of the system. '
            'An installation with pip fetches them if npm or the internet is in reach.'
        )


def head() -> str:
    """What every page's head names; also what the browser would otherwise find too late."""
    icon = f'/theme/{ICON}?{_digest((FOLDER / ICON).read_bytes())}'
    letters = LETTERS if has_fonts() else ()
    return '\n'.join(
        [
            f'<script src="{SCRIPT.named()}"></script>',
            style(STYLE),
            *(f'<link rel="preload" as="font" type="font/woff2" crossorigin href="/theme/{font}">' for font in letters),
            f'<link rel="modulepreload" href="/_nicegui/{__version__}/static/dompurify.mjs">',
            f'<link rel="icon" type="image/svg+xml" href="{icon}">',
        ]
    )


def style(sheet: Joined) -> str:
    """What the head of a page says to have this style sheet."""
    return f'<link rel="stylesheet" href="{sheet.named()}">'


def has_canvas() -> bool:
    """Whether the canvas library was fetched when this copy was built."""
    return (CANVAS_LIBRARY / 'core.js').exists()


def has_fonts() -> bool:
    """Whether the fonts were fetched when this copy was built."""
    return all((FOLDER / name).exists() for name in FONTS)


def joined(files: Iterable[Path]) -> bytes:
    return b'\n'.join(file.read_bytes() for file in files)


def _styles() -> bytes:
    fonts = [_font(FOLDER / name) for name in FONTS] if has_fonts() else []
    return b'\n'.join([*fonts, joined(FOLDER / name for name in STYLES)])


def _font(sheet: Path) -> bytes:
    """The sheet of a font, which names its files as they lie beside it."""
    folder = f'/theme/{sheet.parent.relative_to(FOLDER).as_posix()}'
    return sheet.read_bytes().replace(b'url(./', f'url({folder}/'.encode())


def _scripts() -> bytes:
    return joined(FOLDER / name for name in SCRIPTS)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


STYLE = Joined(address='/theme.css', media_type='text/css', content=_styles)
SCRIPT = Joined(address='/theme.js', media_type='text/javascript', content=_scripts)
