"""Where a person writes to an agent, a team or a workflow."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from core.llm.images import Image
from pages.components.attached_pictures import AttachedPictures
from pages.components.buttons import icon_button
from pages.components.layout import box
from pages.components.sending import ENTER_SENDS

STILL_COMING = 'A picture is still on its way; try again in a moment.'
NO_WORDS = 'Say something to go with it.'


class Composer:
    """A text, with pictures if they are wanted, and the button that sends it, or stops what is being done about it.

    `send` says whether it took what was written; else it stands there again. `stop` is what the other button does.
    """

    def __init__(
        self,
        label: str,
        placeholder: str,
        *,
        send: Callable[[str, Sequence[Image]], Awaitable[bool]],
        stop: Callable[[], object],
        pictures: bool,
        classes: str = '',
    ) -> None:
        self._given_to = send
        self._busy = False
        with box(f'ao-composer {classes}'):
            self._pictures = AttachedPictures() if pictures else None
            if self._pictures:
                self._pictures.dropped_anywhere('It goes with your next message.')
                self._pictures.chosen_by(icon_button('image', 'Attach pictures', tooltip=False))
            self.text = ui.textarea(placeholder=placeholder)
            self.text.props('borderless autogrow dense').classes('ao-grow')
            self.text.props['aria-label'] = label
            self.text.on('keydown.enter', self._send, js_handler=ENTER_SENDS)
            if self._pictures:
                self._pictures.pasted_into(self.text)
            self._send_button = icon_button('arrow_upward', 'Send', self._send, tooltip=False).classes('ao-send')
            self._stop_button = icon_button('stop', 'Stop', stop, tooltip=False).classes('ao-send')
        self.show_busy(busy=False)

    def show_busy(self, *, busy: bool) -> None:
        """While it is busy nothing is sent."""
        self._busy = busy
        self._send_button.visible = not busy
        self._stop_button.visible = busy

    async def _send(self) -> None:
        text = (self.text.value or '').strip()
        images = [*self._pictures.images] if self._pictures else []
        if self._busy or not self._complete(text, images):
            return
        self._write('', ())
        if not await self._given_to(text, images):
            self._write(text, images)

    def _complete(self, text: str, images: Sequence[Image]) -> bool:
        """Whether it can be sent; what is missing beside pictures is said."""
        if self._pictures and self._pictures.coming:
            self._pictures.remark(STILL_COMING)
            return False
        if self._pictures and images and not text:
            self._pictures.remark(NO_WORDS)
        return bool(text)

    def _write(self, text: str, images: Sequence[Image]) -> None:
        self.text.value = text
        if self._pictures:
            self._pictures.put(images)
