"""Choosing an agent: who there is, which model each asks and whether words leave this machine; or making a new one."""

from collections.abc import Callable, Sequence

from nicegui import ui

from core.agents.agent import Agent
from core.errors import NotFoundError
from core.llm.connection import Connection, ModelRef
from core.orchestrator import Orchestrator
from pages.components.buttons import button, icon_button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import field, search_field, text_area, text_field
from pages.components.layout import box, icon, row, stack, words
from pages.components.model_picker import ModelPicker, place_badge, place_of
from pages.components.toasts import explained


class AgentPicker(ui.element):
    """A field that shows the chosen agent and opens the list of all; beside it the way to edit it."""

    def __init__(self, orchestrator: Orchestrator, *, on_change: Callable[[str], object]) -> None:
        super().__init__()
        self.classes('ao-agent-picker')
        self.value = ''
        self._orchestrator = orchestrator
        self._on_change = on_change
        with self:
            with box('ao-picker', tag='button').props('type=button') as opener:
                icon('smart_toy')
                self._words = words('Choose an agent', 'ao-grow ao-one-line ao-faint')
                self._badge = row()
                icon('unfold_more')
            opener.props['aria-label'] = 'Choose an agent'
            opener.mark('Choose an agent').on('click', self.choose)
            self._edit = icon_button('open_in_new', 'Edit agent')
            self._edit.props('target=_blank')
            self._edit.set_visibility(False)

    def show(self, agent_id: str) -> None:
        """Shows another choice, as if it had been made here."""
        self.value = agent_id
        with self:
            ui.timer(0, self._show, once=True)

    async def choose(self) -> None:
        """Opens the list, and takes over what is chosen there."""
        chosen = await choose_agent(self._orchestrator, chosen=self.value)
        if chosen is not None:
            self.value = chosen
            await self._show()
            self._on_change(chosen)

    async def _show(self) -> None:
        agent = await self._agent()
        models = await _Models.of(self._orchestrator)
        self._words.text = agent.name if agent else f'{self.value} (not here)' if self.value else 'Choose an agent'
        self._words.classes(add='' if self.value else 'ao-faint', remove='ao-faint' if self.value else '')
        self._edit.set_visibility(agent is not None)
        self._badge.clear()
        if agent is None:
            return
        self._edit.props['href'] = f'/agents/{agent.id}'
        with self._badge:
            models.draw_badge(agent)

    async def _agent(self) -> Agent | None:
        try:
            return await self._orchestrator.agents.get(self.value) if self.value else None
        except NotFoundError:
            return None


async def choose_agent(orchestrator: Orchestrator, *, chosen: str = '') -> str | None:
    """Opens the list of all agents; the id of the one that was chosen or made."""
    return await _AgentDialog(orchestrator, chosen).ask()


class _Models:
    """Where each agent's words go."""

    def __init__(self, orchestrator: Orchestrator, default: ModelRef, connections: Sequence[Connection]) -> None:
        self._orchestrator = orchestrator
        self._default = default
        self._connections = {connection.id: connection for connection in connections}

    @classmethod
    async def of(cls, orchestrator: Orchestrator) -> '_Models':
        return cls(orchestrator, await orchestrator.default_model(), await orchestrator.connections.all())

    def of_agent(self, agent: Agent) -> ModelRef:
        return agent.model or self._default

    def draw_badge(self, agent: Agent) -> None:
        if connection := self._connections.get(self.of_agent(agent).connection):
            place_badge(place_of(connection, self._orchestrator))


class _AgentDialog:
    """The list of all agents; or, in its place, the few fields of a new one."""

    def __init__(self, orchestrator: Orchestrator, chosen: str) -> None:
        self._orchestrator = orchestrator
        self._chosen = chosen
        self._agents: list[Agent] = []
        self._model: ModelRef | None = None

    async def ask(self) -> str | None:
        """The id of the agent that was chosen or made."""
        self._agents = sorted(await self._orchestrator.agents.all(), key=lambda agent: agent.name.casefold())
        self._models = await _Models.of(self._orchestrator)
        with dialog('Agent', width=560) as self._dialog:
            with stack() as self._choosing:
                search_field('Find an agent', self._fill).props('autofocus')
                self._list = stack().style('max-height: 46vh; overflow: auto; min-height: 160px; gap: 0')
                with row():
                    button('New agent', self._show_new, icon='add')
                    box('ao-grow')
                    button('Cancel', self._dialog.close, kind='quiet')
            self._making = stack('ao-gap-4')
            self._making.set_visibility(False)
        self._fill('')
        chosen: str | None = await asked_once(self._dialog)
        return chosen

    def _fill(self, query: str) -> None:
        self._list.clear()
        wanted = query.strip().casefold()
        hits = [a for a in self._agents if wanted in f'{a.name} {a.id} {a.description} {" ".join(a.tags)}'.casefold()]
        with self._list:
            for agent in hits:
                self._draw(agent)
            if not hits:
                words('No agent fits.' if self._agents else 'There are no agents yet.', 'ao-faint ao-small')

    def _draw(self, agent: Agent) -> None:
        with box('ao-picker-option ao-picker-option--tall', tag='button').props('type=button') as made:
            made.on('click', lambda: self._dialog.submit(agent.id)).mark(f'agent {agent.id}')
            made.props['aria-current'] = 'true' if agent.id == self._chosen else 'false'
            icon('check' if agent.id == self._chosen else 'smart_toy', 'ao-faint')
            with box('ao-stack ao-grow ao-gap-0'):
                words(agent.name, 'ao-one-line')
                if agent.description:
                    words(agent.description, 'ao-one-line ao-faint ao-tiny')
            words(self._models.of_agent(agent).model, 'ao-number ao-faint ao-one-line')
            self._models.draw_badge(agent)

    def _show_new(self) -> None:
        self._choosing.set_visibility(False)
        self._making.set_visibility(True)
        with self._making:
            self._name = text_field('Name').props('autofocus')
            self._instructions = text_area('Instructions', rows=5, placeholder='You are … Your task is … Answer with …')
            with field('Model'):
                ModelPicker(self._orchestrator, None, on_change=self._take_model)
            with row():
                box('ao-grow')
                button('Cancel', self._dialog.close, kind='quiet')
                button('Create agent', self._create, kind='primary')

    def _take_model(self, model: ModelRef | None) -> None:
        self._model = model

    async def _create(self) -> None:
        name = (self._name.value or '').strip()
        if not name:
            self._name.error = 'An agent needs a name.'
            return
        with explained():
            wanted = Agent(name=name[:200], instructions=self._instructions.value or '', model=self._model)
            self._dialog.submit((await self._orchestrator.agents.create(wanted)).id)
