"""All pages."""

from pathlib import Path

from nicegui import app

from core.orchestrator import Orchestrator
from pages import faults
from pages.agents import pages as agents
from pages.canvas import canvas
from pages.home import page as home
from pages.live import forget_unconnected
from pages.runs import pages as runs
from pages.settings import pages as settings
from pages.teams import pages as teams
from pages.templates import pages as templates
from pages.theme import assets
from pages.workflows import pages as workflows

PRUNING = 3.0
"""Seconds between two looks for pages that no browser has connected to."""


def register(orchestrator: Orchestrator, *, data_dir: Path) -> None:
    """Adds the look and all pages to the server; called once, before it starts.

    data_dir: where everything is kept, for the settings to show.
    """
    assets.register()
    if assets.has_canvas():
        canvas.register()
    faults.register(orchestrator)
    home.register(orchestrator)
    agents.register(orchestrator)
    teams.register(orchestrator)
    settings.register(orchestrator, data_dir=data_dir)
    runs.register(orchestrator)
    workflows.register(orchestrator)
    templates.register(orchestrator)
    app.timer(PRUNING, forget_unconnected)
