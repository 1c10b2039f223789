"""A workflow from a file: what it holds is shown before anything is stored, and nothing of it is run."""

from collections import Counter

from nicegui import ui
from nicegui.events import UploadEventArguments

from core.errors import InvalidError
from core.orchestrator import Orchestrator
from core.workflows.document import WorkflowDocument, read_document
from core.workflows.workflow import Workflow
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.formats import plural
from pages.components.layout import badge, box, icon, notice, row, stack, words
from pages.components.toasts import explained
from pages.workflows.picture import thumbnail

LARGEST = 2_000_000
"""Bytes that a file may have."""


async def ask_import(orchestrator: Orchestrator) -> Workflow | None:
    """Asks for a file, shows what is in it, and stores it if the person agrees; the stored workflow, or None."""
    with dialog('Import a workflow', width=640) as asked:
        form = _Form(orchestrator)
        form.draw()
        with row().style('align-self: flex-end'):
            button('Cancel', asked.close, kind='quiet')
            agree = button('Import', lambda: asked.submit(True), kind='primary').mark('confirm-import')
            agree.bind_enabled_from(form, 'document', backward=lambda document: document is not None)
    if not await asked_once(asked) or form.document is None:
        return None
    with explained():
        return await orchestrator.import_document(form.document)
    return None


class _Form:
    def __init__(self, orchestrator: Orchestrator) -> None:
        self.document: WorkflowDocument | None = None
        self._orchestrator = orchestrator

    def draw(self) -> None:
        words('A YAML file that was exported here or written by hand. Importing runs nothing.', 'ao-dim', tag='p')
        upload = ui.upload(
            auto_upload=True,
            max_file_size=LARGEST,
            on_upload=self._take,
            on_rejected=self._refuse,
            label='Drop a file here, or choose one',
        )
        upload.props('accept=".yaml,.yml,text/yaml" flat hide-upload-btn').classes('ao-drop').mark('import-file')
        self._shown = stack('ao-gap-3')

    async def _take(self, event: UploadEventArguments) -> None:
        raw = await event.file.read()
        event.sender.run_method('reset')
        try:
            self.document = read_document(raw.decode('utf-8-sig'))
        except UnicodeDecodeError:
            self._explain(f'{event.file.name} is not a text file.')
        except InvalidError as error:
            self._explain(f'{event.file.name} cannot be imported. {error}')
        else:
            self._show(event.file.name, self.document)

    def _refuse(self) -> None:
        self._explain('Only one YAML file of at most 2 MB can be imported.')

    def _explain(self, text: str) -> None:
        self.document = None
        self._shown.clear()
        with self._shown:
            notice(text, 'bad')

    def _show(self, file_name: str, document: WorkflowDocument) -> None:
        workflow = document.workflow
        self._shown.clear()
        with self._shown, box('ao-manifest'):
            with row('ao-gap-4'):
                with box('ao-thumbnail'):
                    ui.html(thumbnail(workflow.graph, self._orchestrator.extensions.node_types), sanitize=False)
                with stack('ao-grow').style('gap: 0'):
                    words(workflow.name, 'ao-strong ao-one-line')
                    words(workflow.description or file_name, 'ao-faint ao-small ao-two-lines')
            with row('ao-wrap'):
                for kind, count in sorted(Counter(node.type for node in workflow.graph.nodes).items()):
                    badge(f'{count} × {kind}')
            self._show_agents(document)
            self._show_unknown(document)

    def _show_agents(self, document: WorkflowDocument) -> None:
        if not document.agents:
            words('It brings no agents of its own.', 'ao-dim ao-small')
            return
        words(f'It brings {plural(len(document.agents), "agent")} and asks these models:', 'ao-dim ao-small')
        for agent in document.agents:
            with row('ao-gap-3'):
                icon('smart_toy', 'ao-faint')
                words(agent.name, 'ao-small ao-one-line ao-grow')
                words(str(agent.model) if agent.model else 'your default model', 'ao-number ao-faint')

    def _show_unknown(self, document: WorkflowDocument) -> None:
        node_types = self._orchestrator.extensions.node_types
        unknown = sorted({node.type for node in document.workflow.graph.nodes} - set(node_types.names()))
        if unknown:
            notice(f'This app has no node type {", ".join(unknown)}; the workflow cannot run until it does.', 'warning')
