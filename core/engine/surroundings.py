"""What every walk works with."""

from dataclasses import dataclass

from core.agents.conversation import Conversations
from core.clock import Clock
from core.llm.service import LLMService
from core.nodes.node_type import NodeTypes
from core.runs.doorbell import Doorbell
from core.runs.live import Live
from core.runs.tail import TailedJournal
from core.sandbox.sandboxes import Sandboxes
from core.teams.strategy import Strategies
from core.tools.toolbox import Toolbox


@dataclass(kw_only=True, slots=True)
class Surroundings:
    """The same for all walks of one orchestrator."""

    node_types: NodeTypes
    strategies: Strategies
    journal: TailedJournal
    conversations: Conversations
    llm: LLMService
    sandboxes: Sandboxes
    toolbox: Toolbox
    clock: Clock
    live: Live
    doorbell: Doorbell
