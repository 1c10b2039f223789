"""One agent: its form, and its playground beside it."""

from nicegui import ui

from core.agents.agent import Agent
from core.errors import InvalidError, OrchestratorError, StaleError
from core.orchestrator import Orchestrator
from pages.agents.form import AgentForm
from pages.agents.playground import Playground
from pages.components.buttons import button, icon_button
from pages.components.conflict import choose_between
from pages.components.dialogs import confirm
from pages.components.layout import box, words
from pages.components.menus import menu_item
from pages.components.toasts import explained, toast, toast_error
from pages.frame import Frame


class AgentEditor:
    """Edits one agent; what is typed stays typed until it is saved or given up by the person."""

    def __init__(self, agent: Agent, orchestrator: Orchestrator, page: Frame) -> None:
        self._agent = agent
        self._orchestrator = orchestrator
        self._page = page

    def draw(self) -> None:
        with self._page.actions:
            self._draw_actions()
        with box('ao-agent'):
            with box('ao-agent-form ao-scroll'):
                self._form = AgentForm(self._agent, self._orchestrator, on_change=self._note_change)
            with box('ao-agent-play', tag='section'):
                Playground(self._form.agent, self._orchestrator).draw()

    def _draw_actions(self) -> None:
        self._state = words('', 'ao-faint ao-small ao-wide-only')
        self._state.props['data-unsaved'] = 'false'
        with icon_button('more_horiz', 'More'), ui.menu().props('auto-close'):
            menu_item('Duplicate', 'content_copy', self._duplicate)
            menu_item('Delete', 'delete', self._delete, danger=True)
        self._save_button = button('Save', self._save, kind='primary')
        self._save_button.props['data-saves'] = 'true'  # Ctrl+S
        self._save_button.disable()

    def _note_change(self) -> None:
        changed = self._form.changed
        self._state.text = 'Unsaved changes' if changed else ''
        self._state.props['data-unsaved'] = 'true' if changed else 'false'
        self._save_button.set_enabled(changed)

    async def _save(self) -> None:
        try:
            mine = self._form.agent()
            self._take(await self._orchestrator.agents.save(mine))
        except StaleError as error:
            await self._settle(mine, error)
        except InvalidError as error:
            self._form.show_problems(error.problems)
            toast_error(error)
        except OrchestratorError as error:
            toast_error(error)
        else:
            toast('Saved.')

    async def _settle(self, mine: Agent, error: StaleError) -> None:
        theirs = error.current
        if not isinstance(theirs, Agent):
            toast_error(error)
            return
        match await choose_between(mine, theirs, noun='agent'):
            case 'mine':
                with explained():
                    kept = mine.model_copy(update={'revision': theirs.revision})
                    self._take(await self._orchestrator.agents.save(kept))
                    toast('Saved.')
            case 'theirs':
                self._form.show(theirs)
                self._take(theirs)
            case None:
                pass

    def _take(self, agent: Agent) -> None:
        self._agent = agent
        self._form.saved(agent)
        self._form.show_problems(())
        self._page.title.text = agent.name
        self._note_change()

    async def _duplicate(self) -> None:
        with explained():
            copy = self._form.agent().model_copy(update={'id': '', 'name': f'{self._agent.name} copy'[:200]})
            made = await self._orchestrator.agents.create(copy)
            ui.navigate.to(f'/agents/{made.id}')

    async def _delete(self) -> None:
        wanted = await confirm(
            f'Delete {self._agent.name}?',
            'Workflows that use this agent cannot run until they use another one. Runs of the past keep their copy.',
            action='Delete agent',
        )
        if wanted:
            with explained():
                await self._orchestrator.agents.delete(self._agent.id)
                self._state.props['data-unsaved'] = 'false'
                ui.navigate.to('/agents')
