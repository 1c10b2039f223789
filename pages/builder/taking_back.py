"""Offering to take back what was just done to the draft as a whole."""

from core.drafts.draft import Draft
from pages.components.toasts import toast, undoable


def offer_to_take_back(draft: Draft, text: str) -> None:
    """Says what the draft is now, and offers for a while to undo that, as long as nobody changed it further."""
    taken = draft.graph

    async def take_back() -> None:
        if draft.graph is not taken:
            toast('The draft was changed since then. Undo takes back one change after the other.', 'note')
            return
        draft.undo()
        await draft.save()

    undoable(text, take_back)
