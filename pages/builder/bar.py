"""The actions of a workflow in the top bar, the same whether it is drawn or written."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from core.drafts.draft import Draft, DraftState
from core.nodes.input import chat_field
from core.orchestrator import Orchestrator
from core.workflows.document import write_document
from pages.builder.conflict import settle
from pages.builder.history import show_history
from pages.builder.publishing import ask_to_publish
from pages.chat.dialog import show_chat
from pages.components.buttons import button, icon_button
from pages.components.dialogs import confirm
from pages.components.layout import icon, row, words
from pages.components.menus import menu_item
from pages.components.toasts import explained, toast
from pages.frame import Frame
from pages.triggers.dialog import show_triggers
from pages.workflows.details import ask_details

SAID: dict[DraftState, tuple[str, str]] = {
    'saved': ('cloud_done', 'Saved'),
    'saving': ('cloud_upload', 'Saving…'),
    'stale': ('sync_problem', 'Not saved: somebody saved first'),
    'failed': ('error', 'Not saved'),
}

Act = Callable[[], Awaitable[None]]


class WorkflowBar:
    """Shows whether the draft is stored and which version is published; publishes, renames, exports, deletes."""

    def __init__(
        self,
        draft: Draft,
        orchestrator: Orchestrator,
        page: Frame,
        *,
        text: bool,
        run: Act,
        flush: Callable[[], None] = lambda: None,
    ) -> None:
        """text: whether the workflow is shown as text. flush: makes an edit of what is still being typed."""
        self._flush = flush
        self._draft = draft
        self._orchestrator = orchestrator
        self._page = page
        self._text = text
        with page.actions:
            self._draw(run)
        self.show()

    def _draw(self, run: Act) -> None:
        with row('ao-save-state') as self._row:
            self._icon = icon('cloud_done')
            self._state = words('Saved', 'ao-small ao-wide-only').mark('save-state')
        self._settle_button = button('Compare', self._settle, icon='difference').classes('ao-btn--short')
        self._settle_button.props['aria-label'] = 'Compare'
        self._version = words('', 'ao-badge ao-wide-only')
        other, symbol, view = ('Canvas', 'account_tree', '') if self._text else ('YAML', 'code', '?view=yaml')
        self._chat = icon_button('forum', 'Chat', self._show_chat).classes('ao-wide-only')
        icon_button('bolt', 'Triggers', self._show_triggers).classes('ao-wide-only')
        with icon_button('more_horiz', 'More'), ui.menu().props('auto-close'):
            menu_item('Name and tags', 'edit', self._rename)
            menu_item('Publish', 'publish', self._publish)
            self._chat_entry = menu_item('Chat', 'forum', self._show_chat)
            menu_item('Triggers', 'bolt', self._show_triggers)
            menu_item('History', 'history', self._show_history)
            menu_item('Its runs', 'monitoring', lambda: ui.navigate.to(f'/monitor?workflow={self._draft.workflow.id}'))
            menu_item(f'Edit as {other}', symbol, lambda: self._turn_to(view))
            menu_item('Export as YAML', 'download', self._export)
            menu_item('Delete', 'delete', self._delete, danger=True)
        button('Publish', self._publish, icon='publish').classes('ao-wide-only')
        button('Run', run, icon='play_arrow', kind='primary').mark('run-workflow').props('data-runs')

    def show(self, *, said: str = '', symbol: str = '') -> None:
        """Brings it up to date; `said` tells of a text that is not a graph yet, which only its editor knows."""
        state = self._draft.state
        known_symbol, known = SAID[state]
        self._state.text = said or known
        self._icon.name = f'sym_r_{symbol or known_symbol}'
        self._row.props['data-state'] = 'broken' if said else state
        self._row.props['data-unsaved'] = str(bool(said) or state != 'saved').lower()
        self._row.props['title'] = str(self._draft.fault or '')
        self._settle_button.set_visibility(state == 'stale')
        number = self._draft.workflow.published
        self._version.text = f'v{number}' if number else 'Not published'
        self._page.title.text = self._draft.workflow.name
        for made in (self._chat, self._chat_entry):
            made.set_visibility(chat_field(self._draft.graph) is not None)

    async def when_saved(self, act: Act) -> None:
        """Does it with the draft as it is here, or says why that could not be stored."""
        self._flush()
        await self._draft.save()
        match self._draft.state:
            case 'saved':
                with explained():
                    await act()
            case 'stale':
                await self._settle()
            case _:
                toast('The draft is not saved yet.', 'bad', detail=str(self._draft.fault or ''))

    def _turn_to(self, view: str) -> None:
        ui.navigate.to(f'/workflows/{self._draft.workflow.id}{view}')

    async def _rename(self) -> None:
        async def rename() -> None:
            if changed := await ask_details(self._draft.workflow):
                self._draft.took(await self._orchestrator.workflows.save(changed))

        await self.when_saved(rename)

    async def _publish(self) -> None:
        with explained():
            await ask_to_publish(self._draft, self._orchestrator)

    async def _show_history(self) -> None:
        with explained():
            await show_history(self._draft, self._orchestrator)

    async def _show_chat(self) -> None:
        await self.when_saved(lambda: show_chat(self._draft.workflow, self._orchestrator))

    async def _show_triggers(self) -> None:
        await self.when_saved(lambda: show_triggers(self._draft.workflow.id, self._orchestrator))

    async def _export(self) -> None:
        async def export() -> None:
            document = await self._orchestrator.export_document(self._draft.workflow.id)
            ui.download.content(write_document(document), f'{self._draft.workflow.id}.yaml')

        await self.when_saved(export)

    async def _delete(self) -> None:
        name = self._draft.workflow.name
        text = 'The draft and the list entry go. Runs of the past stay in the monitor.'
        if await confirm(f'Delete {name}?', text, action='Delete'):
            with explained():
                await self._orchestrator.delete_workflow(self._draft.workflow.id)
                self._row.props['data-unsaved'] = 'false'
                ui.navigate.to('/workflows')

    async def _settle(self) -> None:
        await settle(self._draft, self._orchestrator)
