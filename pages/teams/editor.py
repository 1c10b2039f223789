"""One team: its form, and a place to try it beside it."""

from collections.abc import Mapping

from nicegui import ui

from core.agents.agent import Agent
from core.errors import InvalidError, OrchestratorError, StaleError
from core.orchestrator import Orchestrator
from core.teams.team import Team
from pages.components.buttons import button, icon_button
from pages.components.conflict import choose_between
from pages.components.dialogs import confirm
from pages.components.layout import box, words
from pages.components.menus import menu_item
from pages.components.toasts import explained, toast, toast_error
from pages.frame import Frame
from pages.teams.form import TeamForm
from pages.teams.trial import Trial


class TeamEditor:
    """Edits one team; what is typed stays typed until it is saved or given up by the person."""

    def __init__(self, team: Team, agents: Mapping[str, Agent], orchestrator: Orchestrator, page: Frame) -> None:
        self._team = team
        self._agents = agents
        self._orchestrator = orchestrator
        self._page = page

    def draw(self) -> None:
        with self._page.actions:
            self._draw_actions()
        with box('ao-agent'):
            with box('ao-agent-form ao-scroll'):
                self._form = TeamForm(self._team, self._agents, self._orchestrator, on_change=self._note_change)
            with box('ao-agent-play', tag='section'):
                Trial(self._form.team, self._orchestrator).draw()

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
            mine = self._form.team()
            self._take(await self._orchestrator.teams.save(mine))
        except StaleError as error:
            await self._settle(mine, error)
        except InvalidError as error:
            self._form.show_problems(error.problems)
            toast_error(error)
        except OrchestratorError as error:
            toast_error(error)
        else:
            toast('Saved.')

    async def _settle(self, mine: Team, error: StaleError) -> None:
        theirs = error.current
        if not isinstance(theirs, Team):
            toast_error(error)
            return
        match await choose_between(mine, theirs, noun='team'):
            case 'mine':
                with explained():
                    kept = mine.model_copy(update={'revision': theirs.revision})
                    self._take(await self._orchestrator.teams.save(kept))
                    toast('Saved.')
            case 'theirs':
                self._form.show(theirs)
                self._take(theirs)
            case None:
                pass

    def _take(self, team: Team) -> None:
        self._team = team
        self._form.saved(team)
        self._form.show_problems(())
        self._page.title.text = team.name
        self._note_change()

    async def _duplicate(self) -> None:
        with explained():
            copy = self._form.team().model_copy(
                update={'id': '', 'name': f'{self._team.name} copy'[:200], 'revision': 0}
            )
            made = await self._orchestrator.teams.create(copy)
            ui.navigate.to(f'/teams/{made.id}')

    async def _delete(self) -> None:
        wanted = await confirm(
            f'Delete {self._team.name}?',
            'Its members stay. Workflows that use this team cannot run until they use another one.',
            action='Delete team',
        )
        if wanted:
            with explained():
                await self._orchestrator.teams.delete(self._team.id)
                self._state.props['data-unsaved'] = 'false'
                ui.navigate.to('/teams')
