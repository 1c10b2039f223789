"""The palette: what can be added, by category, searched, clicked or dragged onto the canvas."""

from collections.abc import Iterable

from nicegui import ui

from pages.canvas.offers import Offer


class Palette(ui.element, component='palette.js'):
    """A column of offers; the canvas takes what is clicked or dragged from here by its `data-offer`.

    It is drawn and narrowed in the browser, which would wait longer for a hundred elements than for what they show.
    """

    def __init__(self, offers: Iterable[Offer]) -> None:
        super().__init__()
        self.offer(offers)

    def offer(self, offers: Iterable[Offer]) -> None:
        """Shows other offers."""
        self._props['offers'] = tuple(offer.told() for offer in offers)
        self.update()
