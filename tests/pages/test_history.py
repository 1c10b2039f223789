"""History, publishing and conflicts, as a simulated person sees them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User

from core.drafts.draft import Draft
from core.drafts.edits import Change, Edit, Remove
from core.orchestrator import Orchestrator
from core.workflows.document import read_graph
from core.workflows.workflow import WorkflowVersion
from pages.builder.history import entries_of
from pages.workflows.picture_view import PictureView
from tests.conftest import MakeWorkflow

CHAIN = """
nodes:
  topic: {type: input, config: {fields: [{name: topic}]}}
  text: {type: template, name: Write it, config: {text: 'About {{ topic.topic }}'}}
  end: {type: output}
edges:
  - topic -> text
  - text -> end
"""

Open = Callable[[], Awaitable[Draft]]


@pytest.fixture
def open_draft(user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow) -> Open:
    """Makes a workflow, opens its page, and gives its draft."""

    async def opened() -> Draft:
        workflow = await make_workflow(CHAIN)
        await user.open(f'/workflows/{workflow.id}?view=yaml')
        return await orchestrator.drafts.open(workflow.id)

    return opened


async def change(draft: Draft, *edits: Edit) -> None:
    draft.edit(edits)
    await draft.save()


async def publish(draft: Draft, orchestrator: Orchestrator, *, note: str = '') -> WorkflowVersion:
    version = await orchestrator.publish(draft.workflow.id, note=note)
    draft.took(await orchestrator.workflows.get(draft.workflow.id))
    return version


def named(name: str) -> Change:
    return Change(node='text', fields={'name': name})


def pictures(user: User) -> list[str]:
    return [str(view.props['svg']) for view in user.find(kind=PictureView).elements]


def press(user: User, text: str) -> None:
    user.find(kind=ui.button, content=text).click()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what is waited for rings no bell
            await asyncio.sleep(0.02)


# History


async def test_history_shows_what_each_version_changed(
    user: User, orchestrator: Orchestrator, open_draft: Open
) -> None:
    draft = await open_draft()
    await publish(draft, orchestrator, note='The first')
    await change(draft, Change(node='text', fields={'config': {'text': 'All about {{ topic.topic }}'}}))
    await publish(draft, orchestrator, note='More of it')
    await change(draft, Remove(nodes=('text',)))
    user.find('History').click()
    await user.should_see('Version 2')
    await user.should_see('The first')
    await user.should_see('1 node removed, 2 edges removed')
    assert 'data-mark="removed"' in ''.join(pictures(user))
    user.find(marker='history-Version 2').click()
    await user.should_see('Restore version 2')
    await user.should_see('1 node changed')
    assert 'data-mark="changed"' in ''.join(pictures(user))
    assert {'About {{ topic.topic }}', 'All about {{ topic.topic }}'} <= texts(user)


def texts(user: User) -> set[str]:
    return {element.text for element in user.find(kind=ui.label).elements}


async def test_any_version_is_compared_with_any_other(user: User, orchestrator: Orchestrator, open_draft: Open) -> None:
    draft = await open_draft()
    for name in ('One', 'Two', 'Three'):
        await change(draft, named(name))
        await publish(draft, orchestrator)
    user.find('History').click()
    await user.should_see('Version 3')
    user.find(marker='history-Version 3').click()
    choice: Any = next(iter(user.find(marker='compared-with').elements))
    assert choice.options[choice.value] == 'Version 2'
    choice.value = next(key for key, said in choice.options.items() if said == 'Version 1')
    await until(lambda: {'One', 'Three'} <= texts(user))
    await user.should_not_see('Two')


async def test_restoring_makes_a_version_the_draft_and_can_be_undone(
    user: User, orchestrator: Orchestrator, open_draft: Open
) -> None:
    draft = await open_draft()
    version = await publish(draft, orchestrator)
    await change(draft, named('Changed'))
    user.find('History').click()
    await user.should_see('Version 1')
    user.find(marker='history-Version 1').click()
    await user.should_see('Restore version 1')
    press(user, 'Restore version 1')
    await until(lambda: draft.graph == version.graph)
    await until(lambda: draft.state == 'saved')
    assert (await orchestrator.workflows.get(draft.workflow.id)).graph == version.graph
    draft.undo()
    assert draft.graph.by_id['text'].name == 'Changed'


async def test_a_workflow_without_versions_says_what_publishing_is_for(user: User, open_draft: Open) -> None:
    await open_draft()
    user.find('History').click()
    await user.should_see('Not published yet')


async def test_entries_tell_what_differs_from_the_one_before(orchestrator: Orchestrator, open_draft: Open) -> None:
    draft = await open_draft()
    await publish(draft, orchestrator)
    await change(draft, named('Two'))
    await publish(draft, orchestrator)
    entries = entries_of(draft, await orchestrator.workflows.versions(draft.workflow.id))
    assert [(entry.title, entry.changes) for entry in entries] == [
        ('Draft', 'No changes'),
        ('Version 2', '1 node changed'),
        ('Version 1', ''),
    ]


# Publishing


async def test_publishing_shows_what_changed_and_keeps_the_note(
    user: User, orchestrator: Orchestrator, open_draft: Open
) -> None:
    draft = await open_draft()
    await publish(draft, orchestrator)
    await change(draft, named('Tell it'))
    press(user, 'Publish')
    await user.should_see('Publish version 2')
    await user.should_see('Since version 1: 1 node changed')
    await user.should_see('Tell it')
    next(iter(user.find(marker='version-note').elements)).set_value('Another name')
    user.find(marker='confirm-publish').click()
    await until(lambda: draft.workflow.published == 2)
    newest = (await orchestrator.workflows.versions(draft.workflow.id))[0]
    assert (newest.number, newest.note, newest.graph) == (2, 'Another name', draft.graph)


async def test_what_prevents_publishing_is_said_and_nothing_is_published(
    user: User, orchestrator: Orchestrator, open_draft: Open
) -> None:
    draft = await open_draft()
    await change(draft, Change(node='text', fields={'config': {'text': '{{ nobody.text }}'}}))
    press(user, 'Publish')
    await user.should_see('1 problem to mend first')
    user.find(marker='confirm-publish').click()
    await asyncio.sleep(0.1)
    assert not await orchestrator.workflows.versions(draft.workflow.id)


async def test_an_unchanged_draft_is_not_published_again(
    user: User, orchestrator: Orchestrator, open_draft: Open
) -> None:
    draft = await open_draft()
    await publish(draft, orchestrator)
    press(user, 'Publish')
    await user.should_see('The draft is the same as version 1')


# Conflicts


async def in_conflict(orchestrator: Orchestrator, draft: Draft) -> None:
    theirs = read_graph(CHAIN.replace('Write it', 'Theirs'))
    await orchestrator.workflows.save(draft.workflow.model_copy(update={'graph': theirs}))
    await change(draft, named('Mine'))
    assert draft.state == 'stale'


async def test_a_refused_save_shows_both_graphs_and_what_each_changed(
    user: User, orchestrator: Orchestrator, open_draft: Open
) -> None:
    draft = await open_draft()
    await in_conflict(orchestrator, draft)
    press(user, 'Compare')
    await user.should_see('Your changes: 1 node changed')
    await user.should_see('Their changes: 1 node changed')
    await user.should_see('Changed by both: Mine')
    shown = [svg for svg in pictures(user) if 'data-mark="changed"' in svg]
    assert ['Mine' in svg for svg in shown] != ['Theirs' in svg for svg in shown]
    press(user, 'Save mine over it')
    await until(lambda: draft.state == 'saved')
    assert (await orchestrator.workflows.get(draft.workflow.id)).graph.by_id['text'].name == 'Mine'


async def test_taking_theirs_keeps_mine_for_undo(user: User, orchestrator: Orchestrator, open_draft: Open) -> None:
    draft = await open_draft()
    await in_conflict(orchestrator, draft)
    press(user, 'Compare')
    await user.should_see('Take the stored one')
    press(user, 'Take the stored one')
    await until(lambda: draft.graph.by_id['text'].name == 'Theirs')
    draft.undo()
    assert draft.graph.by_id['text'].name == 'Mine'


async def test_who_goes_back_to_editing_decides_nothing(
    user: User, orchestrator: Orchestrator, open_draft: Open
) -> None:
    draft = await open_draft()
    await in_conflict(orchestrator, draft)
    press(user, 'Compare')
    await user.should_see('Back to editing')
    press(user, 'Back to editing')
    await asyncio.sleep(0.1)
    assert (draft.state, draft.graph.by_id['text'].name) == ('stale', 'Mine')
