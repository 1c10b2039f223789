"""Workflows from files on the list page, as a simulated person brings them; dragging is a browser’s affair."""

import pytest
from nicegui import ui
from nicegui.elements.upload_files import SmallFileUpload
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from core.errors import StorageError
from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from core.workflows.document import WorkflowDocument, write_document
from core.workflows.workflow import Workflow
from pages.components.drop_zone import DropZone
from pages.workflows.importing import LARGEST

LETTER = """
agent_orchestrator: 1
name: From a friend
nodes: {start: {type: input}, end: {type: output}}
edges: [start -> end]
"""


async def names(orchestrator: Orchestrator) -> list[str]:
    return [workflow.name for workflow in await orchestrator.workflows.all()]


async def bring(user: User, name: str, content: str | bytes) -> None:
    """Sends a file to the uploader of the page, as its button and its drop zone do."""
    raw = content.encode() if isinstance(content, str) else content
    (uploader,) = user.find(kind=ui.upload).elements
    await uploader.handle_uploads([SmallFileUpload(name, 'text/yaml', raw)])


def rejected(user: User, *found: tuple[str, str]) -> None:
    """What the browser says of files that it does not send."""
    uploader = user.find(kind=ui.upload)
    UserInteraction(user, uploader.elements, None).trigger('rejected', list(map(list, found)))


async def test_importing_shows_what_is_inside_before_anything_is_stored(user: User, orchestrator: Orchestrator) -> None:
    document = await orchestrator.export_document('research-brief')
    named = document.model_copy(update={'workflow': document.workflow.model_copy(update={'name': 'From a friend'})})
    before = await names(orchestrator)
    await user.open('/workflows')
    user.find('Import').click()
    await user.should_see('Importing runs nothing')
    await bring(user, 'friend.yaml', write_document(named))
    await user.should_see('From a friend')
    await user.should_see('It brings 5 agents')
    await user.should_see('Risk analyst')
    assert await names(orchestrator) == before
    user.find(marker='confirm-import').click()
    await user.should_see(marker='run-workflow')
    assert (await orchestrator.workflows.get('from-a-friend')).name == 'From a friend'
    assert not await orchestrator.runs(RunFilter())


async def test_what_would_start_it_by_itself_is_shown_and_stays_off(user: User, orchestrator: Orchestrator) -> None:
    await user.open('/workflows')
    user.find('Import').click()
    await user.should_see('Importing runs nothing')
    triggers = 'schedules: {often: {name: Often, every: 900, enabled: true}}\nwebhooks: {hook: {name: Orders}}\n'
    await bring(user, 'friend.yaml', f'{LETTER}{triggers}')
    await user.should_see('all of it stays off until you switch it on')
    await user.should_see('Every 15 minutes')
    await user.should_see('Orders')
    user.find(marker='confirm-import').click()
    await user.should_see(marker='run-workflow')
    assert [schedule.enabled for schedule in await orchestrator.schedules.of('from-a-friend')] == [False]
    assert [webhook.enabled for webhook in await orchestrator.webhooks.of('from-a-friend')] == [False]


async def test_the_workflows_that_it_runs_are_shown_and_published(user: User, orchestrator: Orchestrator) -> None:
    greet = 'workflows: {greet: {name: Say hello, nodes: {a: {type: input}, b: {type: odd}}, edges: [a -> b]}}'
    await user.open('/workflows')
    await bring(user, 'friend.yaml', LETTER + greet)
    await user.should_see('It runs 1 workflow')
    await user.should_see('Say hello')
    await user.should_see('2 steps')
    await user.should_see('This app has no node type odd')
    await bring(user, 'other.yaml', LETTER + greet.replace('odd', 'output'))
    await user.should_see('Import 2 workflows')
    user.find(marker='confirm-import').click()
    await user.should_see('2 workflows imported.')
    assert (await orchestrator.workflows.get('greet')).published is None
    assert (await orchestrator.workflows.get('greet-2')).published == 1
    assert not await orchestrator.runs(RunFilter())


