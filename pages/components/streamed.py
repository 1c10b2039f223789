"""Text that grows while it is watched."""

from nicegui import ui


class StreamedText(ui.element, component='streamed.js'):
    """Shows a text; what is added to it is sent alone, however long it has become."""

    def __init__(self, text: str = '') -> None:
        super().__init__()
        self._props['text'] = text

    def grow(self, text: str) -> None:
        """Shows this text; if it begins with what is shown already, only the rest is sent."""
        shown = self._props['text']
        if text == shown:
            return
        if not text.startswith(shown):
            self._props['text'] = text
            return
        with self._props.suspend_updates():
            self._props['text'] = text
        self.run_method('append', text[len(shown) :], length_in_browser(shown))


def length_in_browser(text: str) -> int:
    """How long JavaScript finds it: in units of UTF-16."""
    return len(text.encode('utf-16-le', 'surrogatepass')) // 2
