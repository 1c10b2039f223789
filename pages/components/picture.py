"""A picture, as small as a hint or as large as its place."""

from nicegui import ui

from core.llm.images import Image
from pages.components.layout import box, words


def draw_small(image: Image) -> ui.element:
    """A picture among other things; its style says how small."""
    shown = box('', tag='img')
    shown.props['src'] = image.url
    shown.props['alt'] = image.name or 'A picture'
    return shown


def show_image(image: Image) -> None:
    """A picture, no larger than its place."""
    with box('ao-photo', tag='figure'):
        draw_small(image)
        if image.name:
            words(image.name, 'ao-faint ao-small', tag='figcaption')
