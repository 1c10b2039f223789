"""Fields for pictures, chosen from the files of this machine."""

from collections.abc import Callable, Iterable, Sequence

from nicegui import ui

from core.llm.images import KINDS, Image
from core.values import Json
from pages.components.attached_pictures import AttachedPictures
from pages.components.buttons import button, icon_button
from pages.components.fields import field
from pages.components.formats import size
from pages.components.layout import box, stack, words
from pages.components.picture import draw_small
from pages.components.picture_upload import PictureUpload, Refused
from pages.components.uploading import choose_by


class ImageField(ui.element):
    """`value` is what an input of type image holds, or None; `image` is the same as a picture."""

    def __init__(
        self,
        label: str,
        image: Image | None = None,
        *,
        help_text: str = '',
        on_change: Callable[[], object] = lambda: None,
    ) -> None:
        with field(label, help_text=help_text) as self.frame:
            super().__init__()
        self.classes('ao-image-field')
        self._label = label
        self._on_change = on_change
        with self:
            self._shown = box('ao-image-shown')
            self._upload = PictureUpload(self._take, self._refuse).element
        self.put(image)

    @property
    def value(self) -> Json:
        return self.image.model_dump() if self.image else None

    def put(self, image: Image | None) -> None:
        """Shows this picture, or the way to choose one."""
        self.image = image
        self.frame.say('')
        self._shown.clear()
        with self._shown:
            if image is None:
                choose = button('Choose a picture', icon='image')
                choose.props['aria-label'] = self._label
                choose_by(choose, self._upload)
                words(KINDS, 'ao-faint ao-small')
            else:
                draw_small(image).props['alt'] = ''
                with stack('ao-grow').style('gap: 0'):
                    words(image.name or 'A picture', 'ao-one-line ao-small')
                    words(_described(image), 'ao-number ao-faint')
                icon_button('close', f'Take {self._label} away', lambda: self._take(None), tooltip=False)

    def _take(self, image: Image | None) -> None:
        self.put(image)
        self._on_change()

    def _refuse(self, refused: Refused) -> None:
        for _, why in refused:
            self.frame.say(f'{self._label} {why}.')


class ImagesField(ui.element):
    """`value` is what an input of type images holds, empty where there are none; `images` are the same as pictures."""

    def __init__(
        self,
        label: str,
        images: Iterable[Image] = (),
        *,
        help_text: str = '',
        on_change: Callable[[], object] = lambda: None,
    ) -> None:
        with field(label, help_text=help_text) as self.frame:
            super().__init__()
        self.classes('ao-image-field')
        with self, box('ao-image-shown'):
            self._pictures = AttachedPictures(on_change)
            choose = button('Choose pictures', icon='image')
            choose.props['aria-label'] = label
            self._pictures.chosen_by(choose)
            words(KINDS, 'ao-faint ao-small')
        self.put(images)

    @property
    def images(self) -> Sequence[Image]:
        return self._pictures.images

    @property
    def value(self) -> Json:
        return [image.model_dump() for image in self.images]

    def put(self, images: Iterable[Image]) -> None:
        """Shows these pictures, and no others."""
        self._pictures.put(images)


def _described(image: Image) -> str:
    return f'{image.media_type.removeprefix("image/").upper()}, {size(image.size)}'
