"""Agents: instructions, a model, and how the model is used."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from app.api.entities import Core, IfMatch, at, created, new, save, tagged
from app.api.problems import problem_responses
from core.agents.agent import Agent
from core.agents.conversation import Conversation, Turn
from core.errors import NotFoundError

router = APIRouter(prefix='/agents', tags=['Agents'])

EXAMPLE = {'name': 'Planner', 'instructions': 'Write a plan of three steps.', 'model': 'ollama/llama3.2', 'revision': 1}
Last = Annotated[int, Query(ge=1, le=1000, description='How many turns at most.')]
AgentBody = Annotated[Agent, Body(examples=[EXAMPLE])]


@router.get('', summary='List agents')
async def list_agents(core: Core) -> list[Agent]:
    """All agents, by name."""
    return await core.agents.all()


@router.post('', status_code=201, summary='Create an agent', responses=problem_responses(409))
async def create_agent(agent: AgentBody, core: Core, response: Response) -> Agent:
    """Stores a new agent; its id is made from its name where none is given."""
    return created(await core.agents.create(new(agent)), response, at='/api/agents')


@router.get('/{agent_id}', summary='Get an agent', responses=problem_responses(404))
async def get_agent(agent_id: str, core: Core, response: Response) -> Agent:
    """One agent; its ETag goes back in If-Match when it is saved."""
    return tagged(await core.agents.get(agent_id), response)


@router.put('/{agent_id}', summary='Save an agent', responses=problem_responses(404, 409, 412))
async def save_agent(
    agent_id: str, agent: AgentBody, core: Core, response: Response, if_match: IfMatch = None
) -> Agent:
    """Stores all fields. It must carry the revision that was read; a stale save is refused with what changed."""
    item = at(agent, agent_id, if_match=if_match)
    return tagged(await save(core.agents, item, if_match=if_match), response)


@router.delete('/{agent_id}', status_code=204, summary='Delete an agent', responses=problem_responses(404))
async def delete_agent(agent_id: str, core: Core) -> None:
    """Removes it; runs that used it keep their own copy."""
    await core.agents.delete(agent_id)


@router.get('/{agent_id}/conversations', summary='List conversations', responses=problem_responses(404))
async def list_conversations(agent_id: str, core: Core) -> list[Conversation]:
    """What the agent remembers, the newest conversation first."""
    return await core.conversations.all((await core.agents.get(agent_id)).id)


@router.get('/{agent_id}/conversations/{name:path}', summary='Get a conversation', responses=problem_responses(404))
async def get_conversation(agent_id: str, name: str, core: Core, last: Last = 200) -> list[Turn]:
    """The last turns of one conversation, in their order."""
    if turns := await core.conversations.turns(agent_id, name, last=last):
        return turns
    raise NotFoundError('conversation', name)


@router.delete(
    '/{agent_id}/conversations/{name:path}',
    status_code=204,
    summary='Forget a conversation',
    responses=problem_responses(404),
)
async def forget_conversation(agent_id: str, name: str, core: Core) -> None:
    """Deletes what the agent remembers of it; the runs stay."""
    await core.conversations.forget(agent_id, name)
