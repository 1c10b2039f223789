"""The members of a team in their order, each with the part it has there."""

from collections.abc import Callable, Mapping, Sequence

from nicegui import ui

from core.agents.agent import Agent
from core.orchestrator import Orchestrator
from core.teams.team import Member
from pages.components.agent_picker import choose_agent
from pages.components.buttons import button, icon_button
from pages.components.fields import plain
from pages.components.layout import box, row, words
from pages.teams.seats import seat_picture


class MemberList(ui.element):
    """Shows the members, and adds, moves and takes them away; `members` is what a person made of them.

    `agents` are all that are known here, by their ids.
    """

    def __init__(
        self,
        orchestrator: Orchestrator,
        members: Sequence[Member],
        agents: Mapping[str, Agent],
        *,
        on_change: Callable[[], object],
    ) -> None:
        super().__init__('div')
        self.classes('ao-stack')
        self._orchestrator = orchestrator
        self.agents = dict(agents)
        self._on_change = on_change
        self.members: list[Member] = []
        with self:
            self._rows = box('ao-members')
            with row():
                button('Add member', self._add, icon='add')
        self.show(members)

    def show(self, members: Sequence[Member]) -> None:
        """Replaces who is in the team."""
        self.members = list(members)
        self._rows.clear()
        self._rows.set_visibility(bool(self.members))
        with self._rows:
            for place, member in enumerate(self.members):
                self._draw(place, member)

    def _draw(self, place: int, member: Member) -> None:
        agent = self.agents.get(member.agent)
        name = agent.name if agent else f'{member.agent} (not here)'
        with box('ao-member'):
            seat_picture(name, place)
            with row('ao-gap-2'):
                if agent:
                    ui.link(name, f'/agents/{member.agent}', new_tab=True).classes('ao-strong ao-one-line')
                else:
                    words(name, 'ao-failed ao-one-line')
                words(agent.description if agent else '', 'ao-faint ao-tiny ao-one-line ao-grow')
            with box('ao-member-moves'):
                up = icon_button('arrow_upward', f'Move {name} up', lambda: self._move(place, -1), tooltip=False)
                up.set_enabled(place > 0)
                down = icon_button('arrow_downward', f'Move {name} down', lambda: self._move(place, 1), tooltip=False)
                down.set_enabled(place < len(self.members) - 1)
                icon_button('close', f'Take {name} out', lambda: self._remove(place), tooltip=False)
            role = ui.input(value=member.role, placeholder='Its part in this team, e.g. “Argues for it.”')
            plain(role, f'Part of {name}').on_value_change(lambda change: self._say(place, change.value or ''))

    def _say(self, place: int, role: str) -> None:
        self.members[place] = self.members[place].model_copy(update={'role': role.strip()[:500]})
        self._on_change()

    def _move(self, place: int, by: int) -> None:
        self.members.insert(place + by, self.members.pop(place))
        self._changed()

    def _remove(self, place: int) -> None:
        del self.members[place]
        self._changed()

    async def _add(self) -> None:
        chosen = await choose_agent(self._orchestrator)
        if chosen and not self.is_deleted:
            self.agents[chosen] = await self._orchestrator.agents.get(chosen)  # it may be new
            self.members.append(Member(agent=chosen))
            self._changed()

    def _changed(self) -> None:
        self.show(self.members)
        self._on_change()
