"""One team: its form, and a place to try it beside it."""

from collections.abc import Mapping
from typing import ClassVar

from core.agents.agent import Agent
from core.orchestrator import Orchestrator
from core.teams.team import Team
from pages.entities.editor import EntityEditor
from pages.frame import Frame
from pages.teams.form import TeamForm
from pages.teams.trial import Trial


class TeamEditor(EntityEditor[Team]):
    noun: ClassVar = 'team'
    warning: ClassVar = 'Its members stay. Workflows that use this team cannot run until they use another one.'

    def __init__(self, team: Team, agents: Mapping[str, Agent], orchestrator: Orchestrator, page: Frame) -> None:
        super().__init__(team, orchestrator.teams, page)
        self._agents = agents
        self._orchestrator = orchestrator

    def make_form(self, item: Team) -> TeamForm:
        self._team_form = TeamForm(item, self._agents, self._orchestrator, on_change=self.note_change)
        return self._team_form

    def entered(self) -> Team:
        return self._team_form.team()

    def draw_trial(self) -> None:
        Trial(self.entered, self._orchestrator).draw()
