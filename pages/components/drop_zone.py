"""Takes files that are dropped anywhere on the page."""

from collections.abc import Callable

from nicegui import ui


class DropZone(ui.element, component='drop_zone.js'):
    """Covers the page while files are dragged over it, and hands what is dropped to an uploader.

    title, note: what is said meanwhile. on_folders: called with the names of folders, which cannot be uploaded.
    """

    def __init__(self, uploader: ui.upload, title: str, note: str, *, on_folders: Callable[[list[str]], None]) -> None:
        super().__init__()
        self._props['uploader'] = uploader.id
        self._props['title'] = title
        self._props['note'] = note
        self.on('folders', lambda event: on_folders(event.args))
