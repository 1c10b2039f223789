"""From the reference to a key, such as `${OPENAI_API_KEY}`, to the key itself."""

import os

from core.llm.connection import Connection
from core.llm.faults import Faults
from core.llm.provider import ProviderType
from core.repository import Secrets


async def resolve_key(connection: Connection, provider: ProviderType, secrets: Secrets) -> str:
    """The key from the secrets, else from the environment; empty where none is needed, else ModelError."""
    faults = Faults(provider=provider, connection=connection)
    if not connection.api_key:
        if provider.needs_key:
            raise faults.configuration(
                f'the connection “{connection.name}” has no key.',
                remedy=f'Enter it in Settings › Connections, or refer to an environment variable there: '
                f'${{{provider.key_variable or "MY_API_KEY"}}}.',
            )
        return ''
    name = connection.api_key[2:-1]
    key = await secrets.get(name) or os.environ.get(name, '')
    if not key:
        raise faults.configuration(
            f'its key {connection.api_key} is set nowhere.',
            remedy=f'Add the secret {name} in Settings › Secrets, or set the environment variable {name} '
            'before the app starts.',
        )
    return checked_key(key, faults)


def checked_key(key: str, faults: Faults) -> str:
    """The key without blanks around it, or ModelError where it cannot be sent in a header."""
    key = key.strip()
    if not (key.isascii() and key.isprintable()):
        raise faults.configuration(
            'its key holds characters that no key has.', remedy='Copy the key once more, without quotes and spaces.'
        )
    return key
