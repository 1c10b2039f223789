"""One agent: its form, and its playground beside it."""

from typing import ClassVar

from core.agents.agent import Agent
from core.orchestrator import Orchestrator
from pages.agents.form import AgentForm
from pages.agents.playground import Playground
from pages.entities.editor import EntityEditor
from pages.frame import Frame


class AgentEditor(EntityEditor[Agent]):
    noun: ClassVar = 'agent'
    warning: ClassVar = (
        'Workflows that use this agent cannot run until they use another one. Runs of the past keep their copy.'
    )

    def __init__(self, agent: Agent, orchestrator: Orchestrator, page: Frame) -> None:
        super().__init__(agent, orchestrator.agents, page)
        self._orchestrator = orchestrator

    def make_form(self, item: Agent) -> AgentForm:
        self._agent_form = AgentForm(item, self._orchestrator, on_change=self.note_change)
        return self._agent_form

    def entered(self) -> Agent:
        return self._agent_form.agent()

    def draw_trial(self) -> None:
        self._playground = Playground(self.entered, self._orchestrator)
        self._playground.draw()

    def note_change(self) -> None:
        super().note_change()
        self._playground.follow()
