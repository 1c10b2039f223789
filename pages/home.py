"""The first page: what runs, what failed, what it cost, and where to begin."""

from nicegui import ui

from core.orchestrator import Orchestrator
from pages.frame import frame


def register(orchestrator: Orchestrator) -> None:
    @ui.page('/')
    async def home_page() -> None:
        with frame('Home', orchestrator, here='/'):
            pass
