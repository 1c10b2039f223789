"""The pages about runs."""

from core.orchestrator import Orchestrator
from pages.runs import monitor, run_page


def register(orchestrator: Orchestrator) -> None:
    monitor.register(orchestrator)
    run_page.register(orchestrator)
