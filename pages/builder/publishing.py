"""Publishing the draft: what changed since the last version, what prevents it, and a note."""

from typing import Any

from nicegui import ui

from core.drafts.draft import Draft
from core.orchestrator import Orchestrator
from core.workflows.workflow import WorkflowVersion
from pages.builder.changes import Changes
from pages.builder.comparison import Comparison
from pages.builder.conflict import settle
from pages.builder.inspector.control import place_of, told
from pages.components.buttons import busy, button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import text_area
from pages.components.formats import plural
from pages.components.layout import box, notice, phrase, row, stack, words
from pages.components.toasts import explained, toast

NOTE = 2000
"""As many letters as a note may have."""
NAMED = 6
"""As many problems as are listed."""


async def ask_to_publish(draft: Draft, orchestrator: Orchestrator) -> WorkflowVersion | None:
    """Freezes the draft as the next version, once a person has seen what is in it; None if they did not."""
    await draft.save()
    if draft.state == 'stale':
        await settle(draft, orchestrator)
    if draft.state != 'saved':
        toast('The draft is not saved yet.', 'bad', detail=str(draft.fault or ''))
        return None
    versions = await orchestrator.workflows.versions(draft.workflow.id)
    if same := next((version for version in versions if _holds(version, draft)), None):
        await _say_nothing_new(same, newest=versions[0])
        return None
    return await _ask(draft, orchestrator, versions[0] if versions else None)


def _holds(version: WorkflowVersion, draft: Draft) -> bool:
    return version.graph == draft.graph and version.workflow_name == draft.workflow.name


async def _say_nothing_new(same: WorkflowVersion, *, newest: WorkflowVersion) -> None:
    with dialog('Nothing new to publish', width=480) as said:
        words(f'The draft is the same as version {same.number}, which is published already.', 'ao-dim', tag='p')
        if same.number != newest.number:
            words(f'The newest version is {newest.number}.', 'ao-dim', tag='p')
        with row().style('align-self: flex-end'):
            button('Close', said.close, kind='primary')
    await asked_once(said)


async def _ask(draft: Draft, orchestrator: Orchestrator, last: WorkflowVersion | None) -> WorkflowVersion | None:
    number = (last.number or 0) + 1 if last else 1
    with dialog(f'Publish version {number}', width=680) as asked:
        words('A version never changes. You can go back to it at any time.', 'ao-dim', tag='p')
        with stack('ao-gap-4 ao-dialog-body'):
            prevented = _draw_problems(draft)
            _draw_pinned(draft)
            _draw_changes(draft, last, orchestrator)
            note = text_area('Note', placeholder='What changed, for those who come after. Optional.', rows=2)
            note.props(f'maxlength={NOTE}').mark('version-note')

        async def publish() -> None:
            with busy(confirm), explained():
                version = await orchestrator.publish(draft.workflow.id, note=(note.value or '').strip())
                draft.took(await orchestrator.workflows.get(draft.workflow.id))
                asked.submit(version)

        with row().style('align-self: flex-end'):
            button('Cancel', asked.close, kind='quiet')
            confirm = button('Publish', publish, kind='primary').mark('confirm-publish')
            confirm.set_enabled(not prevented)
    version: WorkflowVersion | None = await asked_once(asked)
    if version:
        toast(f'Version {version.number} is published.')
    return version


def _draw_problems(draft: Draft) -> bool:
    """What is wrong with the draft, in words; whether that prevents publishing."""
    errors = [problem for problem in draft.problems if problem.severity == 'error']
    warnings = [problem for problem in draft.problems if problem.severity == 'warning']
    if errors:
        kind: Any = 'bad'
        headline = f'{plural(len(errors), "problem")} to mend first: it could not run.'
    elif warnings:
        kind, headline = 'warning', f'{plural(len(warnings), "thing")} to look at; it can be published all the same.'
    else:
        return False
    problems = errors or warnings
    with notice(headline, kind), box('ao-publish-problems', tag='ul'):
        for problem in problems[:NAMED]:
            node = draft.graph.by_id.get(problem.node or '')
            with ui.element('li'):
                if node:
                    words(f'{place_of(problem, node.title)}: ', 'ao-strong')
                phrase(told(problem))
        if len(problems) > NAMED:
            words(f'… and {len(problems) - NAMED} more', tag='li').style('list-style: none')
    return bool(errors)


def _draw_pinned(draft: Draft) -> None:
    """Nodes that give a kept result: handy while building, rarely meant in what is published."""
    pinned = [node.title for node in draft.graph.nodes if node.pinned is not None and not node.disabled]
    if pinned:
        named = ', '.join(pinned[:NAMED]) + (' …' if len(pinned) > NAMED else '')
        with notice(f'Pinned, so these give their kept results instead of running: {named}.', 'warning'):
            pass


def _draw_changes(draft: Draft, last: WorkflowVersion | None, orchestrator: Orchestrator) -> None:
    graph = draft.graph
    if last is None:
        told = f'{plural(len(graph.nodes), "node")}, {plural(len(graph.edges), "edge")}'
        words(f'The first version: {told}.', 'ao-small', tag='p')
        return
    comparison = Comparison.of(last.graph, graph)
    with box('ao-field'):
        words(f'Since version {last.number}: {_lower(comparison.diff.summary())}', 'ao-field-label').mark('difference')
        if last.workflow_name != draft.workflow.name:
            words(f'It was called {last.workflow_name}.', 'ao-field-help')
        if comparison.diff.moved or not comparison.diff.same_work:
            with box('ao-publish-changes ao-scroll'):
                Changes(comparison, orchestrator.extensions.node_types)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
