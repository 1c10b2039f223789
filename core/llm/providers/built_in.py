"""All providers that come with the app."""

from core.clock import Clock, SystemClock
from core.llm.provider import ProviderType
from core.llm.providers.anthropic import anthropic
from core.llm.providers.compatible import compatible
from core.llm.providers.lmstudio import lmstudio
from core.llm.providers.ollama import ollama
from core.llm.providers.openai import openai
from core.llm.providers.practice import practice
from core.registry import Registry


def add_built_in_providers(registry: Registry[ProviderType], *, clock: Clock | None = None) -> None:
    """Adds each under its name; no SDK is imported before a connection is first used."""
    built_in = (ollama(), lmstudio(), openai(), anthropic(), compatible(), practice(clock=clock or SystemClock()))
    for provider in built_in:
        registry.add(provider.name, provider)
