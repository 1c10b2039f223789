"""The pages about workflows."""

from core.orchestrator import Orchestrator
from pages.workflows import editor, listing


def register(orchestrator: Orchestrator) -> None:
    listing.register(orchestrator)
    editor.register(orchestrator)
