"""The palette: what can be added, by category, searched, clicked or dragged onto the canvas."""

from collections.abc import Iterable
from itertools import groupby

from pages.canvas.offers import Offer
from pages.components.fields import search_field
from pages.components.layout import box, icon, words


class Palette:
    """A column of offers; the canvas takes what is clicked or dragged from here by its `data-offer`."""

    def __init__(self, offers: Iterable[Offer]) -> None:
        self._offers = list(offers)
        self._query = ''
        with box('ao-shelf', tag='aside'):
            search_field('Find a node', self._narrow).mark('palette-search')
            self._list = box('ao-shelf-list')
        self._draw()

    def offer(self, offers: Iterable[Offer]) -> None:
        """Shows other offers."""
        self._offers = list(offers)
        self._draw()

    def _narrow(self, query: str) -> None:
        self._query = query
        self._draw()

    def _draw(self) -> None:
        asked = self._query.lower().split()
        hits = [o for o in self._offers if all(word in f'{o.title} {o.description} {o.key}'.lower() for word in asked)]
        self._list.clear()
        with self._list:
            for group, offers in groupby(hits, key=lambda offer: offer.group):
                words(group, 'ao-shelf-group')
                for offer in offers:
                    _draw_offer(offer)
            if not hits:
                words('Nothing is called that.', 'ao-faint ao-small ao-shelf-group')


def _draw_offer(offer: Offer) -> None:
    with box('ao-shelf-item', tag='button').props('type=button').mark(f'offer-{offer.key}') as made:
        made.props['data-offer'] = offer.key
        made.props['data-category'] = offer.category
        made.props['title'] = offer.description
        with box('ao-node-chip', tag='span'):
            icon(offer.icon)
        words(offer.title, 'ao-one-line')
