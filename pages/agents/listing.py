"""The list of all agents."""

from typing import ClassVar

from core.agents.agent import Agent
from core.llm.connection import ModelRef
from core.orchestrator import Orchestrator
from pages.components.layout import row, words
from pages.components.model_picker import place_badge, place_of
from pages.entities.listing import EntityList


class AgentList(EntityList[Agent]):
    """Each with its model, and where that model runs."""

    noun: ClassVar = 'agent'
    icon: ClassVar = 'smart_toy'
    example: ClassVar = 'Research analyst'
    lesson: ClassVar = (
        'An agent is a model with instructions: who it is, what it does, how it answers. '
        'Try it in its playground, then let workflows use it.'
    )

    def __init__(self, orchestrator: Orchestrator) -> None:
        super().__init__(orchestrator.agents, orchestrator)

    def make(self, name: str) -> Agent:
        return Agent(name=name)

    async def read_around(self) -> None:
        self._default = await self._orchestrator.default_model()
        connections = await self._orchestrator.connections.all()
        self._places = {connection.id: place_of(connection, self._orchestrator) for connection in connections}

    def known_for(self, item: Agent) -> str:
        return str(item.model or '')

    def draw_facts(self, item: Agent) -> None:
        with row('ao-wide-only ao-agent-model'):
            self._show_model(item.model)

    def _show_model(self, model: ModelRef | None) -> None:
        ref = model or self._default
        words(ref.model if model else f'Default · {ref.model}', 'ao-number ao-dim ao-one-line ao-grow')
        if place := self._places.get(ref.connection):
            place_badge(place)
