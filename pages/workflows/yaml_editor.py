"""A text editor for YAML in the colours of the app."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

# The editor has no theme of tokens: its default highlighting is taken, with each colour made a variable.
_COLOURS = """
const CM = await import('nicegui-codemirror'), element = getElement(%d);
const editor = await element.editorPromise;
const style = CM.HighlightStyle.define(CM.defaultHighlightStyle.specs.map((spec) =>
  spec.color ? {...spec, color: `var(--code-${spec.color.slice(1)}, var(--text))`, textDecoration: 'none'} : spec));
const theme = CM.EditorView.theme({
  '.cm-content': {caretColor: 'var(--accent)', padding: '10px 0'},
  '.cm-cursor': {borderLeftColor: 'var(--accent)'},
  '.cm-activeLine': {backgroundColor: 'color-mix(in srgb, var(--raised) 70%%, transparent)'},
  '.cm-activeLineGutter': {backgroundColor: 'transparent', color: 'var(--text)'},
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 26%%, transparent) !important'},
  '.cm-selectionMatch, .cm-searchMatch': {backgroundColor: 'var(--accent-soft)'},
  '.cm-matchingBracket': {backgroundColor: 'var(--accent-soft) !important', outline: 'none'},
  '.cm-panels': {backgroundColor: 'var(--panel)', color: 'var(--text)', borderColor: 'var(--line)'},
  '.cm-foldPlaceholder': {backgroundColor: 'var(--raised)', border: '0', color: 'var(--text-3)', padding: '0 6px'},
  '.cm-tooltip': {backgroundColor: 'var(--panel)', color: 'var(--text)', border: '1px solid var(--line)'},
});
editor.dispatch({effects: element.themeConfig.reconfigure([CM.syntaxHighlighting(style), theme])});
"""


class YamlEditor(ui.codemirror):
    """Edits YAML; lines can be marked, shown and put the cursor on."""

    def __init__(self, text: str, *, on_change: Callable[..., Any], on_run: Callable[[], Any]) -> None:
        super().__init__(
            text,
            language='YAML',
            indent='  ',
            line_wrapping=True,
            on_change=on_change,
            keymap={'Mod-Enter': on_run},
        )
        self.classes('ao-yaml')
        ui.run_javascript(_COLOURS % self.id)

    def mark_lines(self, lines: dict[int, str]) -> None:
        """Marks these lines, and no others: 'error', 'warning' or 'chosen'."""
        last = self.value.count('\n') + 1
        self.decorations = [
            {'kind': 'line', 'line': line, 'class': f'ao-yaml-{kind}'}
            for line, kind in sorted(lines.items())
            if 1 <= line <= last
        ]

    def go_to(self, line: int) -> None:
        """Puts the cursor at the beginning of the line and shows it."""
        self.reveal_line(line)
        ui.run_javascript(
            f'const editor = getElement({self.id}).editor;'
            f'editor.dispatch({{selection: {{anchor: editor.state.doc.line({line}).from}}}}); editor.focus();'
        )
