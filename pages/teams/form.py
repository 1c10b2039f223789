"""The form of a team: its fields, and the team that they describe."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from core.agents.agent import Agent
from core.errors import InvalidError, StepError
from core.orchestrator import Orchestrator
from core.teams.rehearsal import rehearse
from core.teams.team import Team
from pages.components.agent_picker import AgentPicker
from pages.components.buttons import icon_button
from pages.components.fields import choice, field, text_area, text_field
from pages.components.layout import box, phrase
from pages.components.problems import Fields, problems_of, show_problems
from pages.teams.beats import draw_beats
from pages.teams.members import MemberList
from pages.teams.stops import StopFields
from pages.teams.strategies import StrategyPicker

WHEN_ONE_FAILS = {'stop': 'The team fails', 'go_on': 'It goes on without it'}


class TeamForm:
    """Shows a team for editing; `team()` is what the fields say at the moment."""

    def __init__(
        self, team: Team, agents: Mapping[str, Agent], orchestrator: Orchestrator, *, on_change: Callable[[], object]
    ) -> None:
        self._saved = team
        self._agents = agents
        self._orchestrator = orchestrator
        self._tell = on_change
        with box('ao-form'):
            self._draw_texts(team)
            with field(
                'Members', help_text='In the order in which they speak. An agent may be in it twice.'
            ) as members:
                self._members = MemberList(orchestrator, team.members, agents, on_change=self._changed)
            self._seats = members
            with field('How they take turns'):
                self._strategy = StrategyPicker(orchestrator, team.strategy, on_change=self._changed)
            self._lead_place = box('ao-if-any')
            self._lead = team.lead
            with field('Who speaks when', help_text='As it would begin, if nobody ends it before.'):
                self._preview = box('ao-stack')
            self._instructions = text_area(
                'Instructions for all',
                team.instructions,
                rows=4,
                placeholder='What all members are told, besides their own instructions.',
                on_change=self._changed,
            )
            self._stops = StopFields(team, on_change=self._changed)
            self._on_failure = choice('When a member fails', WHEN_ONE_FAILS, team.on_failure, on_change=self._changed)
        self._follow_strategy()

    def _draw_texts(self, team: Team) -> None:
        self._name = text_field('Name', team.name, on_change=self._changed)
        self._description = text_field(
            'Description', team.description, placeholder='What it is good for', on_change=self._changed
        )
        self._tags = text_field('Tags', ', '.join(team.tags), placeholder='support, writing', on_change=self._changed)

    # What it says

    def team(self) -> Team:
        """The team as the fields say; InvalidError lists what is wrong by field."""
        tags = [tag.strip() for tag in (self._tags.value or '').split(',')]
        said: dict[str, Any] = {
            **{name: getattr(self._saved, name) for name in ('id', 'revision', 'created_at', 'updated_at')},
            'name': (self._name.value or '').strip(),
            'description': (self._description.value or '').strip(),
            'tags': tuple(dict.fromkeys(filter(None, tags))),
            'instructions': self._instructions.value or '',
            'members': tuple(self._members.members),
            'strategy': self._strategy.value,
            'lead': self._lead,
            'termination': self._stops.said(),
            'on_failure': self._on_failure.value,
        }
        try:
            return Team.model_validate(said)
        except ValidationError as error:
            raise InvalidError('The team cannot be saved as it is.', problems=problems_of(error)) from None

    @property
    def changed(self) -> bool:
        """Whether the fields say something else than what is saved."""
        try:
            return self.team() != self._saved
        except InvalidError:
            return True

    def show_problems(self, problems: Iterable[tuple[str, str]]) -> None:
        """Shows each problem below its field; none takes all away."""
        stops = {f'termination.{name}': made for name, made in self._stops.fields.items()}
        fields: Fields = {'name': self._name, **stops}
        show_problems(problems, fields)

    def saved(self, team: Team) -> None:
        """What is stored from now on, as far as this form knows."""
        self._saved = team

    def show(self, team: Team) -> None:
        """Replaces what the fields say."""
        self._saved = team
        self._name.value, self._description.value = team.name, team.description
        self._tags.value, self._instructions.value = ', '.join(team.tags), team.instructions
        self._lead = team.lead
        self._members.show(team.members)
        self._strategy.show(team.strategy)
        self._stops.show(team)
        self._on_failure.value = team.on_failure
        self._follow_strategy()

    # What follows from what

    def _changed(self) -> None:
        if not hasattr(self, '_on_failure'):  # still being drawn
            return
        self._follow_strategy()
        self._tell()

    def _follow_strategy(self) -> None:
        strategies = self._orchestrator.extensions.strategies
        name = self._strategy.value
        strategy = strategies.get(name) if name in strategies else None
        self._stops.follow(strategy)
        self._tell_memories(lead=strategy.lead is not None if strategy else False)
        self._draw_lead()
        self._draw_preview()

    def _tell_memories(self, *, lead: bool) -> None:
        """A memory is of conversations with one agent, and what a team says is none."""
        known = {**self._agents, **self._members.agents}
        asked = dict.fromkeys([*(member.agent for member in self._members.members), *([self._lead] if lead else [])])
        having = [known[key].name for key in asked if key in known and known[key].memory.kind != 'none']
        told = f'Not used in a team: the memory of {", ".join(having)}. Only what is said in it counts there.'
        self._seats.say(told if having else '', 'preview')

    def _draw_lead(self) -> None:
        strategies = self._orchestrator.extensions.strategies
        name = self._strategy.value
        lead = strategies.get(name).lead if name in strategies else None
        self._lead_place.clear()
        if lead is None:
            return
        with self._lead_place, field(lead.title, help_text=lead.does, required=lead.needed), box('ao-lead'):
            picker = AgentPicker(self._orchestrator, on_change=self._choose_lead)
            picker.show(self._lead)
            if self._lead:
                icon_button('close', f'No {lead.title.lower()}', lambda: self._choose_lead(''))

    def _choose_lead(self, agent: str) -> None:
        self._lead = agent
        self._changed()

    def _draw_preview(self) -> None:
        self._preview.clear()
        strategies = self._orchestrator.extensions.strategies
        with self._preview:
            try:
                draw_beats(rehearse(self.team(), agents=self._agents, strategies=strategies, beats=12))
            except (InvalidError, StepError) as error:
                phrase(str(error).partition(' cannot work: ')[2] or str(error), 'ao-faint ao-small')
