"""A picture from the input of a run to the eyes of a model, stored once on the way."""

import base64
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.commands.run import read_inputs
from core.agents.agent import Agent
from core.clock import SystemClock
from core.errors import InvalidError
from core.llm.connection import Connection, ModelRef
from core.llm.service import LLMService
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
    inputs = read_inputs([f'photo=@{tmp_path / "my cat.png"}', f'text=@{tmp_path / "a.txt"}'])
    assert inputs == {'photo': URL.replace('cat.png', 'my-cat.png'), 'text': 'Text'}
