"""Text that could not be saved, kept in the person's browser until it can be, or until they give it up."""

import json
from collections.abc import Callable
from typing import Any

from nicegui import ui

from pages.components.buttons import button
from pages.components.layout import box, notice, row
from pages.workflows.yaml_editor import YamlEditor


class KeptText:
    """Keeps the editor's text under a name; a later visit is offered to bring it back."""

    def __init__(self, name: str, editor: YamlEditor, *, bring_back: Callable[[str], Any]) -> None:
        self._name = json.dumps(f'ao-kept-{name}')
        self._editor = editor
        self._bring_back = bring_back
        self._kept = False
        self._place = box('ao-if-any')
        event = f'ao-kept-{editor.id}'
        ui.on(event, lambda told: self._offer(str(told.args)))
        self._editor.client.run_javascript(
            f'const kept = localStorage.getItem({self._name}); if (kept !== null) emitEvent({json.dumps(event)}, kept);'
        )

    def keep(self) -> None:
        """Keeps what the editor holds now; the browser does so by itself, nothing is sent."""
        self._kept = True
        self._editor.client.run_javascript(
            f'const editor = getElement({self._editor.id}).editor;'
            f'localStorage.setItem({self._name}, editor.state.doc.toString());'
        )

    def forget(self) -> None:
        """Forgets what was kept on this visit, for it has been saved."""
        if self._kept:
            self._drop()

    def _drop(self) -> None:
        self._kept = False
        self._place.clear()
        self._editor.client.run_javascript(f'localStorage.removeItem({self._name});')

    def _offer(self, text: str) -> None:
        if text == self._editor.value:
            self._drop()
            return
        self._place.clear()
        with (
            self._place,
            box('ao-kept'),
            notice('On an earlier visit you typed something that could not be saved. It is kept in this browser.'),
            row('ao-wrap').style('margin-top: 8px'),
        ):
            button('Bring it back', lambda: self._take(text), icon='restore')
            button('Give it up', self._drop, kind='quiet')

    def _take(self, text: str) -> None:
        self._place.clear()
        self._kept = True
        self._bring_back(text)
