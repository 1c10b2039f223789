"""All pages."""

from core.orchestrator import Orchestrator
from pages import home, teams
from pages.agents import pages as agents
from pages.runs import pages as runs
from pages.theme import assets


def register(orchestrator: Orchestrator) -> None:
    """Adds the look and all pages to the server; called once, before it starts."""
    assets.register()
    home.register(orchestrator)
    agents.register(orchestrator)
    teams.register(orchestrator)
    runs.register(orchestrator)
