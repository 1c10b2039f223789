"""Models: what Ollama has, whether a connection works, and which model is used by default."""

from fastapi import APIRouter

from app.api.connections import ConnectionBody
from app.api.entities import Core
from app.api.problems import problem_responses
from core.llm.connection import Connection, ModelRef
from core.llm.reports import ConnectionReport, ModelInfo
from core.values import Value

router = APIRouter(prefix='/llm', tags=['Models'])


class DefaultModel(Value):
    """What agents without a model of their own use, written CONNECTION/MODEL."""

    model: ModelRef


@router.get('/ollama/models', summary="List Ollama's models", responses=problem_responses(404, 502))
async def ollama_models(core: Core, connection: str | None = None) -> list[ModelInfo]:
    """The models of an Ollama connection: the named one, else the first, else Ollama at its usual address."""
    if connection:
        return await core.models(connection)
    saved = [item for item in await core.connections.all() if item.provider == 'ollama']
    return await core.llm.models(saved[0] if saved else Connection(id='ollama', name='Ollama', provider='ollama'))


@router.post('/test', summary='Test a connection')
async def test_connection(connection: ConnectionBody, core: Core) -> ConnectionReport:
    """Tries a connection that need not be saved: whether it works; if not, what is wrong and what to do."""
    core.extensions.providers.get(connection.provider)
    return await core.test_connection(connection.connection(), api_key=connection.key)


@router.get('/default-model', summary='Get the default model')
async def get_default_model(core: Core) -> DefaultModel:
    """What agents without a model of their own use; the practice model until another was chosen."""
    return DefaultModel(model=await core.default_model())


@router.put('/default-model', summary='Choose the default model', responses=problem_responses(404))
async def set_default_model(default: DefaultModel, core: Core) -> DefaultModel:
    """Chooses it for all agents without a model of their own, from the next run on."""
    await core.set_default_model(default.model)
    return default
