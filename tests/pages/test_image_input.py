"""A picture in the form before a run, and among the values of the run."""

import json

from nicegui import ui
from nicegui.elements.upload_files import SmallFileUpload
from nicegui.testing import User

from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow
from tests.conftest import needs_canvas
from tests.core.test_image_inputs import PNG, URL

NODES = """
nodes: {start: {type: input, config: {fields: [{name: photo, type: image}]}}, end: {type: output}}
edges: [start -> end]
"""


async def upload(user: User, name: str, data: bytes) -> None:
    (uploader,) = user.find(kind=ui.upload).elements
    await uploader.handle_uploads([SmallFileUpload(name, 'image/png', data)])


async def test_a_picture_is_chosen_before_a_run_and_seen_in_it(user: User, orchestrator: Orchestrator) -> None:
    workflow = await orchestrator.workflows.create(Workflow(name='Look', graph=read_graph(NODES)))
    await user.open(f'/workflows/{workflow.id}')
    user.find('Run').click()
    await user.should_see('Choose a picture')
    user.find(marker='start-run').click()
    await user.should_see('Photo is required.')
    await upload(user, 'notes.png', b'just text')
    await user.should_see('Photo is no PNG, JPEG, WebP or GIF')
    await upload(user, 'cat.png', PNG)
    await user.should_see('cat.png')
    user.find('Take Photo away').click()
    await user.should_see('Choose a picture')
    await upload(user, 'cat.png', PNG)
    user.find(marker='start-run').click()
    await user.should_not_see(marker='start-run')
    [run] = await orchestrator.runs(RunFilter())
    await user.open(f'/runs/{run.id}')
    user.find('Input').click()
    await user.should_see('cat.png')


async def test_several_pictures_are_chosen_before_a_run_and_seen_in_it(user: User, orchestrator: Orchestrator) -> None:
    field = {'name': 'photos', 'type': 'images', 'default': [URL, URL.replace('cat.png', 'dog.png')]}
    graph = read_graph(NODES.replace('{name: photo, type: image}', json.dumps(field)))
    workflow = await orchestrator.workflows.create(Workflow(name='Look', graph=graph))
    await user.open(f'/workflows/{workflow.id}')
    user.find('Run').click()
    await user.should_see('Choose pictures')
    user.find('Take dog.png away').click()
    await upload(user, 'owl.png', PNG)
    await user.should_see('Take owl.png away')
    await upload(user, 'notes.png', b'just text')
    await user.should_see('notes.png is no PNG, JPEG, WebP or GIF')
    user.find(marker='start-run').click()
    await user.should_not_see(marker='start-run')
    [run] = await orchestrator.runs(RunFilter())
    await user.open(f'/runs/{run.id}')
    user.find('Input').click()
    for name in ('cat.png', 'owl.png'):
        await user.should_see(name)
    await user.should_not_see('dog.png')


@needs_canvas
async def test_a_picture_to_begin_with_is_shown_in_the_form(user: User, orchestrator: Orchestrator) -> None:
    field = {'name': 'photo', 'type': 'image', 'default': URL}
    graph = read_graph(NODES.replace('{name: photo, type: image}', json.dumps(field)))
    workflow = await orchestrator.workflows.create(Workflow(name='Look', graph=graph))
    await user.open(f'/workflows/{workflow.id}')
    user.find('Run').click()
    await user.should_see('cat.png')
    await user.should_not_see('Choose a picture')
    user.find(marker='start-run').click()
    await user.should_not_see(marker='start-run')
    [run] = await orchestrator.runs(RunFilter())
    assert (await orchestrator.state(run.id)).inputs['photo']['name'] == 'cat.png'
    await user.open(f'/runs/{run.id}?step=start')
    await user.should_see('Succeeded')
    user.find(kind=ui.tab, content='Input').click()
    await user.should_see('"default": "(image cat.png)"')
    await user.should_not_see('base64')
    assert [each.props['alt'] for each in user.find(kind=ui.element).elements if each.tag == 'img'] == ['cat.png']
