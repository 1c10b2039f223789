"""All pages."""

from core.orchestrator import Orchestrator
from pages import home
from pages.theme import assets


def register(orchestrator: Orchestrator) -> None:
    """Adds the look and all pages to the server; called once, before it starts."""
    assets.register()
    home.register(orchestrator)
