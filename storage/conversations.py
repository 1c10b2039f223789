"""The turns of conversations in SQLite; they go with their agent and with their run."""

from sqlalchemy import Connection, delete, exists, func, select
from sqlalchemy.dialects.sqlite import insert

from core.agents.conversation import Conversation, Turn
from core.errors import NotFoundError
from core.repository import stored_json
from storage.database import Database
from storage.tables import AGENTS, TURNS


class SqlConversations:
    """Turns in a table, numbered by it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, turn: Turn) -> None:
        columns = {
            'agent_id': turn.agent,
            'conversation': turn.conversation,
            'run_id': turn.run_id,
            'path': turn.path,
            'at': turn.at,
            'body': stored_json(turn, what=f'A turn of {turn.conversation!r}'),
        }

        def change(connection: Connection) -> None:
            if connection.execute(select(exists().where(AGENTS.c.id == turn.agent))).scalar():
                connection.execute(insert(TURNS).values(columns).on_conflict_do_nothing())

        await self._database.write(change)

    async def turns(self, agent: str, conversation: str, *, last: int) -> list[Turn]:
        statement = (
            select(TURNS.c.number, TURNS.c.body)
            .where(TURNS.c.agent_id == agent, TURNS.c.conversation == conversation)
            .order_by(TURNS.c.number.desc())
            .limit(last)
        )
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [Turn.model_validate_json(body).model_copy(update={'number': number}) for number, body in rows[::-1]]

    async def all(self, agent: str) -> list[Conversation]:
        newest = func.max(TURNS.c.number)
        statement = (
            select(TURNS.c.conversation, func.count(), func.max(TURNS.c.at))
            .where(TURNS.c.agent_id == agent)
            .group_by(TURNS.c.conversation)
            .order_by(newest.desc())
        )
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [Conversation(agent=agent, name=name, turns=count, last_at=at) for name, count, at in rows]

    async def forget(self, agent: str, conversation: str) -> None:
        chosen = delete(TURNS).where(TURNS.c.agent_id == agent, TURNS.c.conversation == conversation)
        if not await self._database.write(lambda connection: connection.execute(chosen).rowcount):
            raise NotFoundError('conversation', conversation)
