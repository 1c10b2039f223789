"""The published versions of a workflow: what each changed, compared with any other, and the way back to it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from nicegui import ui

from core.drafts.draft import Draft
from core.orchestrator import Orchestrator
from core.workflows.diff import diff
from core.workflows.graph import Graph
from core.workflows.workflow import WorkflowVersion
from pages.builder.compared import Compared
from pages.builder.comparison import Comparison
from pages.builder.taking_back import offer_to_take_back
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.layout import badge, box, icon, row, words
from pages.components.times import time_ago
from pages.workflows.known import Known


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """The draft, or one version."""

    key: str
    title: str
    graph: Graph
    note: str
    when: datetime | None
    version: WorkflowVersion | None
    changes: str
    """In words, against the one before; empty for the first."""

    @property
    def called(self) -> str:
        return self.title if self.version else 'the draft'


async def show_history(draft: Draft, orchestrator: Orchestrator) -> None:
    """Shows the draft and its versions, newest first; one that the person restores becomes the draft."""
    versions = await orchestrator.workflows.versions(draft.workflow.id)
    entries = await asyncio.to_thread(entries_of, draft, versions)
    known = await Known.of(orchestrator)
    with dialog('History', width=1280, cross=True) as asked:
        asked.classes('ao-history-dialog')
        _History(entries, orchestrator, known, asked)
    chosen = await asked_once(asked)
    if isinstance(chosen, WorkflowVersion):
        await restore(draft, chosen)


async def restore(draft: Draft, version: WorkflowVersion) -> None:
    """Makes the version the draft, and offers to take that back."""
    draft.replace(version.graph)
    await draft.save()
    offer_to_take_back(draft, f'The draft is version {version.number} again.')


def entries_of(draft: Draft, versions: list[WorkflowVersion]) -> list[Entry]:
    """The draft, then the versions, newest first; each with what it changed."""
    graphs = [draft.graph, *(version.graph for version in versions)]
    changes = [*(diff(before, after).summary() for after, before in pairwise(graphs)), '']
    first = Entry(
        key='draft',
        title='Draft',
        graph=draft.graph,
        note='',
        when=draft.workflow.updated_at,
        version=None,
        changes=changes[0],
    )
    return [first, *(_entry(version, summary) for version, summary in zip(versions, changes[1:], strict=True))]


def _entry(version: WorkflowVersion, changes: str) -> Entry:
    return Entry(
        key=version.id,
        title=f'Version {version.number}',
        graph=version.graph,
        note=version.note,
        when=version.created_at,
        version=version,
        changes=changes,
    )


class _History:
    """The list at the left, what was chosen at the right."""

    def __init__(self, entries: list[Entry], orchestrator: Orchestrator, known: Known, asked: ui.dialog) -> None:
        self._entries = {entry.key: entry for entry in entries}
        self._orchestrator = orchestrator
        self._known = known
        self._asked = asked
        self._rows: dict[str, ui.element] = {}
        with box('ao-history'):
            with box('ao-history-list ao-scroll', tag='nav'):
                for entry in entries:
                    self._draw_entry(entry)
                if len(entries) == 1:
                    words(
                        'Not published yet. Publishing freezes the draft as a version to compare with and go back to.',
                        'ao-faint ao-small ao-history-hint',
                        tag='p',
                    )
            self._detail = box('ao-history-detail')
        self._choose('draft')

    def _draw_entry(self, entry: Entry) -> None:
        with box('ao-history-entry', tag='button').props('type=button') as made:
            self._rows[entry.key] = made
            made.on('click', lambda: self._choose(entry.key))
            made.mark(f'history-{entry.title}')
            with row():
                words(entry.title, 'ao-strong ao-small ao-grow')
                time_ago(entry.when, now=self._orchestrator.clock.now())
            if entry.note:
                words(entry.note, 'ao-dim ao-small ao-two-lines')
            words(entry.changes or ('The first version' if entry.version else 'Not published'), 'ao-faint ao-tiny')
            if entry.version and self._same_as_draft(entry):
                badge('Same as the draft', icon_name='check')

    def _same_as_draft(self, entry: Entry) -> bool:
        return entry.graph == self._entries['draft'].graph

    def _choose(self, key: str, other: str | None = None) -> None:
        """Shows an entry compared with another one, if nothing else is said with the one before it."""
        for name, made in self._rows.items():
            made.props['aria-current'] = str(name == key).lower()
        entry = self._entries[key]
        base = self._entries[other] if other else self._before(entry)
        self._detail.clear()
        with self._detail:
            self._draw_head(entry, base)
            self._draw_compared(entry, base)

    def _before(self, entry: Entry) -> Entry:
        """The version before; for the first the draft, for a draft without versions itself."""
        keys = list(self._entries)
        after = keys[keys.index(entry.key) + 1 :]
        return self._entries[after[0] if after else 'draft']

    def _draw_head(self, entry: Entry, base: Entry) -> None:
        others = {key: other.called for key, other in self._entries.items() if key != entry.key}
        with row('ao-history-head ao-wrap'):
            words(entry.title, 'ao-strong')
            if others:
                words('compared with', 'ao-dim ao-small')
                choice = ui.select(others, value=base.key, on_change=lambda e: self._choose(entry.key, e.value))
                choice.props('outlined dense options-dense behavior=menu aria-label="Compared with"')
                choice.classes('ao-history-choice').mark('compared-with')
            box('ao-grow')
            if entry.version and not self._same_as_draft(entry):
                restored = entry.version
                button(
                    f'Restore version {restored.number}',
                    lambda: self._asked.submit(restored),
                    icon='restore',
                    kind='primary',
                ).mark('restore')
        if entry.note:
            words(entry.note, 'ao-dim ao-small ao-history-note', tag='p')

    def _draw_compared(self, entry: Entry, base: Entry) -> None:
        comparison = Comparison.of(base.graph, entry.graph)
        if base is not entry:
            with row('ao-small'):
                icon('difference', 'ao-faint')
                words(comparison.diff.summary(), 'ao-strong').mark('difference')
        unchanged = f'{entry.title} is the same as {base.called}.' if base is not entry else ''
        Compared(comparison, self._orchestrator.extensions.node_types, self._known, unchanged=unchanged)
