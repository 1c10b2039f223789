"""Keys as they stand on a keyboard, on a Mac by the signs that stand there."""

from nicegui import ui

from pages.components.layout import words

_ON_A_MAC = {' + ': ' ', 'Ctrl': '⌘', 'Alt': '⌥', 'Shift': '⇧'}


def key(text: str) -> ui.element:
    """One key or several pressed at once, for example `Ctrl + Z`; the browser knows whether it is on a Mac."""
    made = words(text, tag='kbd')
    made.props['data-mac'] = _on_a_mac(text)
    return made


def _on_a_mac(text: str) -> str:
    for name, sign in _ON_A_MAC.items():
        text = text.replace(name, sign)
    return text
