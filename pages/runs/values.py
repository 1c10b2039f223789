"""Values as a person reads them: texts marked up, the rest as JSON."""

import json
from collections.abc import Mapping
from itertools import islice

from nicegui import ui

from core.ids import in_words
from core.llm.images import images_in, is_image, read_image, with_images, without_images
from core.values import Json
from pages.components.buttons import icon_button
from pages.components.layout import box, notice, row, stack, words
from pages.components.picture import show_image
from pages.components.text import marked_text, plain_text
from pages.components.toasts import toast

MARKED_UP_TO = 20_000
SHOWN_UP_TO = 200_000
"""Characters; longer texts are shown in part and downloaded whole."""
PICTURES = 12
"""As many pictures are shown of a value that holds them among other things."""

_COPY = """
const text = %s;
try {
  await navigator.clipboard.writeText(text);
} catch {
  const area = Object.assign(document.createElement('textarea'), {value: text});
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
"""


def show_text(text: str, *, marked: bool = True) -> None:
    """A text: as Markdown if it is not too long for that, else as it is."""
    if not text.strip():
        words('Empty', 'ao-faint')
    elif marked and len(text) <= MARKED_UP_TO:
        marked_text(text)
    else:
        plain_text(text[:SHOWN_UP_TO])
        if len(text) > SHOWN_UP_TO:
            with notice(
                f'Only the first {SHOWN_UP_TO:,} of {len(text):,} characters are shown. Download it to read all.'
            ):
                pass


def show_value(value: Json, *, marked: bool = True) -> None:
    """Any value: a text as text, a picture as one, everything else as JSON with its pictures below."""
    value = with_images(value)
    if isinstance(value, str):
        show_text(value, marked=marked)
    elif value is None:
        words('Nothing', 'ao-faint')
    elif is_image(value):
        show_image(read_image(value))
    elif isinstance(value, list) and value and all(map(is_image, value)):
        with stack():
            for each in value:
                show_image(read_image(each))
    else:
        show_code(json.dumps(without_images(value), indent=2, ensure_ascii=False, default=str))
        for each in islice(images_in(value), PICTURES):
            show_image(each)


def show_code(text: str) -> None:
    with box('ao-code', tag='pre'):
        words(text[:SHOWN_UP_TO], tag='code')


def show_parts(parts: Mapping[str, Json], *, marked: bool = False) -> None:
    """Named values below each other, each under its name."""
    for name, value in parts.items():
        with box('ao-part'):
            with row():
                words(in_words(name), 'ao-part-name')
                box('ao-grow')
                if isinstance(value, str) and value:
                    copy_button(value)
            show_value(value, marked=marked)
    if not parts:
        words('Nothing', 'ao-faint')


def copy_button(text: str) -> ui.button:
    """Puts the text on the clipboard, in plain http too, where browsers hide their clipboard."""

    return icon_button('content_copy', 'Copy', lambda: copy_text(text))


def copy_text(text: str) -> None:
    """Puts the text on the clipboard of the browser whose event this is."""
    ui.run_javascript(_COPY % json.dumps(text))
    toast('Copied')


def text_in(output: Mapping[str, Json]) -> str:
    """The output as one text: its text if it has one, else its JSON."""
    text = output.get('text')
    if isinstance(text, str):
        return text
    return json.dumps(without_images(output), ensure_ascii=False, default=str) if output else ''
