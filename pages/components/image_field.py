"""Fields for pictures, chosen from the files of this machine."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from core.llm.images import KINDS, Image
from core.values import Json
from pages.components.attached_pictures import AttachedPictures
from pages.components.buttons import button, icon_button
from pages.components.fields import field
from pages.components.layout import box, words
from pages.components.picture import draw_small
from pages.components.picture_upload import PictureUpload, Refused
from pages.components.uploading import choose_by


class ImageField(ui.element):
    """`value` is what an input of type image holds, or None."""

    def __init__(self, label: str, image: Image | None = None, *, help_text: str = '') -> None:
        with field(label, help_text=help_text) as self._frame:
            super().__init__()
        self.classes('ao-image-field')
        self._label = label
        self.value: Any = None
        with self:
            self._shown = box('ao-image-shown')
            self._upload = PictureUpload(self._put, self._refuse).element
        self._put(image)

    def _refuse(self, refused: Refused) -> None:
        for _, why in refused:
            self._frame.say(f'{self._label} {why}.')

    def _put(self, image: Image | None) -> None:
        self.value = image.model_dump() if image else None
        self._frame.say('')
        self._shown.clear()
        with self._shown:
            if image is None:
                choose = button('Choose a picture', icon='image')
                choose.props['aria-label'] = self._label
                choose_by(choose, self._upload)
                words(KINDS, 'ao-faint ao-small')
            else:
                draw_small(image).props['alt'] = ''
                words(image.name or 'A picture', 'ao-grow ao-one-line ao-small')
                icon_button('close', f'Take {self._label} away', lambda: self._put(None), tooltip=False)


class ImagesField(ui.element):
    """`value` is what an input of type images holds: a list, empty where there are none."""

    def __init__(self, label: str, images: Sequence[Image] = (), *, help_text: str = '') -> None:
        with field(label, help_text=help_text):
            super().__init__()
        self.classes('ao-image-field')
        with self, box('ao-image-shown'):
            self._pictures = AttachedPictures()
            choose = button('Choose pictures', icon='image')
            choose.props['aria-label'] = label
            self._pictures.chosen_by(choose)
            words(KINDS, 'ao-faint ao-small')
        self._pictures.put(images)

    @property
    def value(self) -> Json:
        return [image.model_dump() for image in self._pictures.images]
