"""What a file brings, stored in one transaction."""

from dataclasses import dataclass

from sqlalchemy import Connection

from core.agents.agent import Agent
from core.arrivals import Arrival
from core.teams.team import Team
from storage.database import Database
from storage.repositories import SqlRepository, SqlWorkflowRepository
from storage.secrets import SqlSecrets, put_secrets
from storage.triggers import SqlScheduleRepository, SqlWebhookRepository


@dataclass(slots=True)
class SqlArrivals:
    """Arrivals over the stores of one database."""

    database: Database
    agents: SqlRepository[Agent]
    teams: SqlRepository[Team]
    workflows: SqlWorkflowRepository
    schedules: SqlScheduleRepository
    webhooks: SqlWebhookRepository
    secrets: SqlSecrets

    async def store(self, arrival: Arrival) -> None:
        def change(connection: Connection) -> None:
            self.agents.insert(connection, *arrival.agents)
            self.teams.insert(connection, *arrival.teams)
            self.workflows.insert(connection, *arrival.workflows)
            for version in arrival.versions:
                self.workflows.put_version(connection, version)
            self.schedules.insert(connection, *arrival.schedules)
            self.webhooks.insert(connection, *arrival.webhooks)
            for key, digest in arrival.tokens.items():
                self.webhooks.put_token(connection, key, digest)
            put_secrets(connection, sealed)

        async with self.secrets.sealing(arrival.secrets) as sealed:
            await self.database.write(change)
