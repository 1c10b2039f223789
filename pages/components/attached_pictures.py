"""Several pictures that are being given."""

from collections.abc import Callable, Iterable

from nicegui import ui

from core.llm.images import KINDS, LARGEST, Image
from pages.components.buttons import icon_button
from pages.components.drop_zone import DropZone
from pages.components.layout import box, words
from pages.components.picture import draw_small
from pages.components.picture_upload import PictureUpload, Refused
from pages.components.uploading import choose_by, paste_into


class AttachedPictures:
    """Shows them small; each goes by its cross, and of what is none it says why."""

    def __init__(self, on_change: Callable[[], object] = lambda: None) -> None:
        self.images: list[Image] = []
        self._on_change = on_change
        self.coming = False
        """Whether some are still on their way here."""
        with box('ao-attached'):
            self._tray = box('ao-out-of-flow')
            self._waiting = box('ao-attached-one')
            with self._waiting:
                ui.spinner(size='20px')
        self._remark = words('', 'ao-field-error ao-attached-remark', tag='div')
        self._remark.props['role'] = 'alert'
        self.put(())
        self._wait(coming=False)
        self._upload = PictureUpload(self._add, self._refuse, several=True)
        self._upload.element.on('start', lambda: self._wait(coming=True), args=[])
        self._upload.element.on('finish', lambda: self._wait(coming=False), args=[])

    def chosen_by(self, made: ui.element) -> None:
        """A click opens the file chooser."""
        choose_by(made, self._upload.element)

    def pasted_into(self, text: ui.element) -> None:
        """Pictures that are pasted into the text are attached."""
        paste_into(text, self._upload.element)

    def dropped_anywhere(self, note: str) -> None:
        """Pictures that are dropped on the page are attached; `note` says what that means."""
        DropZone(
            self._upload.element,
            'Drop to show it',
            f'{note} {KINDS}, at most {LARGEST // 1_000_000} MB each.',
            on_folders=lambda names: self._upload.refuse([(name, 'folder') for name in names]),
        )

    def put(self, images: Iterable[Image]) -> None:
        """Holds these, and no others."""
        self.images = [*images]
        self.remark('')
        self._tray.clear()
        for image in self.images:
            self._draw(image)

    def remark(self, text: str) -> None:
        """Says something about them; empty takes it away."""
        self._remark.text = text
        self._remark.set_visibility(bool(text))

    def _add(self, image: Image) -> None:
        self.images.append(image)
        self._draw(image)
        self._on_change()

    def _take_away(self, image: Image, shown: ui.element) -> None:
        self.images = [each for each in self.images if each is not image]
        shown.delete()
        self.remark('')
        self._on_change()

    def _refuse(self, refused: Refused) -> None:
        self.remark('\n'.join(f'{name} {why}.' for name, why in refused))

    def _draw(self, image: Image) -> None:
        with self._tray, box('ao-attached-one') as shown:
            draw_small(image)
            away = f'Take {image.name or "the picture"} away'
            icon_button('close', away, lambda: self._take_away(image, shown), tooltip=False)

    def _wait(self, *, coming: bool) -> None:
        self.coming = coming
        self._waiting.set_visibility(coming)
