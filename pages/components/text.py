"""Text that people and models write: plain while it streams, marked up once it is finished."""

import markdown2  # type: ignore[import-untyped]
from nicegui import ui

from pages.components.layout import words


def plain_text(text: str = '', *, mono: bool = False) -> ui.label:
    """Text as it is, with its line breaks; cheap to change many times a second."""
    return words(text, 'ao-text ao-text--mono' if mono else 'ao-text ao-text--plain', tag='div')


def marked_text(text: str) -> ui.markdown:
    """Markdown as it is meant, with the line breaks that are written; cleaned in the browser, since a model may have
    written it. Not for streaming.
    """
    extras = ['fenced-code-blocks', 'tables', 'cuddled-lists', 'strike', 'break-on-newline']
    return _Marked(text, extras=extras).classes('ao-text')


class _Marked(ui.markdown):
    """Markdown without HTML: a tag is text like any other, else `Vec<String>` and all that follows it would be lost."""

    def _handle_content_change(self, content: str) -> None:
        self._props['innerHTML'] = markdown2.markdown(content, extras=self.extras, safe_mode='escape')
