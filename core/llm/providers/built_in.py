"""All providers that come with the app."""

from core.clock import Clock, SystemClock
from core.llm.provider import ProviderType
from core.llm.providers.practice import practice
from core.registry import Registry


def add_built_in_providers(registry: Registry[ProviderType], *, clock: Clock | None = None) -> None:
    """Adds each under its name; no SDK is imported before a connection is first used."""
    for provider in (practice(clock=clock or SystemClock()),):
        registry.add(provider.name, provider)
