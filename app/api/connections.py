"""Connections: configured providers. Keys go in and never come out."""

import re
from typing import Annotated

from fastapi import APIRouter, Body, Response
from pydantic import Field, SecretStr

from app.api.entities import Core, IfMatch, at, created, new, stale, tagged
from app.api.problems import problem_responses
from core.errors import StaleError
from core.llm.connection import Connection, Timeouts
from core.llm.reports import ConnectionReport, ModelInfo
from core.values import Entity

router = APIRouter(prefix='/connections', tags=['Connections'])

_REFERENCE = re.compile(r'\$\{[A-Za-z_][A-Za-z0-9_.-]*\}')


class ConnectionInput(Entity):
    """A connection as it is sent; `api_key` is a key (stored as a secret, never given back) or `${NAME}`."""

    provider: str = Field(examples=['ollama'])
    base_url: str = ''
    api_key: SecretStr | None = Field(
        default=None, description='A key, or a reference such as ${OPENAI_API_KEY}; left out: stays as it is.'
    )
    max_parallel: Annotated[int, Field(ge=1, le=256)] = 8
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    timeouts: Timeouts = Timeouts()

    def connection(self, *, reference: str = '') -> Connection:
        """The connection without a key of its own; `reference` is what it had before."""
        given = None if self.api_key is None else self.api_key.get_secret_value()
        kept = reference if given is None else given if _REFERENCE.fullmatch(given) else ''
        fields = {name: getattr(self, name) for name in type(self).model_fields if name != 'api_key'}
        return Connection(**fields, api_key=kept)

    @property
    def key(self) -> str | None:
        """The key itself, if one was sent."""
        given = self.api_key.get_secret_value() if self.api_key else ''
        return given if given and not _REFERENCE.fullmatch(given) else None


EXAMPLE = {'name': 'Work', 'provider': 'openai', 'api_key': '${OPENAI_API_KEY}', 'max_parallel': 4, 'revision': 1}
ConnectionBody = Annotated[ConnectionInput, Body(examples=[EXAMPLE])]


@router.get('', summary='List connections')
async def list_connections(core: Core) -> list[Connection]:
    """All connections, by name; of their keys only the references."""
    return await core.connections.all()


@router.post('', status_code=201, summary='Create a connection', responses=problem_responses(409))
async def create_connection(connection: ConnectionBody, core: Core, response: Response) -> Connection:
    """Stores a new connection; a key that comes with it is stored encrypted."""
    core.extensions.providers.get(connection.provider)
    saved = await core.save_connection(new(connection.connection()), api_key=connection.key)
    return created(saved, response, at='/api/connections')


@router.get('/{connection_id}', summary='Get a connection', responses=problem_responses(404))
async def get_connection(connection_id: str, core: Core, response: Response) -> Connection:
    """One connection; its ETag goes back in If-Match when it is saved."""
    return tagged(await core.connections.get(connection_id), response)


@router.put('/{connection_id}', summary='Save a connection', responses=problem_responses(404, 409, 412))
async def save_connection(
    connection_id: str, connection: ConnectionBody, core: Core, response: Response, if_match: IfMatch = None
) -> Connection:
    """Stores all fields; the key stays as it is where none is sent, and goes where an empty one is sent."""
    core.extensions.providers.get(connection.provider)
    current = await core.connections.get(connection_id)
    item = at(connection.connection(reference=current.api_key), connection_id, if_match=if_match)
    try:
        return tagged(await core.save_connection(item, api_key=connection.key), response)
    except StaleError as error:
        raise stale(error, item, if_match=if_match) from None


@router.delete('/{connection_id}', status_code=204, summary='Delete a connection', responses=problem_responses(404))
async def delete_connection(connection_id: str, core: Core) -> None:
    """Removes the connection; agents that name it fail with a clear error until they name another."""
    await core.connections.delete(connection_id)


@router.post('/{connection_id}/test', summary='Test a saved connection', responses=problem_responses(404))
async def test_saved_connection(connection_id: str, core: Core) -> ConnectionReport:
    """Whether it works; if not, what is wrong and what to do."""
    return await core.test_connection(await core.connections.get(connection_id))


@router.get('/{connection_id}/models', summary='List models', responses=problem_responses(404, 502))
async def list_models(connection_id: str, core: Core) -> list[ModelInfo]:
    """The models that the connection offers, by name."""
    return await core.models(connection_id)
