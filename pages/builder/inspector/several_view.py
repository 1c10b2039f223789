"""Several nodes at once: how many, and what can be done with all of them."""

from collections.abc import Callable, Sequence

from nicegui import background_tasks

from core.drafts.draft import Draft
from core.drafts.edits import Change, Edit, EditRefusedError, Remove
from pages.components.buttons import button
from pages.components.formats import plural
from pages.components.layout import box, icon, row, words
from pages.components.toasts import toast_error

MANY = 12
"""Names that are listed."""


class SeveralView:
    """Draws a selection of nodes."""

    def __init__(
        self, node_ids: Sequence[str], draft: Draft, *, on_duplicate: Callable[[Sequence[str]], object] | None
    ) -> None:
        self._ids = tuple(node_ids)
        self._draft = draft
        with row('ao-inspector-type'):
            with box('ao-chip-icon'):
                icon('select_all')
            words(plural(len(self._ids), 'node'), 'ao-strong', tag='h2')
        self._names = words('', 'ao-dim ao-small', tag='p')
        with row('ao-wrap'):
            self._disable = button('Disable', self._toggle, icon='block')
            if on_duplicate:
                button('Duplicate', lambda: on_duplicate(self._ids), icon='content_copy')
            button('Delete', self._delete, icon='delete', kind='danger')

    def show(self) -> None:
        """Shows what the draft says now."""
        nodes = [self._draft.graph.by_id[key] for key in self._ids if key in self._draft.graph.by_id]
        titles = [node.title for node in nodes]
        self._names.text = ', '.join(titles[:MANY]) + (' …' if len(titles) > MANY else '')
        self._all_disabled = all(node.disabled for node in nodes)
        self._disable.text = 'Enable' if self._all_disabled else 'Disable'

    def flush(self) -> None:
        """Nothing is typed here."""

    def last_run_changed(self) -> None:
        """Nothing here tells of runs."""

    def _toggle(self) -> None:
        self._edit([Change(node=key, fields={'disabled': not self._all_disabled}) for key in self._ids])

    def _delete(self) -> None:
        self._edit([Remove(nodes=self._ids)])

    def _edit(self, edits: Sequence[Edit]) -> None:
        try:
            self._draft.edit(edits)
        except EditRefusedError as error:
            toast_error(error)
        else:
            background_tasks.create(self._draft.save(), name='save the selection')
