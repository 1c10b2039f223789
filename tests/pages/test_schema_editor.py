"""A JSON schema, edited as a table of its fields or as text."""

from collections.abc import Callable
from typing import Any

from nicegui.testing import User

from core.agents.agent import Agent
from core.orchestrator import Orchestrator

Field = Callable[[str], Any]


async def an_agent(orchestrator: Orchestrator, schema: dict[str, Any] | None = None) -> Agent:
    return await orchestrator.agents.create(Agent(name='Judge', output_schema=schema))


async def kept(orchestrator: Orchestrator) -> Any:
    return (await orchestrator.agents.get('judge')).output_schema


async def save(user: User) -> None:
    user.find('Save').click()
    await user.should_see('Saved.')


async def test_a_schema_is_made_in_a_table(user: User, orchestrator: Orchestrator, field: Field) -> None:
    await user.open(f'/agents/{(await an_agent(orchestrator)).id}')
    user.find('Add field').click()
    field('Field name').value = 'score'
    field('Field type').value = 'whole'
    field('Field description').value = 'From 1 to 5.'
    await save(user)
    score = {'type': 'integer', 'description': 'From 1 to 5.'}
    assert await kept(orchestrator) == {'type': 'object', 'properties': {'score': score}, 'required': ['score']}


async def test_without_fields_there_is_no_schema(user: User, orchestrator: Orchestrator) -> None:
    schema = {'type': 'object', 'properties': {'score': {'type': 'integer'}}}
    await user.open(f'/agents/{(await an_agent(orchestrator, schema)).id}')
    user.find(marker='Remove field').click()
    await save(user)
    assert await kept(orchestrator) is None


async def test_what_a_table_cannot_show_stays_text(user: User, orchestrator: Orchestrator, field: Field) -> None:
    schema = {'type': 'object', 'properties': {'score': {'type': 'integer', 'maximum': 5}}}
    await user.open(f'/agents/{(await an_agent(orchestrator, schema)).id}')
    await user.should_see('The table cannot show this.')
    await user.should_not_see('Edit as table')
    field('JSON schema').value = '{"type": "object", "properties": {"score": {"type": "integer"}}}'
    user.find('Edit as table').click()
    assert (field('Field name').value, field('Field is required').value) == ('score', False)
    user.find('Edit as text').click()
    await save(user)
    assert await kept(orchestrator) == {'type': 'object', 'properties': {'score': {'type': 'integer'}}}


async def test_what_is_said_of_the_whole_is_kept(user: User, orchestrator: Orchestrator, field: Field) -> None:
    schema = {'type': 'object', 'properties': {'score': {'type': 'integer'}}, 'additionalProperties': False}
    await user.open(f'/agents/{(await an_agent(orchestrator, schema)).id}')
    field('Field is required').value = True
    await save(user)
    assert await kept(orchestrator) == {**schema, 'required': ['score']}


async def test_two_fields_of_one_name_are_told(user: User, orchestrator: Orchestrator, field: Field) -> None:
    schema = {'type': 'object', 'properties': {'a': {'type': 'string'}, 'b': {'type': 'string'}}}
    await user.open(f'/agents/{(await an_agent(orchestrator, schema)).id}')
    field('Field name').value = 'b'
    await user.should_see('Two fields are called b.')
    field('Field name').value = 'c'
    await user.should_not_see('Two fields are called b.')
    await save(user)
    assert list((await kept(orchestrator))['properties']) == ['c', 'b']
