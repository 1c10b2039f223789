"""Workflows from files: what they hold is shown before anything is stored, and nothing of it is run."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from nicegui import ui
from nicegui.elements.upload_files import FileUpload
from nicegui.events import UploadEventArguments

from core.errors import InvalidError, OrchestratorError
from core.orchestrator import Orchestrator
from core.workflows.document import WorkflowDocument, read_document
from core.workflows.workflow import Workflow
from pages.components.buttons import busy, button
from pages.components.dialogs import dialog
from pages.components.drop_zone import DropZone
from pages.components.formats import plural
from pages.components.layout import box, row, stack, words
from pages.components.uploading import choose_by, tell_refused
from pages.workflows.manifest import draw_manifest, draw_refusal

LARGEST = 2_000_000
"""Bytes that a file may have."""
MOST = 50
"""Files that are taken at once."""

_WHY = {
    'accept': 'It is not a YAML file; workflows are kept in files that end in .yaml or .yml.',
    'max-file-size': f'It is larger than {LARGEST // 1_000_000} MB, which no workflow is; take another file.',
    'max-files': f'Only {MOST} files are taken at once; import these first, then the others.',
    'folder': 'It is a folder; drop the files that are in it.',
    'failed': 'It did not reach the app. Is the app still running? Then try again.',
}
"""What is said where a browser does not send a file, by the browser's word for it."""

Imported = Callable[[Sequence[Workflow]], Awaitable[None]]


@dataclass(kw_only=True, slots=True, eq=False)
class _File:
    """A file that was given: the document in it, or the reason why there is none; with neither it is being read."""

    name: str
    document: WorkflowDocument | None = None
    reason: str = ''


class Importer:
    """Takes files that are chosen in its dialog or dropped anywhere on the page; `on_imported` gets what was stored."""

    def __init__(self, orchestrator: Orchestrator, *, on_imported: Imported) -> None:
        self._orchestrator = orchestrator
        self._on_imported = on_imported
        self._files: list[_File] = []
        self._asked: ui.dialog | None = None
        self._place = box('ao-out-of-flow')
        with self._place:
            self._upload = self._uploader()
            title, note = 'Drop to import', 'You see what is in a file before anything is stored, and nothing is run.'
            DropZone(self._upload, title, note, on_folders=lambda names: self._refuse([(n, 'folder') for n in names]))

    def _uploader(self) -> ui.upload:
        """Never seen: the dialog's button opens its file chooser, and the drop zone hands over what is dropped."""
        made = ui.upload(multiple=True, auto_upload=True, max_file_size=LARGEST, max_files=MOST, on_upload=self._take)
        made.props('accept=".yaml,.yml,text/yaml"').classes('ao-uploader').mark('import-file')
        tell_refused(made, self._refuse)
        return made

    # Files that come

    async def _take(self, event: UploadEventArguments) -> None:
        file = _File(name=event.file.name)
        self._add(file)
        await _read(event.file, file)
        if file in self._files:  # else it was left out meanwhile
            self._show()

    def _refuse(self, refused: list[tuple[str, str]]) -> None:
        for name, why in refused:
            if why in _WHY:  # the others are files that are here already
                self._add(_File(name=name, reason=_WHY[why]))

    def _add(self, file: _File) -> None:
        """A file takes the place of an earlier one of its name that could not be read."""
        self._files = [other for other in self._files if other.name != file.name or not _is_bad(other)]
        self._files.append(file)
        self.open()
        self._show()

    # The dialog

    def open(self) -> None:
        """Shows the dialog, if it is not shown already."""
        if self._asked is None:
            with self._place:
                self._asked = self._dialog()
            self._show()
            self._asked.open()

    def _dialog(self) -> ui.dialog:
        with dialog('Import workflows', width=640) as asked:
            words('YAML files that were exported here or written by hand. Importing runs nothing.', 'ao-dim', tag='p')
            with box('ao-choose-files', tag='button').props('type=button') as choose:
                words('Drop files here, or choose some', 'ao-strong')
                words('YAML, at most 2 MB each', 'ao-faint ao-tiny')
            choose_by(choose, self._upload)
            self._shown = stack('ao-gap-3 ao-import-files')
            with row().style('align-self: flex-end'):
                button('Cancel', asked.close, kind='quiet')
                self._agree = button('Import', self._import, kind='primary').mark('confirm-import')
        asked.on_value_change(lambda change: None if change.value else self._forget())
        return asked

    def _forget(self) -> None:
        """A closed dialog is gone, with all that was in it."""
        self._files.clear()
        if self._asked is not None:
            asked, self._asked = self._asked, None
            asked.delete()

    def _show(self) -> None:
        good = [file for file in self._files if file.document]
        self._agree.set_text(f'Import {plural(len(good), "workflow")}' if len(good) > 1 else 'Import')
        self._agree.set_enabled(bool(good))
        self._shown.clear()
        with self._shown:
            for file in self._files:
                self._show_file(file)

    def _show_file(self, file: _File) -> None:
        def leave_out() -> None:
            self._files.remove(file)
            self._show()

        if file.document:
            draw_manifest(file.document, file.name, self._orchestrator, leave_out, reason=file.reason)
        elif file.reason:
            draw_refusal(file.name, file.reason, leave_out)
        else:
            with row('ao-dim ao-small'):
                ui.spinner(size='18px')
                words(f'Reading {file.name} …')

    async def _import(self) -> None:
        """Stores them one by one; what cannot be stored stays in the dialog with the reason."""
        stored: list[Workflow] = []
        with busy(self._agree):
            for file in list(self._files):
                if file.document is None:
                    continue
                try:
                    stored.append(await self._orchestrator.import_document(file.document))
                    self._files.remove(file)
                except OrchestratorError as error:
                    file.reason = f'It was not stored. {error}'
        if any(file.document for file in self._files):
            self._show()
        elif self._asked:
            self._asked.close()
        if stored:
            with self._place:
                await self._on_imported(stored)


def _is_bad(file: _File) -> bool:
    return bool(file.reason) and file.document is None


async def _read(upload: FileUpload, file: _File) -> None:
    """Fills in what is in the upload, or why it cannot be imported."""
    if upload.size() > LARGEST:  # the browser asks first, but not every sender is a browser
        file.reason = _WHY['max-file-size']
        return
    try:
        text = (await upload.read()).decode('utf-8-sig')
        file.document = await asyncio.to_thread(read_document, text)  # 2 MB of YAML take seconds
    except UnicodeDecodeError:
        file.reason = 'It is not a text file.'
    except InvalidError as error:
        file.reason = str(error)
