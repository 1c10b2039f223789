"""Opens a data directory: locks it, brings its database up to date, and gives everything that is kept in it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from core.agents.agent import Agent
from core.clock import Clock
from core.errors import StorageError
from core.llm.connection import Connection
from core.stores import Stores
from core.teams.team import Team
from core.tools.mcp.server import McpServer
from storage.arrivals import SqlArrivals
from storage.conversations import SqlConversations
from storage.database import Database, open_database
from storage.journal import SqliteJournal
from storage.keys import KeyFile, KeyStore
from storage.lock import DirectoryLock
from storage.repositories import SqlPreferences, SqlRepository, SqlWorkflowRepository
from storage.schema import prepare_schema
from storage.secrets import SqlSecrets
from storage.tables import AGENTS, CONNECTIONS, MCP_SERVERS, TEAMS
from storage.triggers import SqlScheduleRepository, SqlWebhookRepository

DATABASE = 'orchestrator.db'


@dataclass(kw_only=True, slots=True)
class OpenStores(Stores):
    """The stores of one data directory; `lock.set_url` tells others where this process serves."""

    lock: DirectoryLock


@asynccontextmanager
async def open_stores(
    data_dir: Path, *, clock: Clock, key_stores: Sequence[KeyStore] = ()
) -> AsyncIterator[OpenStores]:
    """All stores of a data directory, which is created if need be and held until the context ends.

    `key_stores` are tried before the key file in the directory; the app passes the operating system's keyring.
    StorageError says what is in the way: another process, no right to write, a damaged or a newer database.
    """
    lock = await asyncio.to_thread(_enter, data_dir)
    try:
        path = data_dir / DATABASE
        await asyncio.to_thread(prepare_schema, path, now=clock.now())
        async with open_database(path) as database:
            keys = (*key_stores, KeyFile(data_dir / 'secret.key'))
            yield _stores(database, clock=clock, key_stores=keys, lock=lock)
    finally:
        await asyncio.to_thread(lock.release)


def _enter(data_dir: Path) -> DirectoryLock:
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StorageError(
            f'The data directory {data_dir} cannot be made ({error.strerror}). '
            'Give yourself the right to write there, or choose another one with --data-dir.'
        ) from error
    lock = DirectoryLock(data_dir)
    lock.acquire()
    return lock


def _stores(database: Database, *, clock: Clock, key_stores: Sequence[KeyStore], lock: DirectoryLock) -> OpenStores:
    agents = SqlRepository(database, AGENTS, Agent, kind='agent', clock=clock)
    teams = SqlRepository(database, TEAMS, Team, kind='team', clock=clock)
    workflows = SqlWorkflowRepository(database, clock=clock)
    schedules = SqlScheduleRepository(database, clock=clock)
    webhooks = SqlWebhookRepository(database, clock=clock)
    secrets = SqlSecrets(database, key_stores)
    return OpenStores(
        agents=agents,
        conversations=SqlConversations(database),
        workflows=workflows,
        teams=teams,
        connections=SqlRepository(database, CONNECTIONS, Connection, kind='connection', clock=clock),
        mcp_servers=SqlRepository(database, MCP_SERVERS, McpServer, kind='MCP server', clock=clock),
        schedules=schedules,
        webhooks=webhooks,
        secrets=secrets,
        preferences=SqlPreferences(database),
        journal=SqliteJournal(database),
        arrivals=SqlArrivals(database, agents, teams, workflows, schedules, webhooks, secrets),
        lock=lock,
    )
