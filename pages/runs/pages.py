"""The pages about runs."""

from core.orchestrator import Orchestrator
from pages.runs import run_page


def register(orchestrator: Orchestrator) -> None:
    run_page.register(orchestrator)
