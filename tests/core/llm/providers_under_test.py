"""The providers over HTTP, each with the server that speaks its language."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.llm.connection import Connection, Timeouts
from tests.servers.anthropic import fake_anthropic
from tests.servers.model_server import ModelServer
from tests.servers.ollama import fake_ollama
from tests.servers.openai import fake_lmstudio, fake_openai


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """One provider and its server."""

    provider: str
    title: str
    server: Callable[..., ModelServer]

    def connection(self, base_url: str, **changes: Any) -> Connection:
        values = {'id': 'it', 'name': 'Mine', 'provider': self.provider, 'base_url': base_url, 'api_key': '${TEST_KEY}'}
        return Connection(**{**values, **changes})

    def served(self, *script: Any, **options: Any) -> ModelServer:
        return self.server(*script, key='test-key', **options)

    def __str__(self) -> str:
        return self.provider


ALL = (
    Tried(provider='ollama', title='Ollama', server=fake_ollama),
    Tried(provider='lmstudio', title='LM Studio', server=fake_lmstudio),
    Tried(provider='openai', title='OpenAI', server=fake_openai),
    Tried(provider='anthropic', title='Anthropic', server=fake_anthropic),
    Tried(provider='compatible', title='OpenAI-compatible server', server=fake_openai),
)

IMPATIENT = Timeouts(connect=1, first_token=0.4, between_tokens=0.4)
