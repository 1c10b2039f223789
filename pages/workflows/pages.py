"""The pages about workflows."""

from core.orchestrator import Orchestrator
from pages.builder import page as builder
from pages.workflows import listing


def register(orchestrator: Orchestrator) -> None:
    listing.register(orchestrator)
    builder.register(orchestrator)
