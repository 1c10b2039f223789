"""The model of the agent that a node asks: seen, and changed, where it is asked."""

from collections.abc import Callable

from nicegui import ui

from core.agents.agent import Agent
from core.errors import NotFoundError
from core.llm.connection import ModelRef
from core.orchestrator import Orchestrator
from pages.components.fields import field
from pages.components.layout import badge, row
from pages.components.model_picker import ModelPicker, facts_near
from pages.components.toasts import explained

HELP = 'Changed here, it is changed for all that ask this agent.'


class AgentModel(ui.element):
    """A field for the model; what is chosen is saved with the agent, and told to `on_save`."""

    def __init__(self, orchestrator: Orchestrator, *, on_save: Callable[[], object]) -> None:
        super().__init__()
        self.classes('ao-slot')
        self.set_visibility(False)
        self._agents = orchestrator.agents
        self._orchestrator = orchestrator
        self._on_save = on_save
        self._agent_id = ''
        with self, field('Model', help_text=HELP):
            self._picker = ModelPicker(orchestrator, None, on_change=self._save)
            self._facts = row('ao-wrap ao-model-facts')

    def show(self, agent_id: str) -> None:
        """Shows the model of another agent; of none that is here, nothing."""
        self._agent_id = agent_id
        with self:
            ui.timer(0, self._show, once=True)

    async def _show(self) -> None:
        agent = await self._find()
        self.set_visibility(agent is not None)
        if agent is not None:
            self._picker.show(agent.model)
            await self._show_facts(agent.model)

    async def _find(self) -> Agent | None:
        try:
            return await self._agents.get(self._agent_id) if self._agent_id else None
        except NotFoundError:
            return None

    async def _show_facts(self, model: ModelRef | None) -> None:
        facts = await facts_near(model or await self._orchestrator.default_model(), self._orchestrator)
        if self.is_deleted:
            return
        self._facts.clear()
        with self._facts:
            for fact in facts:
                badge(fact)

    async def _save(self, model: ModelRef | None) -> None:
        with explained():
            agent = await self._agents.get(self._agent_id)
            await self._agents.save(agent.model_copy(update={'model': model}))
            self._on_save()
        await self._show()
