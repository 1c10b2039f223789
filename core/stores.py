"""Everything that is kept, in one place to hand around."""

from dataclasses import dataclass

from core.agents.agent import Agent
from core.agents.conversation import Conversations
from core.arrivals import Arrivals
from core.llm.connection import Connection
from core.repository import Preferences, Repository, Secrets
from core.runs.journal import Journal
from core.teams.team import Team
from core.tools.mcp.server import McpServer
from core.triggers.schedule import ScheduleRepository
from core.triggers.webhook import WebhookRepository
from core.workflows.workflow import WorkflowRepository


@dataclass(kw_only=True, slots=True)
class Stores:
    """What keeps what; the core knows these Protocols, the storage and the memory twins fill them."""

    agents: Repository[Agent]
    conversations: Conversations
    workflows: WorkflowRepository
    teams: Repository[Team]
    connections: Repository[Connection]
    mcp_servers: Repository[McpServer]
    schedules: ScheduleRepository
    webhooks: WebhookRepository
    secrets: Secrets
    preferences: Preferences
    journal: Journal
    arrivals: Arrivals
