"""The pages about workflows."""

from pathlib import Path

from nicegui import ui

from core.orchestrator import Orchestrator
from pages.workflows import editor, listing


def register(orchestrator: Orchestrator) -> None:
    for name in ('picture.css', 'workflows.css'):
        ui.add_css(Path(__file__).with_name(name), shared=True)
    listing.register(orchestrator)
    editor.register(orchestrator)
