"""A picture, as small as a hint or as large as its place."""

import base64
import hashlib

from fastapi import Response
from nicegui import app, ui

from core.llm.images import Image
from pages.components.layout import box, words

_KEPT = {'Cache-Control': 'private, max-age=86400, immutable'}


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
    client = ui.context.client
    path = f'/_nicegui/client/{client.id}/picture/{hashlib.sha256(image.data.encode()).hexdigest()}'
    if all(getattr(route, 'path', '') != path for route in app.routes):

        @app.get(path, response_model=None, include_in_schema=False)
        def picture() -> Response:
            return Response(base64.b64decode(image.data), media_type=image.media_type, headers=_KEPT)

        client.on_delete(lambda: app.remove_route(path))
    return path