async def test_several_files_at_once_are_imported_together_and_listed(user: User, orchestrator: Orchestrator) -> None:
    await user.open('/workflows')
    await bring(user, 'one.yaml', LETTER)
    await bring(user, 'two.yaml', LETTER.replace('From a friend', 'From the neighbours'))
    await bring(user, 'same.yaml', LETTER)
    await user.should_see('Import 3 workflows')
    user.find('Leave same.yaml out').click()
    await user.should_see('Import 2 workflows')
    user.find(marker='confirm-import').click()
    await user.should_see('From the neighbours')
    await user.should_see('2 workflows imported.')
    await user.should_not_see('Importing runs nothing')
    assert {'From a friend', 'From the neighbours'} <= set(await names(orchestrator))
    assert 'From a friend (2)' not in await names(orchestrator)


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        ('services: {db: {image: postgres}}', 'other.yaml cannot be imported. The first line should be'),
        ('agent_orchestrator: 1\nname: [', 'other.yaml cannot be imported. Line '),
        (b'name: caf\xe9', 'other.yaml cannot be imported. It is not a text file.'),
        ('a: ' + 'x' * LARGEST, 'other.yaml cannot be imported. It is larger than 2 MB'),
    ],
    ids=['of another program', 'broken', 'not UTF-8', 'too large'],
)
async def test_a_file_that_is_no_workflow_is_refused_with_the_reason_and_the_others_stay(
    user: User, orchestrator: Orchestrator, content: str | bytes, reason: str
) -> None:
    before = await names(orchestrator)
    await user.open('/workflows')
    await bring(user, 'letter.yaml', LETTER)
    await bring(user, 'other.yaml', content)
    await user.should_see(reason)
    await user.should_see('From a friend')
    assert await names(orchestrator) == before
    user.find(marker='confirm-import').click()
    await user.should_see(marker='run-workflow')
    assert set(await names(orchestrator)) == {*before, 'From a friend'}


async def test_what_a_browser_does_not_send_is_told_by_name_and_nothing_can_be_imported(user: User) -> None:
    await user.open('/workflows')
    rejected(user, ('photo.png', 'accept'), ('big.yaml', 'max-file-size'), ('twice.yaml', 'duplicate'))
    await user.should_see('photo.png cannot be imported. It is not a YAML file')
    await user.should_see('big.yaml cannot be imported. It is larger than 2 MB')
    await user.should_not_see('twice.yaml')
    (confirm,) = user.find(marker='confirm-import').elements
    assert not confirm.enabled  # type: ignore[attr-defined]
    user.find(kind=DropZone).trigger('folders', ['workflows'])
    await user.should_see('workflows cannot be imported. It is a folder')


async def test_a_mended_file_takes_the_place_of_the_broken_one(user: User) -> None:
    await user.open('/workflows')
    await bring(user, 'letter.yaml', 'nodes: [')
    await user.should_see('letter.yaml cannot be imported')
    await bring(user, 'letter.yaml', LETTER)
    await user.should_see('From a friend')
    await user.should_not_see('letter.yaml cannot be imported')


async def test_what_cannot_be_stored_stays_in_the_dialog_with_the_reason(
    user: User, orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = orchestrator.import_document

    async def full(document: WorkflowDocument) -> Workflow:
        if document.workflow.name == 'From a friend':
            raise StorageError('The disk is full.')
        return await store(document)

    monkeypatch.setattr(orchestrator, 'import_document', full)
    await user.open('/workflows')
    await bring(user, 'letter.yaml', LETTER)
    await user.should_see('From a friend')
    user.find(marker='confirm-import').click()
    await user.should_see('It was not stored. The disk is full.')
    monkeypatch.undo()
    user.find(marker='confirm-import').click()
    await user.should_see(marker='run-workflow')
    assert 'From a friend' in await names(orchestrator)


async def test_a_closed_dialog_has_forgotten_its_files(user: User, orchestrator: Orchestrator) -> None:
    before = await names(orchestrator)
    await user.open('/workflows')
    await bring(user, 'letter.yaml', LETTER)
    await user.should_see('From a friend')
    user.find('Cancel').click()
    await user.should_not_see('From a friend')
    user.find('Import').click()
    await user.should_see('Importing runs nothing')
    await user.should_not_see('From a friend')
    assert await names(orchestrator) == before
