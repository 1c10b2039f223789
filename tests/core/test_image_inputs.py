"""A picture from the input of a run to the eyes of a model, stored once on the way."""

import base64
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.commands.run import read_inputs as read_pairs
from core.agents.agent import Agent
from core.clock import SystemClock
from core.errors import InvalidError
from core.llm.connection import Connection, ModelRef
from core.llm.images import read_image
from core.llm.messages import Message
from core.llm.service import LLMService
from core.nodes.input import InputField, read_inputs
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow
from storage.store import open_stores
from tests.core.agents.running import ended
from tests.core.agents.scripted import Script

PNG = b'\x89PNG\r\n\x1a\n' + bytes(range(256)) * 200
URL = f'data:image/png;name=cat.png;base64,{base64.b64encode(PNG).decode()}'
NODES = """
nodes:
  start: {type: input, config: {fields: [{name: photo, type: image}, {name: second, type: image, required: false}]}}
  look: {type: agent, config: {agent: eye, prompt: '{{ incoming }}', images: 'IMAGES'}}
  end: {type: output}
edges: [start -> look, look -> end]
"""


@pytest.fixture
def script(extensions: Extensions) -> Script:
    script = Script()
    extensions.providers.add('scripted', script.provider())
    return script


@pytest.fixture
async def orchestrator(script: Script, extensions: Extensions, tmp_path: Path) -> AsyncIterator[Orchestrator]:
    async with open_stores(tmp_path, clock=SystemClock()) as stores:
        llm = LLMService(stores.connections, stores.secrets, extensions.providers, clock=SystemClock())
        orchestrator = Orchestrator(stores, llm, extensions, clock=SystemClock())
        await orchestrator.start()
        await orchestrator.connections.create(Connection(id='scripted', name='S', provider='scripted', attempts=1))
        await orchestrator.agents.create(Agent(id='eye', name='Eye', model=ModelRef.parse('scripted/m')))
        yield orchestrator
        await orchestrator.stop(grace=0)


async def looked(orchestrator: Orchestrator, images: str, **inputs: Any) -> Any:
    graph = read_graph(NODES.replace('IMAGES', images))
    workflow = await orchestrator.workflows.create(Workflow(name='Look', graph=graph))
    run = await orchestrator.start_run(workflow.id, inputs)
    return await ended(orchestrator, run.id)


async def test_a_picture_is_shown_to_the_model_and_stored_once(
    orchestrator: Orchestrator, script: Script, tmp_path: Path
) -> None:
    row = await looked(orchestrator, '[start.photo, start.second]', photo=URL)
    assert row.status == 'succeeded', row.error
    [message] = script.requests[0].messages
    assert (message.text, message.images[0].name) == ('Photo: (image cat.png)', 'cat.png')
    assert base64.b64decode(message.images[0].data) == PNG
    with closing(sqlite3.connect(tmp_path / 'orchestrator.db')) as connection:
        assert connection.execute('SELECT count(*) FROM blobs').fetchone() == (1,)
    state = await orchestrator.state(row.id)
    assert state.inputs['second'] is None
    assert state.steps['look'].calls[0].messages[0].images == message.images


SEVERAL = """
nodes:
  start: {type: input, config: {fields: [{name: photos, type: images, required: false}]}}
  look: {type: agent, config: {agent: eye, prompt: 'See {{ start.text }}', images: start.photos}}
  each: {type: map, config: {items: start.photos}}
  one: {type: agent, parent: each, config: {agent: eye, prompt: 'One', images: item}}
  end: {type: output}
edges: [start -> look, look -> each, each -> end]
"""


async def test_several_pictures_are_asked_for_by_one_input(orchestrator: Orchestrator, script: Script) -> None:
    workflow = await orchestrator.workflows.create(Workflow(name='Look', graph=read_graph(SEVERAL)))
    other = URL.replace('cat.png', 'dog.png')
    run = await ended(orchestrator, (await orchestrator.start_run(workflow.id, {'photos': [URL, other]})).id)
    assert run.status == 'succeeded', run.error
    asked = [(message.text, [image.name for image in message.images]) for [message] in told(script)]
    assert asked[0] == ('See (image cat.png), (image dog.png)', ['cat.png', 'dog.png'])
    assert sorted(asked[1:]) == [('One', ['cat.png']), ('One', ['dog.png'])]


def told(script: Script) -> list[tuple[Message, ...]]:
    return [request.messages for request in script.requests]


async def test_one_picture_and_several_are_shown_together(orchestrator: Orchestrator, script: Script) -> None:
    graph = read_graph(SEVERAL.replace('images: start.photos', 'images: "[start.photos, start.photos[0]]"'))
    workflow = await orchestrator.workflows.create(Workflow(name='Look', graph=graph))
    run = await ended(orchestrator, (await orchestrator.start_run(workflow.id, {'photos': [URL]})).id)
    assert run.status == 'succeeded', run.error
    assert len(told(script)[0][0].images) == 2


async def test_where_no_pictures_are_given_none_are_shown(orchestrator: Orchestrator, script: Script) -> None:
    workflow = await orchestrator.workflows.create(Workflow(name='Look', graph=read_graph(SEVERAL)))
    run = await ended(orchestrator, (await orchestrator.start_run(workflow.id, {})).id)
    assert run.status == 'succeeded', run.error
    [[message]] = told(script)
    assert (message.text, message.images) == ('See ', ())


PHOTOS = InputField(name='photos', type='images')


@pytest.mark.parametrize(
    'given', [URL, [URL], [read_image(URL).model_dump()], json.dumps([read_image(URL).model_dump()])]
)
def test_several_pictures_are_a_list_or_its_json_or_one_alone(given: Any) -> None:
    assert read_inputs([PHOTOS], {'photos': given}) == {'photos': [read_image(URL).model_dump()]}


@pytest.mark.parametrize(
    ('given', 'error'),
    [
        ([], 'Photos is required.'),
        ([URL, 'x'], 'Photos has a picture, number 2, that is no data URL of a picture.'),
        ('[', 'Photos is no data URL of a picture.'),
    ],
)
def test_which_of_several_pictures_is_none_is_said(given: Any, error: str) -> None:
    with pytest.raises(InvalidError, match=re.escape(error)):
        read_inputs([PHOTOS], {'photos': given})


@pytest.mark.parametrize(
    ('images', 'inputs', 'error'),
    [
        ('start.text', {'photo': URL}, 'What `start.text` gives is no data URL of a picture'),
        ('start.photo', {'photo': 'data:image/png;base64,PHN2Zz4='}, 'Photo is no PNG, JPEG, WebP or GIF'),
        ('start.photo', {}, 'Photo is required'),
    ],
)
async def test_what_is_no_picture_is_said_where_it_happens(
    orchestrator: Orchestrator, images: str, inputs: Any, error: str
) -> None:
    if error.startswith('What'):
        assert error in (await looked(orchestrator, images, **inputs)).error
        return
    with pytest.raises(InvalidError, match=error):
        await looked(orchestrator, images, **inputs)


def test_the_command_line_reads_pictures_and_texts_from_files(tmp_path: Path) -> None:
    (tmp_path / 'my cat.png').write_bytes(PNG)
    (tmp_path / 'a.txt').write_text('Text', encoding='utf-8')
    inputs = read_pairs([f'photo=@{tmp_path / "my cat.png"}', f'text=@{tmp_path / "a.txt"}'])
    assert inputs == {'photo': URL.replace('cat.png', 'my-cat.png'), 'text': 'Text'}
    assert read_pairs(['word=a', 'word=b', 'other=c']) == {'word': ['a', 'b'], 'other': 'c'}
