"""Pictures for models that can see: what is accepted as one, and how it is told in words where nobody can look."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Literal

from core.values import Json, Value

LARGEST = 10_000_000
"""Bytes of one picture."""

MediaType = Literal['image/png', 'image/jpeg', 'image/webp', 'image/gif']

_BEGINNINGS: tuple[tuple[re.Pattern[bytes], MediaType], ...] = (
    (re.compile(rb'\x89PNG\r\n\x1a\n'), 'image/png'),
    (re.compile(rb'\xff\xd8\xff'), 'image/jpeg'),
    (re.compile(rb'RIFF....WEBP', re.DOTALL), 'image/webp'),
    (re.compile(rb'GIF8[79]a'), 'image/gif'),
)
_DATA_URL = re.compile(r'data:(?:[\w.+-]+/[\w.+-]+)?(?P<told>(?:;[\w-]+=[^;,]*)*);base64,', re.IGNORECASE)
_NAME = re.compile(r';name=([^;,]*)')

KINDS = 'PNG, JPEG, WebP or GIF'
NO_DATA_URL = 'is no data URL of a picture'
NO_PICTURE = f'is no {KINDS}, whatever its name says'
TOO_LARGE = f'is larger than {LARGEST // 1_000_000} MB'
"""Why something is not taken, as the end of a sentence about it."""


class Image(Value):
    """A picture; `data` is base64. As JSON it is also what an input of type image holds."""

    type: Literal['image'] = 'image'
    media_type: MediaType
    data: str
    name: str = ''

    @property
    def url(self) -> str:
        return f'data:{self.media_type};base64,{self.data}'

    @property
    def named_url(self) -> str:
        """The same with its name, which `read_image` reads back."""
        name = re.sub(r'[^\w.-]+', '-', self.name)
        return f'data:{self.media_type};name={name};base64,{self.data}' if name else self.url

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self.data) * 3 // 4 - self.data[-2:].count('=')


def kind_of(data: bytes) -> MediaType | None:
    """What the first bytes say that it is; None for anything but a picture that models take."""
    return next((kind for beginning, kind in _BEGINNINGS if beginning.match(data)), None)


def image_from(data: bytes, *, name: str = '') -> Image:
    """ValueError says, as the end of a sentence about it, why it is none."""
    if len(data) > LARGEST:
        raise ValueError(TOO_LARGE)
    kind = kind_of(data)
    if kind is None:
        raise ValueError(NO_PICTURE)
    return Image(media_type=kind, data=base64.b64encode(data).decode(), name=name[:200])


def read_image(value: Json) -> Image:
    """A picture from a data URL, from base64, or from what an input holds; ValueError as `image_from`."""
    if isinstance(value, str) and value.lstrip().startswith('{'):  # through a template's `tojson`
        value = _parsed(value)
    if isinstance(value, dict) and isinstance(value.get('data'), str):
        return image_from(_decoded(value['data']), name=str(value.get('name') or ''))
    if not isinstance(value, str):
        raise ValueError(NO_DATA_URL)
    head = _DATA_URL.match(value)
    name = _NAME.search(head['told']) if head else None
    return image_from(_decoded(value[head.end() if head else 0 :]), name=name[1] if name else '')


def read_images(value: Json) -> list[Image]:
    """Several pictures, each as `read_image` takes it, from a list or from its JSON; one alone is a list of one.

    ValueError says which of them is none.
    """
    if isinstance(value, str) and value.lstrip().startswith('['):  # through a template's `tojson`
        value = _parsed(value)
    if not isinstance(value, list | tuple):
        return [read_image(value)]
    images = []
    for number, each in enumerate(value, 1):
        try:
            images.append(read_image(each))
        except ValueError as error:
            raise ValueError(f'has a picture, number {number}, that {error}') from None
    return images


def is_image(value: Json) -> bool:
    """Whether it is what an input of type image holds."""
    return isinstance(value, dict) and value.get('type') == 'image' and value.keys() >= {'media_type', 'data'}


def with_images(value: Json) -> Json:
    """The same data with a picture, as an input holds it, in the place of each data URL of one."""
    if isinstance(value, str) and value.startswith('data:image/'):
        try:
            return read_image(value).model_dump()
        except ValueError:
            return value
    return _inside(value, with_images)


def images_in(value: Json) -> Iterator[Image]:
    """All pictures in data that holds them as inputs do; what only looks like one is left out."""
    match value:
        case dict() if is_image(value):
            with suppress(ValueError):
                yield read_image(value)
        case dict():
            for item in value.values():
                yield from images_in(item)
        case list() | tuple():
            for item in value:
                yield from images_in(item)


def without_images(value: Json) -> Any:
    """The same data with words in the place of each picture, for whoever reads it as a text."""
    if is_image(value):
        return f'(image {value["name"]})' if value.get('name') else '(image)'
    return _inside(value, without_images)


def _inside(value: Json, change: Callable[[Json], Json]) -> Json:
    """The same data with each of its items changed; what has none as it is."""
    match value:
        case dict():
            return {key: change(item) for key, item in value.items()}
        case list() | tuple():
            return [change(item) for item in value]
        case _:
            return value


def _parsed(text: str) -> Json:
    try:
        parsed: Json = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(NO_DATA_URL) from None
    return parsed


def _decoded(text: str) -> bytes:
    if len(text) > LARGEST * 4 // 3 + 1000:
        raise ValueError(TOO_LARGE)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(NO_DATA_URL) from None
