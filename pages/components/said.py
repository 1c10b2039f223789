"""What a person said to an agent, a team or a workflow."""

from collections.abc import Sequence

from core.llm.images import Image
from pages.components.layout import box
from pages.components.picture import draw_small
from pages.components.text import plain_text


def said(text: str, images: Sequence[Image] = ()) -> None:
    """The words, below the pictures that came with them."""
    with box('ao-said'):
        if images:
            with box('ao-said-pictures'):
                for image in images:
                    draw_small(image)
        plain_text(text)
