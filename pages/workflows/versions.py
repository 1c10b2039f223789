"""The published versions of a workflow: what each was, and the way back to it."""

from core.orchestrator import Orchestrator
from core.workflows.document import write_graph
from core.workflows.graph import Graph
from core.workflows.workflow import Workflow, WorkflowVersion
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.empty import empty_state
from pages.components.fields import text_area
from pages.components.layout import badge, box, row, stack, words
from pages.components.times import time_ago


async def ask_note(workflow: Workflow) -> str | None:
    """Asks what changed; None if the person does not publish after all."""
    number = (workflow.published or 0) + 1
    with dialog(f'Publish version {number}', width=520) as asked:
        words('A version never changes. You can go back to it at any time.', 'ao-dim', tag='p')
        note = text_area('What changed', placeholder='Optional', rows=3).mark('version-note')
        with row().style('align-self: flex-end'):
            button('Cancel', asked.close, kind='quiet')
            button('Publish', lambda: asked.submit(note.value or ''), kind='primary').mark('confirm-publish')
    answer: str | None = await asked_once(asked)
    return answer


async def choose_version(workflow: Workflow, draft: Graph, orchestrator: Orchestrator) -> WorkflowVersion | None:
    """Lists the versions; gives the one that the draft is to become."""
    versions = await orchestrator.workflows.versions(workflow.id)
    with dialog('Versions', width=720) as asked:
        if not versions:
            with empty_state(
                'history', 'Not published yet', 'Publishing freezes the draft as a version to go back to.', framed=False
            ):
                pass
        with stack('ao-versions ao-scroll'):
            for version in versions:
                with box('ao-version'):
                    with row('ao-gap-3'):
                        badge(f'v{version.number}')
                        words(version.note.splitlines()[0] if version.note else 'No note', 'ao-grow ao-one-line')
                        time_ago(version.created_at, now=orchestrator.clock.now())
                        if version.graph == draft:
                            words('Same as the draft', 'ao-faint ao-small')
                        else:
                            button('Restore', lambda version=version: asked.submit(version), icon='restore')
                    with box('ao-version-text ao-scroll', tag='pre'):
                        words(write_graph(version.graph), tag='code')
        with row().style('align-self: flex-end'):
            button('Close', asked.close, kind='quiet')
    chosen: WorkflowVersion | None = await asked_once(asked)
    return chosen
