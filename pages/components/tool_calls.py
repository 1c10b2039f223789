"""Calls of tools, folded up: what was called with what, and what it gave."""

import json

from nicegui import ui

from core.runs.state import ToolUse
from pages.components.formats import duration
from pages.components.layout import box, icon, words
from pages.components.text import plain_text

SHOWN_UP_TO = 20_000
"""Characters of a result."""


class ToolCallCard(ui.expansion):
    """One call; `show` brings it up to date."""

    def __init__(self, use: ToolUse, *, running: bool = True) -> None:
        super().__init__()
        self.classes('ao-tool-call').props('dense')
        self.props['aria-label'] = f'Call of {use.name}'
        with self.add_slot('header'), box('ao-tool-call-head'):
            self._icon = icon('build')
            words(use.name, 'ao-number ao-strong')
            self._about = words('', 'ao-number ao-faint ao-one-line ao-grow')
            self._took = words('', 'ao-number ao-faint')
        with self:
            self._body = box('ao-stack')
        self.show(use, running=running)

    def show(self, use: ToolUse, *, running: bool = True) -> None:
        """`running`: whether a call without a result is on its way, and not cut off."""
        result = use.result
        failed = result is not None and result.is_error
        self.props['data-state'] = 'failed' if failed else 'done' if result else 'running' if running else 'unknown'
        about = ', '.join(f'{name}: {_short(value)}' for name, value in use.arguments.items())
        self._about.text = about
        if result is not None:
            self._took.text = duration(result.seconds) if use.started_at else 'not called'
        else:
            self._took.text = 'running' if running else 'not known'
        self._body.clear()
        with self._body:
            words('Arguments', 'ao-part-name')
            _code(json.dumps(use.arguments, indent=2, ensure_ascii=False))
            if result is not None:
                words('Error' if failed else 'Result', 'ao-part-name')
                _result(result.text)


def _result(text: str) -> None:
    if not text.strip():
        words('Empty', 'ao-faint')
        return
    with box('ao-tool-result'):
        plain_text(text[:SHOWN_UP_TO])
    if len(text) > SHOWN_UP_TO:
        words(f'Only the first {SHOWN_UP_TO:,} of {len(text):,} characters are shown.', 'ao-faint ao-tiny')


def _code(text: str) -> None:
    with box('ao-code', tag='pre'):
        words(text[:SHOWN_UP_TO], tag='code')


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = ' '.join(text.split())
    return text if len(text) <= 60 else f'{text[:59]}…'
