"""A comparison on a page: its picture, and the list of changes that belongs to it."""

from nicegui import ui

from core.nodes.node_type import NodeTypes
from pages.builder.changes import Changes
from pages.builder.comparison import Comparison
from pages.components.layout import box, words
from pages.workflows.known import Known
from pages.workflows.picture_view import PictureView


class Compared(ui.element):
    """Picture and list; what is chosen in the one is shown in the other."""

    def __init__(
        self, comparison: Comparison, node_types: NodeTypes, known: Known, *, unchanged: str = 'Nothing differs.'
    ) -> None:
        super().__init__('div')
        self.classes('ao-compared')
        with self:
            with box('ao-compared-picture'):
                drawing = comparison.drawing(node_types, known)
                self._picture = PictureView(drawing, on_choose=self._choose, overview=True)
                self._picture.draw(drawing, marks=comparison.marks, edges=comparison.edges)
            with box('ao-compared-list ao-scroll'):
                if comparison.diff.same_work and not comparison.diff.moved:
                    words(unchanged, 'ao-dim ao-small ao-compared-same', tag='p')
                self._changes = Changes(comparison, node_types, on_choose=self._choose)

    def _choose(self, node_id: str) -> None:
        self._picture.reveal(node_id)
        self._changes.choose(node_id)
