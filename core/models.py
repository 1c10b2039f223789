"""Connections, their keys, and the model that agents use when they name none."""

import re

from core.errors import ConflictError
from core.ids import slug
from core.llm.connection import Connection, ModelRef
from core.llm.service import LLMService
from core.stores import Stores

PRACTICE = ModelRef(connection='practice', model='practice')

DEFAULT_MODEL = 'default_model'
"""The preference that holds it, written CONNECTION/MODEL."""


class Models:
    """Which models there are, and which one is meant."""

    def __init__(self, stores: Stores, llm: LLMService) -> None:
        self._connections = stores.connections
        self._secrets = stores.secrets
        self._preferences = stores.preferences
        self._llm = llm

    async def add_local_connections(self) -> None:
        """What works without a key: the practice model, and the two local servers at their usual addresses."""
        for name, provider in (('Practice', 'practice'), ('Ollama', 'ollama'), ('LM Studio', 'lmstudio')):
            try:
                await self._connections.create(Connection(id=provider, name=name, provider=provider))
            except ConflictError:
                continue  # an earlier start was cut off in the middle

    async def default(self) -> ModelRef:
        chosen = await self._preferences.get(DEFAULT_MODEL)
        return ModelRef.parse(chosen) if chosen else PRACTICE

    async def set_default(self, model: ModelRef) -> None:
        await self._connections.get(model.connection)
        await self._preferences.set(DEFAULT_MODEL, str(model))

    async def save_connection(self, connection: Connection, *, api_key: str | None = None) -> Connection:
        """Creates (revision 0) or saves; a pasted key goes into the secrets before anything refers to it."""
        here = {other.id: other for other in await self._connections.all()}
        if not connection.id:
            connection = connection.model_copy(update={'id': slug(connection.name, taken=here)})
        current = here[connection.id].revision if connection.id in here else 0
        if api_key and connection.revision == current:  # else it is refused below, and its key with it
            name = re.sub(r'[^A-Z0-9]', '_', f'{connection.id}_API_KEY'.upper())
            await self._secrets.set(name, api_key)
            connection = connection.model_copy(update={'api_key': f'${{{name}}}'})
        if connection.revision:
            return await self._connections.save(connection)
        return await self._connections.create(connection)
