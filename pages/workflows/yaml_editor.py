"""A text editor for YAML in the colours of the app."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

# The editor has no theme of tokens: its default highlighting is taken, with each colour made a variable.
# Lines are not marked through the element's `decorations`: every update of the element sets the text to what the server
# knows, so what is typed in the same moment would be lost.
_SET_UP = """
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
const mark = CM.StateEffect.define();
const marks = CM.StateField.define({
  create: () => CM.Decoration.none,
  update: (set, change) => change.effects.find((effect) => effect.is(mark))?.value ?? set.map(change.changes),
  provide: (field) => CM.EditorView.decorations.from(field),
});
editor.dispatch({effects: [
  element.themeConfig.reconfigure([CM.syntaxHighlighting(style), theme]),
  CM.StateEffect.appendConfig.of([marks, ao.guardEditor(CM, element)]),
]});
element.markLines = (lines) => {
  const doc = editor.state.doc;
  const ranges = lines.filter(([line]) => line <= doc.lines)
    .map(([line, kind]) => CM.Decoration.line({class: `ao-yaml-${kind}`}).range(doc.line(line).from));
  editor.dispatch({effects: mark.of(CM.Decoration.set(ranges, true))});
};
element.markLines(element.toMark ?? []);
"""


class YamlEditor(ui.codemirror):
    """Edits YAML; lines can be marked, shown and put the cursor on."""

    def __init__(self, text: str, *, on_change: Callable[..., Any]) -> None:
        super().__init__(
            text,
            language='YAML',
            indent='  ',
            line_wrapping=True,
            on_change=on_change,
        )
        self.classes('ao-yaml').props['data-otherwise'] = 'Import it as a file instead.'
        self.marked: dict[int, str] = {}
        """What the marked lines are marked as."""
        self.client.run_javascript(_SET_UP % self.id)

    def mark_lines(self, lines: Mapping[int, str]) -> None:
        """Marks these lines, and no others: 'error' or 'warning'."""
        if lines != self.marked:
            self.marked = dict(lines)
            told = json.dumps(sorted(self.marked.items()))
            self.client.run_javascript(
                f'const element = getElement({self.id}); element.toMark = {told}; element.markLines?.({told});'
            )

    def go_to(self, line: int) -> None:
        """Puts the cursor at the beginning of the line and shows it."""
        self.reveal_line(line)
        self.client.run_javascript(
            f'const editor = getElement({self.id}).editor;'
            f'editor.dispatch({{selection: {{anchor: editor.state.doc.line({line}).from}}}}); editor.focus();'
        )
