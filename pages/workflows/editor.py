"""The editor of a workflow: its graph as text, the problems beside it, and the picture that follows."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from core.errors import InvalidError, NotFoundError
from core.orchestrator import Orchestrator
from core.workflows.document import graph_text, write_document, write_graph
from core.workflows.workflow import Workflow
from pages.components.buttons import button, icon_button, link_button
from pages.components.dialogs import confirm
from pages.components.empty import empty_state
from pages.components.formats import plural
from pages.components.layout import box, icon, row, words
from pages.components.menus import menu_item
from pages.components.toasts import explained, toast
from pages.frame import Frame, frame
from pages.workflows.conflict import choose_between
from pages.workflows.details import ask_details
from pages.workflows.draft import Draft, State
from pages.workflows.kept import KeptText
from pages.workflows.known import Known
from pages.workflows.picture import Drawing
from pages.workflows.picture_view import PictureView
from pages.workflows.places import Places
from pages.workflows.run_form import ask_and_run
from pages.workflows.versions import ask_note, choose_version
from pages.workflows.yaml_editor import YamlEditor

SAID: dict[State, tuple[str, str]] = {
    'saved': ('cloud_done', 'Saved'),
    'typing': ('edit', 'Typing…'),
    'saving': ('cloud_upload', 'Saving…'),
    'broken': ('error', 'Not saved'),
    'stale': ('sync_problem', 'Not saved: somebody saved first'),
    'failed': ('error', 'Not saved'),
}


def register(orchestrator: Orchestrator) -> None:
    @ui.page('/workflows/{workflow_id}')
    async def workflow_page(workflow_id: str) -> None:
        parent = ('Workflows', '/workflows')
        try:
            workflow = await orchestrator.workflows.get(workflow_id)
        except NotFoundError as error:
            with (
                frame('Workflow', orchestrator, here='/workflows', parent=parent),
                empty_state('search_off', 'This workflow is not here', str(error)),
            ):
                link_button('All workflows', '/workflows', kind='primary')
            return
        with frame(workflow.name, orchestrator, here='/workflows', parent=parent, fill=True) as page:
            await WorkflowEditor(workflow, orchestrator, page).draw()


class WorkflowEditor:
    """Keeps text, problems and picture of one draft together."""

    def __init__(self, workflow: Workflow, orchestrator: Orchestrator, page: Frame) -> None:
        self._orchestrator = orchestrator
        self._page = page
        self._draft = Draft(workflow, orchestrator, on_change=self._show)
        self._chosen = ''
        self._drawn: object = None

    async def draw(self) -> None:
        await self._draft.check()
        self._known = await Known.of(self._orchestrator)
        with self._page.actions:
            self._draw_actions()
        with box('ao-editor'):
            with box('ao-editor-text'):
                self._editor = YamlEditor(self._draft.text, on_change=self._typed)
                self._editor.mark('graph-yaml')
                self._kept = KeptText(self._draft.stored.id, self._editor, bring_back=self._replace_text)
                self._problems = box('ao-problems ao-scroll')
            self._picture = PictureView(self._drawing(), on_choose=self._choose)
        self._show()

    # The text

    async def _typed(self) -> None:
        await self._draft.type(self._editor.value or '')

    def _replace_text(self, text: str) -> None:
        """Puts another text into the editor; Ctrl+Z brings back what was there."""
        if self._editor.value != text:
            self._editor.value = text

    # What is shown of it

    def _show(self) -> None:
        self._show_state()
        self._show_problems()
        self._show_picture()

    def _show_state(self) -> None:
        state = self._draft.state
        symbol, said = SAID[state]
        line = self._fault_line()
        self._state.text = f'{said}: line {line}' if line and state == 'broken' else said
        self._state_icon.name = f'sym_r_{symbol}'
        self._state_row.props['data-state'] = state
        self._state_row.props['data-unsaved'] = 'false' if state == 'saved' else 'true'
        if state in ('broken', 'stale', 'failed'):
            self._kept.keep()
        elif state == 'saved':
            self._kept.forget()
        self._settle_button.set_visibility(state == 'stale')
        number = self._draft.stored.published
        self._version.text = f'v{number}' if number else 'Not published'

    def _fault_line(self) -> int | None:
        fault = self._draft.fault
        if not isinstance(fault, InvalidError):
            return None
        places = Places(self._draft.text)
        lines = (places.line_of(where) for where, _ in fault.problems)
        return next((line for line in lines if line), None)

    def _show_problems(self) -> None:
        places = Places(self._draft.text)
        marks: dict[int, str] = {}
        self._problems.clear()
        with self._problems:
            if self._draft.fault:
                line = self._fault_line()
                marks |= {line: 'error'} if line else {}
                self._draw_problem('error', '', str(self._draft.fault), line)
            if self._draft.state != 'broken':
                for problem in self._draft.problems:
                    line = places.line_of_field(problem.node, problem.field) if problem.node else None
                    if line:
                        marks.setdefault(line, problem.severity)
                    node = self._draft.graph.by_id.get(problem.node or '')
                    self._draw_problem(problem.severity, node.title if node else '', problem.message, line)
            self._draw_summary()
        self._editor.mark_lines(marks)

    def _draw_summary(self) -> None:
        if self._draft.state == 'broken' or self._draft.problems or self._draft.fault:
            return
        graph = self._draft.graph
        with row('ao-problem ao-problem--none'):
            icon('check_circle')
            words(f'No problems. {plural(len(graph.nodes), "node")}, {plural(len(graph.edges), "edge")}.')

    def _draw_problem(self, severity: str, where: str, message: str, line: int | None) -> None:
        with box('ao-problem', tag='button').props(f'type=button data-severity={severity}') as made:
            icon('error' if severity == 'error' else 'warning')
            with box('ao-problem-text', tag='span'):
                if where:
                    words(where, 'ao-strong')
                words(message)
            if line:
                words(f'{line}', 'ao-number ao-faint')
                made.on('click', lambda: self._go_to(line))

    def _go_to(self, line: int) -> None:
        self._editor.go_to(line)
        if node := Places(self._draft.text).node_at(line):
            self._chosen = node
            self._picture.select(node)

    # The picture

    def _drawing(self) -> Drawing:
        return Drawing.of(self._draft.graph, self._orchestrator.extensions.node_types, known=self._known)

    def _show_picture(self) -> None:
        marks: dict[str, str] = {}
        for problem in self._draft.problems:
            if problem.node:
                marks.setdefault(problem.node, problem.severity)
        seen = (self._draft.graph, marks)
        if seen != self._drawn:
            self._drawn = seen
            self._picture.draw(self._drawing(), marks=marks)

    def _choose(self, node_id: str) -> None:
        self._chosen = node_id
        self._picture.select(node_id)
        if line := Places(self._draft.text).line_of(f'nodes.{node_id}'):
            self._editor.go_to(line)

    # Actions

    def _draw_actions(self) -> None:
        with row('ao-save-state') as self._state_row:
            self._state_icon = icon('cloud_done')
            self._state = words('Saved', 'ao-small ao-wide-only').mark('save-state')
        self._settle_button = button('Compare', self._settle, icon='difference')
        self._version = words('', 'ao-badge ao-wide-only')
        with icon_button('more_horiz', 'More'), ui.menu().props('auto-close'):
            menu_item('Name and tags', 'edit', self._rename)
            menu_item('Publish', 'publish', self._publish)
            menu_item('Versions', 'history', self._versions)
            menu_item('Its runs', 'monitoring', lambda: ui.navigate.to(f'/monitor?workflow={self._draft.stored.id}'))
            menu_item('Export as YAML', 'download', self._export)
            menu_item('Delete', 'delete', self._delete, danger=True)
        button('Publish', self._publish, icon='publish').classes('ao-wide-only')
        button('Run', self._run, icon='play_arrow', kind='primary').mark('run-workflow').props('data-runs')

    async def _when_saved(self, act: Callable[[], Awaitable[None]]) -> None:
        """Does it with the draft as it is typed, or says why it cannot be saved first."""
        if self._draft.state != 'saved':
            self._draft.text = self._editor.value or ''
            await self._draft.take()
        if self._draft.state == 'saved':
            with explained():
                await act()
        elif self._draft.state == 'stale':
            await self._settle()
        else:
            toast('The draft is not saved yet.', 'bad', detail=str(self._draft.fault or ''))

    async def _run(self) -> None:
        async def run() -> None:
            await ask_and_run(self._draft.stored, self._orchestrator)

        await self._when_saved(run)

    async def _publish(self) -> None:
        async def publish() -> None:
            note = await ask_note(self._draft.stored)
            if note is None:
                return
            version = await self._orchestrator.publish(self._draft.stored.id, note=note)
            self._draft.took(await self._orchestrator.workflows.get(self._draft.stored.id))
            toast(f'Version {version.number} is published.')

        await self._when_saved(publish)

    async def _versions(self) -> None:
        version = await choose_version(self._draft.stored, self._draft.graph, self._orchestrator)
        if version is not None:
            self._replace_text(write_graph(version.graph))
            toast(f'The draft is version {version.number} again. Ctrl+Z in the text undoes it.')

    async def _rename(self) -> None:
        async def rename() -> None:
            if changed := await ask_details(self._draft.stored):
                self._draft.took(await self._orchestrator.workflows.save(changed))
                self._page.title.text = changed.name

        await self._when_saved(rename)

    async def _export(self) -> None:
        async def export() -> None:
            document = await self._orchestrator.export_document(self._draft.stored.id)
            ui.download.content(write_document(document), f'{self._draft.stored.id}.yaml')

        await self._when_saved(export)

    async def _delete(self) -> None:
        name = self._draft.stored.name
        if await confirm(
            f'Delete {name}?', 'The draft and the list entry go. Runs of the past stay in the monitor.', action='Delete'
        ):
            with explained():
                await self._orchestrator.workflows.delete(self._draft.stored.id)
                self._state_row.props['data-unsaved'] = 'false'
                ui.navigate.to('/workflows')

    async def _settle(self) -> None:
        if self._draft.theirs is None:
            return
        match await choose_between(self._draft.text, graph_text(self._draft.theirs)):
            case 'mine':
                await self._draft.keep_mine()
            case 'theirs':
                await self._draft.take_theirs()
                self._replace_text(self._draft.text)
            case None:
                pass
