"""A field for a picture: chosen from the files of this machine, or dropped here."""

from typing import Any

from nicegui import ui
from nicegui.events import UploadEventArguments

from core.llm.images import LARGEST, Image, image_from, read_image
from core.values import Json
from pages.components.buttons import button, icon_button
from pages.components.fields import field
from pages.components.layout import box, words

ACCEPTED = '.png,.jpg,.jpeg,.webp,.gif'


class ImageField(ui.element):
    """`value` is what an input of type image holds, or None."""

    def __init__(self, label: str, value: Json = None, *, help_text: str = '') -> None:
        with field(label, help_text=help_text) as self._frame:
            super().__init__()
        self.classes('ao-image-field')
        self._label = label
        self.value: Any = None
        with self:
            self._shown = box('ao-image-shown')
            self._upload = ui.upload(auto_upload=True, max_files=1, max_file_size=LARGEST, on_upload=self._take)
            self._upload.props(f'accept="{ACCEPTED}"').classes('ao-uploader').mark(f'upload {label}')
            self._upload.on('rejected', lambda: self._frame.say(f'{label} is no picture of at most 10 MB.'))
        self._put(read_image(value) if value else None)

    async def _take(self, event: UploadEventArguments) -> None:
        self._upload.run_method('removeUploadedFiles')
        try:
            self._put(image_from(await event.file.read(), name=event.file.name))
        except ValueError as error:
            self._frame.say(f'{self._label} {error}.')

    def _put(self, image: Image | None) -> None:
        self.value = image.model_dump() if image else None
        self._frame.say('')
        self._shown.clear()
        with self._shown:
            if image is None:
                choose = button('Choose a picture', icon='image')
                choose.props['aria-label'] = self._label
                choose.on('click', js_handler=f'() => getElement({self._upload.id}).$refs.qRef.pickFiles()')
                words('PNG, JPEG, WebP or GIF', 'ao-faint ao-small')
            else:
                shown = box('', tag='img')
                shown.props['src'], shown.props['alt'] = image.url, ''
                words(image.name or 'A picture', 'ao-grow ao-one-line ao-small')
                icon_button('close', f'Take {self._label} away', lambda: self._put(None), tooltip=False)
