"""The pages about templates. They are not below /workflows, where `new` may be the id of a workflow called New."""

from core.orchestrator import Orchestrator
from pages.templates import gallery, preview


def register(orchestrator: Orchestrator) -> None:
    gallery.register(orchestrator)
    preview.register(orchestrator)
