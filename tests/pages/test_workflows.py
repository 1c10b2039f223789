"""The pages about workflows, as a simulated person sees them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from core.errors import NotFoundError
from core.nodes.input import InputField
from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from core.workflows.document import read_graph, write_graph
from core.workflows.workflow import Workflow
from pages.workflows.picture_view import PictureView
from pages.workflows.places import Places
from pages.workflows.yaml_editor import YamlEditor

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
Field = Callable[[str], Any]

CHAIN = """
nodes:
  topic:
    type: input
    config:
      fields: [{name: topic, title: Topic}, {name: size, type: number, default: 3}]
  text:
    type: template
    name: Write it
    config:
      text: 'About {{ topic.topic }}'
  end:
    type: output
edges:
  - topic -> text
  - text -> end
"""


def editor(user: User) -> YamlEditor:
    return next(iter(user.find(kind=YamlEditor).elements))


def picture(user: User) -> str:
    return str(next(iter(user.find(kind=PictureView).elements)).props['svg'])


async def until(condition: Callable[[], Awaitable[bool] | bool]) -> None:
    async with asyncio.timeout(60):
        while True:
            met = condition()
            if met if isinstance(met, bool) else await met:
                return
            await asyncio.sleep(0.02)


# The editor


async def test_what_is_typed_is_saved_and_drawn(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(CHAIN)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    await user.should_see('Saved')
    editor(user).value = editor(user).value.replace('Write it', 'Tell all')
    await user.should_see('Typing…')
    await user.should_see('Saved')
    assert (await orchestrator.workflows.get(workflow.id)).graph.by_id['text'].name == 'Tell all'
    assert 'Tell all' in picture(user)


COMMENTED = CHAIN.replace('    name: Write it\n', '    name: Write it  # short, please\n\n')


async def type_and_save(user: User, text: str) -> None:
    editor(user).value = text
    await user.should_see('Typing…')
    await user.should_see('Saved')


async def test_comments_and_layout_are_there_again_on_the_next_visit(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(CHAIN)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    await type_and_save(user, COMMENTED)
    stored = await orchestrator.workflows.get(workflow.id)
    assert (stored.graph, stored.source) == (workflow.graph, COMMENTED)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    assert editor(user).value == COMMENTED
    await user.should_see('Saved')


async def test_a_graph_that_was_changed_on_another_road_is_shown_as_it_is_now(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(CHAIN)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    await type_and_save(user, COMMENTED)
    stored = await orchestrator.workflows.get(workflow.id)
    changed = read_graph(CHAIN.replace('Write it', 'Theirs'))
    await orchestrator.workflows.save(stored.model_copy(update={'graph': changed}))
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    assert editor(user).value == write_graph(changed)


async def test_what_somebody_else_typed_is_taken_with_its_comments(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(CHAIN)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    theirs = COMMENTED.replace('Write it', 'Theirs')
    await orchestrator.workflows.save(workflow.model_copy(update={'graph': read_graph(theirs), 'source': theirs}))
    editor(user).value = editor(user).value.replace('Write it', 'Mine')
    await user.should_see('somebody saved first')
    user.find('Compare').click()
    await user.should_see('Their changes: 1 node changed')
    user.find('Take the stored one').click()
    await until(lambda: editor(user).value == theirs)


async def test_broken_yaml_shows_its_line_keeps_the_last_picture_and_loses_nothing(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(CHAIN)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    before = picture(user)
    broken = editor(user).value.replace('type: template', 'type: [template')
    editor(user).value = broken
    line = broken[: broken.index('[template')].count('\n') + 1
    await user.should_see('Not saved: line')
    shown = next(iter(user.find(marker='save-state').elements)).text
    assert abs(int(shown.rpartition(' ')[2]) - line) <= 1
    assert editor(user).value == broken
    assert picture(user) == before
    assert (await orchestrator.workflows.get(workflow.id)).graph == workflow.graph
    editor(user).value = broken.replace('[template', 'template').replace('Write it', 'Mended')
    await user.should_see('Saved')
    assert (await orchestrator.workflows.get(workflow.id)).graph.by_id['text'].name == 'Mended'


async def test_a_broken_draft_is_not_run(user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow) -> None:
    workflow = await make_workflow(CHAIN)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    editor(user).value = 'nodes: ['
    user.find(marker='run-workflow').click()
    await until(lambda: any('not saved yet' in message for message in user.notify.messages))
    assert not await orchestrator.runs(RunFilter())


async def test_problems_name_node_and_reason_and_lead_to_their_line(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(CHAIN)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    await user.should_see('No problems')
    editor(user).value = editor(user).value.replace('{{ topic.topic }}', '{{ nobody.text }}')
    await user.should_not_see('No problems')
    text = editor(user).value
    line = text[: text.index('nobody')].count('\n') + 1
    assert editor(user).marked == {line: 'error'}
    assert 'data-mark="error"' in picture(user)
    saved = (await orchestrator.workflows.get(workflow.id)).graph
    assert 'nobody' in saved.by_id['text'].config['text']


async def test_a_stale_save_is_refused_and_both_are_shown(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(CHAIN)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    theirs = read_graph(CHAIN.replace('Write it', 'Theirs'))
    await orchestrator.workflows.save(workflow.model_copy(update={'graph': theirs}))
    editor(user).value = editor(user).value.replace('Write it', 'Mine')
    await user.should_see('somebody saved first')
    assert (await orchestrator.workflows.get(workflow.id)).graph == theirs
    assert 'Mine' in editor(user).value
    user.find('Compare').click()
    await user.should_see('Take the stored one')
    await user.should_see('Theirs')
    await user.should_see('Mine')
    user.find('Save mine over it').click()
    await user.should_see('Saved')
    await until(lambda: _is_named(orchestrator, workflow.id, 'Mine'))


async def _is_named(orchestrator: Orchestrator, workflow_id: str, name: str) -> bool:
    return (await orchestrator.workflows.get(workflow_id)).graph.by_id['text'].name == name


async def test_the_stored_one_can_be_taken_instead(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(CHAIN)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    theirs = read_graph(CHAIN.replace('Write it', 'Theirs'))
    await orchestrator.workflows.save(workflow.model_copy(update={'graph': theirs}))
    editor(user).value = editor(user).value.replace('Write it', 'Mine')
    await user.should_see('somebody saved first')
    user.find('Compare').click()
    await user.should_see('Take the stored one')
    user.find('Take the stored one').click()
    await until(lambda: 'Theirs' in editor(user).value)
    assert 'Theirs' in picture(user)


async def test_publishing_makes_a_version_and_restoring_brings_it_back(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(CHAIN)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    user.find(kind=ui.button, content='Publish').click()
    await user.should_see('Publish version 1')
    next(iter(user.find(marker='version-note').elements)).set_value('The first')
    user.find(marker='confirm-publish').click()
    await user.should_see('v1')
    assert [version.note for version in await orchestrator.workflows.versions(workflow.id)] == ['The first']
    editor(user).value = editor(user).value.replace('Write it', 'Changed')
    await user.should_see('Typing…')
    await user.should_see('Saved')
    user.find('History').click()
    await user.should_see('The first')
    user.find(marker='history-Version 1').click()
    await user.should_see('Restore version 1')
    user.find('Restore version 1').click()
    await until(lambda: 'Write it' in editor(user).value)
    await until(lambda: _is_named(orchestrator, workflow.id, 'Write it'))


# The run form


async def test_the_form_asks_what_the_input_node_asks_and_shows_errors_at_the_field(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, field: Field
) -> None:
    workflow = await make_workflow(CHAIN)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    user.find(marker='run-workflow').click()
    await user.should_see(marker='start-run')
    user.find(marker='start-run').click()
    await user.should_see('Topic is required.')
    assert not await orchestrator.runs(RunFilter())
    assert field('Topic').props['error'] == 'true'
    field('Topic').value = 'bees'
    field('Size').value = 5
    user.find(marker='start-run').click()
    await user.should_see(marker='run-steps')
    (run,) = await orchestrator.runs(RunFilter())
    assert (await orchestrator.state(run.id)).inputs == {'topic': 'bees', 'size': 5}


async def test_every_type_of_field_has_its_widget(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    fields = [
        InputField(name='one', type='text'),
        InputField(name='two', type='long_text'),
        InputField(name='three', type='number'),
        InputField(name='four', type='boolean'),
        InputField(name='five', type='choice', choices=('a', 'b')),
    ]
    asked = [field.model_dump(mode='json') for field in fields]
    workflow = await make_workflow(f'nodes: {{start: {{type: input, config: {{fields: {asked}}}}}}}')
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    user.find(marker='run-workflow').click()
    await user.should_see(marker='start-run')
    kinds = {field.name: type(next(iter(user.find(marker=f'input-{field.name}').elements))) for field in fields}
    assert kinds == {'one': ui.input, 'two': ui.textarea, 'three': ui.number, 'four': ui.switch, 'five': ui.select}


# The list


async def test_the_list_shows_each_workflow_and_its_last_run(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    await make_workflow(CHAIN)
    await user.open('/workflows')
    await user.should_see('Support triage')
    await user.should_see('Never run')
    run = await orchestrator.start_run('test', {'topic': 'bees'})
    async for _ in orchestrator.watch(run.id):
        pass
    await user.should_see('Succeeded')


async def test_a_workflow_is_deleted_only_after_a_yes(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    for sample in await orchestrator.workflows.all():
        await orchestrator.workflows.delete(sample.id)
    workflow = await make_workflow(CHAIN)
    await user.open('/workflows')
    user.find('Delete').click()
    await user.should_see('Delete Test?')
    assert await orchestrator.workflows.get(workflow.id)
    user.find('Delete workflow').click()
    await user.should_see('Make your first workflow')
    try:
        await orchestrator.workflows.get(workflow.id)
    except NotFoundError:
        return
    raise AssertionError('it is still there')


# Lines


def test_places_of_nodes_fields_and_edges_are_found_in_the_text() -> None:
    text = write_graph(read_graph(CHAIN))
    places, lines = Places(text), text.splitlines()
    assert lines[(places.line_of('nodes.text') or 0) - 1].strip() == 'text:'
    assert 'About' in lines[(places.line_of('nodes.text.config.text') or 0) - 1]
    assert 'text -> end' in lines[(places.line_of('edges.2') or 0) - 1]
    assert places.line_of('nodes.text.config.missing') == places.line_of('nodes.text.config')
    assert places.line_of('nowhere') is None
    assert places.line_of('7') == 7
    assert places.node_at(places.line_of('nodes.text.config.text') or 0) == 'text'
    assert Places('nodes: [').line_of('nodes.text') is None


async def test_what_could_not_be_saved_on_an_earlier_visit_is_offered_again(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(CHAIN)
    await user.open(f'/workflows/{workflow.id}?view=yaml')
    kept = editor(user).value.replace('Write it', 'Kept words')
    layout = user.client.layout
    (event,) = (each.type for each in layout._event_listeners.values() if each.type.startswith('aoKept'))
    UserInteraction(user, {layout}, None).trigger(event, kept)
    await user.should_see('It is kept in this browser')
    user.find('Bring it back').click()
    await until(lambda: _is_named(orchestrator, workflow.id, 'Kept words'))
    assert editor(user).value == kept
