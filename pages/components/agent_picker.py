"""Choosing an agent: who there is, which model each asks and whether words leave this machine; or making a new one."""

from collections.abc import Callable, Sequence

from core.agents.agent import Agent
from core.errors import NotFoundError
from core.llm.connection import Connection, ModelRef
from core.orchestrator import Orchestrator
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import field, search_field, text_area, text_field
from pages.components.layout import box, icon, row, stack, words
from pages.components.model_picker import ModelPicker, place_badge, place_of
from pages.components.picker import Entry, Picker
from pages.components.toasts import explained


class AgentPicker(Picker):
    """A field that shows the chosen agent and opens the list of all; beside it the way to edit it."""

    noun = 'agent'
    symbol = 'smart_toy'
    article = 'an'

    def __init__(self, orchestrator: Orchestrator, *, on_change: Callable[[str], object]) -> None:
        self._orchestrator = orchestrator
        super().__init__(on_change=on_change)

    async def find(self, chosen: str) -> Entry | None:
        try:
            self._agent = await self._orchestrator.agents.get(chosen)
        except NotFoundError:
            return None
        self._models = await _Models.of(self._orchestrator)
        return Entry(id=self._agent.id, name=self._agent.name)

    async def ask(self) -> str | None:
        return await choose_agent(self._orchestrator, chosen=self.value)

    def draw_facts(self, entry: Entry) -> None:
        self._models.draw_badge(self._agent)


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
