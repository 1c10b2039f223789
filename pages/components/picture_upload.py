"""Brings pictures from the browser, and says of any other file why it was not taken."""

from collections.abc import Callable, Sequence

from nicegui import ui
from nicegui.events import MultiUploadEventArguments

from core.llm.images import KINDS, LARGEST, TOO_LARGE, Image, image_from
from pages.components.uploading import tell_refused

MOST = 20
"""Pictures that are taken at once."""

_WHY = {
    'accept': f'is no {KINDS}',
    'max-file-size': TOO_LARGE,
    'max-files': f'is one too many: only {MOST} are taken at once',
    'folder': 'is a folder; take the pictures that are in it',
    'failed': 'did not reach the app. Is it still running? Then try again',
}
"""What is said where a browser does not send a file, by the browser's word for it; the end of a sentence."""


Refused = Sequence[tuple[str, str]]
"""Names of files, each with the reason why it was not taken, as the end of a sentence about it."""


class PictureUpload:
    """Never seen; `element` is what choosing, dropping and pasting hand files to.

    `on_picture` gets each picture, in their order, `on_refused` what was none of those that came together.
    """

    def __init__(
        self, on_picture: Callable[[Image], None], on_refused: Callable[[Refused], None], *, several: bool = False
    ) -> None:
        self._on_picture = on_picture
        self._on_refused = on_refused
        self.element = self._draw(several=several)

    def _draw(self, *, several: bool) -> ui.upload:
        made = ui.upload(
            multiple=several,
            auto_upload=True,
            max_file_size=LARGEST,
            max_files=MOST if several else 1,
            on_multi_upload=self._take,
        )
        made.props('accept=".png,.jpg,.jpeg,.webp,.gif" no-thumbnails').classes('ao-uploader')
        made.props[':field-name'] = 'file => file.__key'  # of two that are called the same, one would be lost
        tell_refused(made, self.refuse)
        return made

    def refuse(self, files: Refused) -> None:
        """Tells why these files were not taken: their names, each with the browser's word for the reason."""
        known = [(name, _WHY[why]) for name, why in files if why in _WHY]  # the others are here already
        if known:
            self._on_refused(known)

    async def _take(self, event: MultiUploadEventArguments) -> None:
        refused: list[tuple[str, str]] = []
        for file in event.files:
            try:
                self._on_picture(image_from(await file.read(), name=file.name))
            except ValueError as error:
                refused.append((file.name, str(error)))
        if refused:
            self._on_refused(refused)
