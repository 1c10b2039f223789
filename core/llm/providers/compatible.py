"""Any server that speaks OpenAI's Chat Completions: vLLM, llama.cpp, LiteLLM, Groq, Mistral and many more."""

from core.llm.connection import Connection
from core.llm.faults import Faults
from core.llm.provider import Client, ProviderType
from core.llm.providers.chat_completions import ChatCompletions
from core.llm.providers.openai import openai_sdk


async def open_compatible(connection: Connection, *, api_key: str) -> Client:
    faults = Faults(provider=compatible(), connection=connection, secret=api_key)
    return ChatCompletions(*await openai_sdk(faults, url=faults.url, api_key=api_key), faults)


def compatible() -> ProviderType:
    return ProviderType(
        name='compatible',
        title='OpenAI-compatible server',
        local=False,
        default_url='http://localhost:8000/v1',
        needs_key=False,
        remedies={
            'not_found': 'Check the model name {model!r}, and the address {url}: most servers want it to end with /v1.',
            'unreachable': 'Is the server running? Check the address of the connection “{connection}” '
            'in Settings › Connections; inside a container, localhost is the container itself.',
        },
        open=open_compatible,
    )
