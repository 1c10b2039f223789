"""A picture, as small as a hint or as large as its place."""

import base64
import hashlib
from weakref import WeakKeyDictionary

from fastapi import HTTPException, Response
from nicegui import Client, app, ui

from core.llm.images import Image
from pages.components.layout import box, words

ADDRESS = '/pictures/{client_id}/{digest}'

_KEPT = {'Cache-Control': 'private, max-age=86400, immutable'}

_shown: WeakKeyDictionary[Client, dict[str, Image]] = WeakKeyDictionary()
"""What each open page shows, by digest."""


def register() -> None:
    """Adds the address of pictures to the server."""
    app.add_api_route(ADDRESS, _fetched, response_model=None, include_in_schema=False)


def draw_small(image: Image) -> ui.element:
    """A picture among other things; its style says how small."""
    shown = box('', tag='img')
    shown.props['src'] = _address_of(image)
    shown.props['alt'] = image.name or 'A picture'
    return shown


def show_image(image: Image) -> None:
    """A picture, no larger than its place."""
    with box('ao-photo', tag='figure'):
        draw_small(image)
        if image.name:
            words(image.name, 'ao-faint ao-small', tag='figcaption')


def _address_of(image: Image) -> str:
    """Where the browser fetches the picture while this page is open.

    In the connection of the page, all that is shown meanwhile would wait for a large one.
    """
    client, digest = ui.context.client, hashlib.sha256(image.data.encode()).hexdigest()
    _shown.setdefault(client, {})[digest] = image
    return ADDRESS.format(client_id=client.id, digest=digest)


def _fetched(client_id: str, digest: str) -> Response:
    client = Client.instances.get(client_id)
    image = _shown.get(client, {}).get(digest) if client else None
    if image is None:
        raise HTTPException(404)
    return Response(base64.b64decode(image.data), media_type=image.media_type, headers=_KEPT)
