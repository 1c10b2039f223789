"""Files that a browser sends: how they come to an uploader, and which of them do not."""

from collections.abc import Callable

from nicegui import ui

_UPLOADER = 'getElement(%d).$refs.qRef'
_CHOOSE = f'() => {_UPLOADER}.pickFiles()'
_FORGET = f'() => {_UPLOADER}.removeUploadedFiles()'
_NAMED = '(found) => emit(found.map((each) => [each.file.name, each.failedPropValidation]))'
_FAILED = f"""({{files}}) => {{
  files.forEach({_UPLOADER}.removeFile);  // else they would count as here already when they are tried again
  emit(files.map((file) => [file.name, "failed"]));
}}"""
_PASTE = f"""(event) => {{
  const {{files, types}} = event.clipboardData;
  if (!files.length || types.includes("text/plain")) return;  // words that bring their own picture along
  event.preventDefault();
  {_UPLOADER}.addFiles(files);
}}"""


def choose_by(made: ui.element, upload: ui.upload) -> None:
    """A click opens the file chooser. In the browser, since it opens only while the click is being handled."""
    made.on('click', js_handler=_CHOOSE % upload.id)


def paste_into(made: ui.element, upload: ui.upload) -> None:
    """Files that are pasted here are sent."""
    made.on('paste', js_handler=_PASTE % upload.id)


def tell_refused(upload: ui.upload, refuse: Callable[[list[tuple[str, str]]], None]) -> None:
    """Has it told which files do not come: the name of each, and the browser's word for the reason, or `failed`.

    Those that were sent are forgotten, so that they can be sent again.
    """
    upload.on('uploaded', js_handler=_FORGET % upload.id)
    upload.on('rejected', lambda event: refuse(event.args), js_handler=_NAMED)
    upload.on('failed', lambda event: refuse(event.args), js_handler=_FAILED % upload.id)
