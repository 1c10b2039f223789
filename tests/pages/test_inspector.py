"""The inspector of the builder, as a simulated person sees it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Any

import pytest
from nicegui import ui
from nicegui.events import GenericEventArguments, handle_event
from nicegui.testing import User

from core.drafts.draft import Draft
from core.drafts.edits import Add, Change, Remove
from core.llm.connection import Connection, ModelRef
from core.orchestrator import Orchestrator
from core.workflows.graph import Node
from core.workflows.workflow import Workflow
from pages.builder.inspector.inspector import Inspector
from pages.builder.inspector.pending import with_value
from pages.builder.inspector.shapes import MISSING, Shape, shapes_of
from pages.components.model_picker import facts_near
from pages.components.template_field import TemplateField
from tests.core.test_image_inputs import PNG, URL
from tests.fixtures.every_field import EveryConfig, EveryNode
from tests.pages.test_image_input import upload

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
RunToEnd = Callable[..., Awaitable[Any]]

GRAPH = """
nodes:
  topic: {type: input, config: {fields: [{name: topic}]}}
  every: {type: every, config: {word: hello}}
  way:
    type: condition
    config: {branches: [{name: good, when: topic.topic == 'x'}, {name: bad, when: every.verdict}]}
  ask: {type: agent, config: {agent: writer}}
  end: {type: output}
edges: [topic -> every, every -> way, way.good -> ask, ask -> end]
"""


class Bench:
    """A page with nothing but an inspector, on a draft that the test can edit too."""

    def __init__(self, user: User, draft: Draft, orchestrator: Orchestrator) -> None:
        self.user = user
        self.draft = draft
        self.chosen: list[str] = []
        self.agents_saved = 0
        self.inspectors: list[Inspector] = []

        @ui.page('/inspect')
        def page() -> None:
            self.inspectors.append(
                Inspector(draft, orchestrator, on_choose=self.chosen.append, agent_saved=self.note_agent)
            )

    def note_agent(self) -> None:
        self.agents_saved += 1

    @property
    def inspector(self) -> Inspector:
        return self.inspectors[-1]

    async def show(self, *node_ids: str) -> None:
        await self.user.open('/inspect')
        with self.inspector._body:
            self.inspector.show(node_ids)

    def field(self, label: str, nth: int = 0) -> Any:
        """The field with this label that is still on the page."""
        found = [e for e in self.inspector._body.descendants() if e.props.get('aria-label') == label]
        assert len(found) > nth, f'there is no field {label!r}: {self.labels}'
        return found[nth]

    @property
    def labels(self) -> list[str]:
        return [e.props['aria-label'] for e in self.inspector._body.descendants() if 'aria-label' in e.props]

    def type(self, label: str, text: str, nth: int = 0) -> None:
        """Types into a plain field or into a template field."""
        made = self.field(label, nth)
        if isinstance(made, TemplateField):
            self.trigger(made, 'typed', [text, made._typed + 1])
        else:
            with self.user.client:
                made.value = text

    def trigger(self, made: ui.element, event: str, arguments: Any = None) -> None:
        for listener in list(made._event_listeners.values()):
            if listener.type == event:
                handle_event(listener.handler, GenericEventArguments(sender=made, client=made.client, args=arguments))

    def leave(self, label: str, nth: int = 0) -> None:
        self.trigger(self.field(label, nth), 'focusout')

    def remark(self, label: str, nth: int = 0) -> str:
        """What is said below a field."""
        inside = self.field(label, nth)
        while 'ao-field' not in inside.classes:
            inside = inside.parent_slot.parent
        said = inside.default_slot.children[2]
        assert isinstance(said, ui.label)
        return said.text if said.visible else ''

    def click(self, label: str) -> None:
        self.trigger(self.field(label), 'click')

    def config(self, node_id: str) -> dict[str, Any]:
        return self.draft.graph.by_id[node_id].config


@pytest.fixture
async def bench(user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow) -> AsyncIterator[Bench]:
    orchestrator.extensions.node_types.add('every', EveryNode())
    workflow = await make_workflow(GRAPH)
    draft = await orchestrator.drafts.open(workflow.id)
    yield Bench(user, draft, orchestrator)
    await draft.save()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


# The form of a type


def test_every_kind_of_field_has_its_shape() -> None:
    kinds = {shape.name: shape.kind for shape in shapes_of(EveryConfig)}
    assert kinds == {
        'word': 'text',
        'essay': 'long_text',
        'count': 'whole',
        'share': 'number',
        'loud': 'switch',
        'colour': 'choice',
        'answer': 'choice',
        'prompt': 'template',
        'test': 'expression',
        'who': 'agent',
        'by': 'tool',
        'model': 'model',
        'shape': 'json_schema',
        'headers': 'json',
        'anything': 'value',
        'place': 'group',
        'rules': 'list',
        'tags': 'list',
    }
    shapes = {shape.name: shape for shape in shapes_of(EveryConfig)}
    assert (shapes['word'].title, shapes['word'].help, shapes['word'].required) == ('A word', 'One line.', True)
    assert (shapes['count'].minimum, shapes['count'].maximum, shapes['count'].default) == (1, 9, 3)
    assert [inner.kind for inner in shapes['rules'].item.inner] == ['text', 'expression']
    assert shapes['tags'].item.kind == 'text'


async def test_a_type_that_nobody_here_knew_has_its_form(bench: Bench) -> None:
    await bench.show('every')
    for label in ('A word', 'Essay', 'Count', 'Share', 'Loud', 'Colour', 'Prompt', 'Test', 'Shape', 'Headers'):
        bench.field(label)
    await bench.user.should_see('One line.')
    await bench.user.should_see('Has a field of every kind.')
    assert bench.field('A word').value == 'hello'
    assert bench.field('Count').props['placeholder'] == '3'
    assert bench.field('Prompt').props['placeholder'] == '{{ incoming }}'
    assert bench.field('Essay').props['placeholder'] == 'two⏎⏎lines'


async def test_each_kind_of_field_is_written_as_its_type_wants_it(bench: Bench) -> None:
    await bench.show('every')
    bench.type('A word', 'bye')
    bench.type('Essay', 'one\ntwo')
    bench.type('Count', '5')
    bench.type('Share', '0,5')
    bench.type('Prompt', 'Say {{ topic.topic }}')
    bench.type('Test', 'topic.topic == "x"')
    bench.type('Shape', '{"type": "object"}')
    bench.type('Headers', '{"a": "b"}')
    bench.type('Anything', 'just words')
    with bench.user.client:
        bench.field('Loud').value = True
        bench.field('Colour').value = 'dark_blue'
        bench.field('Answer').value = False
    bench.inspector.flush()
    assert bench.config('every') == {
        'word': 'bye',
        'essay': 'one\ntwo',
        'count': 5,
        'share': 0.5,
        'prompt': 'Say {{ topic.topic }}',
        'test': 'topic.topic == "x"',
        'shape': {'type': 'object'},
        'headers': {'a': 'b'},
        'anything': 'just words',
        'loud': True,
        'colour': 'dark_blue',
        'answer': False,
    }
    bench.type('Count', '')
    bench.type('Anything', '12')
    with bench.user.client:
        bench.field('Loud').value = False
    bench.inspector.flush()
    assert 'count' not in bench.config('every')
    assert 'loud' not in bench.config('every')
    assert bench.config('every')['anything'] == 12


async def test_models_inside_a_model_and_lists_are_edited_in_their_place(bench: Bench) -> None:
    await bench.show('every')
    with bench.user.client:
        bench.field('Place').value = True
    assert bench.config('every')['place'] == {}
    bench.type('Street', 'Long lane')
    bench.user.find('Add rule').click()
    bench.type('Name', 'first', 1)
    bench.type('When', 'true')
    bench.inspector.flush()
    assert bench.config('every')['place'] == {'street': 'Long lane'}
    assert bench.config('every')['rules'] == [{'name': 'first', 'when': 'true'}]
    bench.user.find('Add rule').click()
    bench.type('Name', 'second', 2)
    bench.click('Move rule 2 up')
    assert [rule.get('name') for rule in bench.config('every')['rules']] == ['second', 'first']
    assert bench.field('Name', 1).value == 'second'
    bench.click('Remove rule 1')
    assert bench.config('every')['rules'] == [{'name': 'first', 'when': 'true'}]
    bench.user.find('Add entry').click()
    bench.type('entry', 'tag')
    bench.inspector.flush()
    assert bench.config('every')['tags'] == ['tag']


async def test_acronyms_are_written_as_people_write_them(bench: Bench) -> None:
    bench.draft.edit([Add(nodes=(Node(id='web', type='http', config={'url': 'https://example.com'}),))])
    await bench.show('web')
    assert {'URL', 'Method'} <= set(bench.labels)
    bench.user.find('Add HTTP header').click()
    assert 'Remove HTTP header 1' in bench.labels


async def test_what_does_not_fit_its_type_is_shown_as_json_and_can_be_mended(bench: Bench) -> None:
    bench.draft.edit([Change(node='every', fields={'config': {'word': ['odd'], 'old': 1}})])
    await bench.draft.save()
    await bench.show('every')
    assert bench.field('A word').value == json.dumps(['odd'], indent=2)
    await bench.user.should_see('is no setting of this type.')
    bench.type('A word', 'mended')
    bench.inspector.flush()
    bench.click('Remove old')
    assert bench.config('every') == {'word': 'mended'}
    assert bench.field('A word').value == 'mended'


# Typing


async def test_a_pause_and_not_a_letter_is_what_undo_takes_back(bench: Bench, orchestrator: Orchestrator) -> None:
    await bench.show('every')
    for text in ('t', 'ty', 'typ', 'typed'):
        bench.type('A word', text)
        await asyncio.sleep(0.05)
    assert bench.config('every')['word'] == 'hello'
    await until(lambda: bench.config('every')['word'] == 'typed')
    await until(lambda: bench.draft.state == 'saved')
    stored = await orchestrator.workflows.get(bench.draft.workflow.id)
    assert stored.graph.by_id['every'].config['word'] == 'typed'
    bench.draft.undo()
    assert bench.config('every')['word'] == 'hello'
    assert bench.field('A word').value == 'hello'
    bench.draft.redo()
    assert bench.field('A word').value == 'typed'


async def test_what_is_typed_is_kept_when_another_node_is_selected(bench: Bench) -> None:
    await bench.show('every')
    bench.type('A word', 'typed')
    bench.inspector.show(['end'])
    assert bench.config('every')['word'] == 'typed'


async def test_what_is_typed_is_kept_when_the_field_is_left_or_the_page_closed(bench: Bench) -> None:
    await bench.show('every')
    bench.type('A word', 'one')
    bench.leave('A word')
    assert bench.config('every')['word'] == 'one'
    bench.type('A word', 'two')
    client = bench.inspector._box.client
    for handler in client.disconnect_handlers:
        handler()
    assert bench.config('every')['word'] == 'two'


async def test_a_field_that_is_typed_in_is_not_touched_and_others_follow(bench: Bench) -> None:
    await bench.show('every')
    made = bench.field('A word')
    bench.trigger(made, 'focusin')
    bench.type('A word', 'mi')
    theirs = {**bench.config('every'), 'word': 'theirs', 'count': 7}
    bench.draft.edit([Change(node='every', fields={'config': theirs})])
    assert bench.field('A word') is made
    assert made.value == 'mi'
    assert bench.field('Count').value == '7'
    bench.inspector.flush()
    assert bench.config('every') == {'word': 'mi', 'count': 7}


async def test_what_is_typed_stays_until_it_is_an_edit_wherever_the_focus_is(bench: Bench) -> None:
    await bench.show('every')
    bench.type('A word', 'mi')
    bench.draft.edit([Change(node='every', fields={'config': {'word': 'theirs'}})])
    assert bench.field('A word').value == 'mi'
    bench.inspector.flush()
    assert bench.config('every')['word'] == 'mi'


async def test_a_focused_field_in_which_nothing_was_typed_follows_once_it_is_left(bench: Bench) -> None:
    await bench.show('every')
    bench.trigger(bench.field('A word'), 'focusin')
    bench.draft.edit([Change(node='every', fields={'config': {'word': 'theirs'}})])
    assert bench.field('A word').value == 'hello'
    bench.leave('A word')
    assert bench.field('A word').value == 'theirs'
    assert bench.config('every')['word'] == 'theirs'


async def test_two_inspectors_on_one_draft_show_the_same(bench: Bench) -> None:
    await bench.show('every')
    first = bench.inspector
    word = bench.field('A word')
    await bench.show('every')
    assert bench.inspector is not first
    bench.type('A word', 'from the second')
    bench.inspector.flush()
    assert word.value == 'from the second'


async def test_rows_of_a_list_stay_while_others_are_added_elsewhere(bench: Bench) -> None:
    await bench.show('way')
    made = bench.field('When', 0)
    branches = [*bench.config('way')['branches'], {'name': 'third', 'when': 'true'}]
    bench.draft.edit([Change(node='way', fields={'config': {'branches': branches}})])
    assert bench.field('When', 0) is made
    assert bench.field('When', 2).text == 'true'
    bench.draft.undo()
    assert bench.labels.count('When') == 2


async def test_json_that_is_none_yet_stays_in_the_field_and_is_explained(bench: Bench) -> None:
    await bench.show('every')
    bench.type('Headers', '{"a": ')
    bench.leave('Headers')
    assert bench.remark('Headers').startswith('Not JSON yet, line 1')
    assert bench.field('Headers').value == '{"a": '
    assert 'headers' not in bench.config('every')
    bench.type('Headers', '{"a": "b"}')
    bench.leave('Headers')
    assert bench.remark('Headers') == ''


async def test_a_schema_is_checked_while_it_is_typed(bench: Bench) -> None:
    await bench.show('every')
    bench.type('Shape', '{"type": "objct"}')
    assert "'objct' is no type" in bench.remark('Shape')


# Problems


async def test_a_schema_is_edited_as_a_table(bench: Bench) -> None:
    await bench.show('every')
    bench.user.find('Add field').click()
    bench.type('Field name', 'score')
    with bench.user.client:
        bench.field('Field type').value = 'texts'
    bench.inspector.flush()
    texts = {'type': 'array', 'items': {'type': 'string'}}
    assert bench.config('every')['shape'] == {'type': 'object', 'properties': {'score': texts}, 'required': ['score']}
    bench.draft.edit([Change(node='every', fields={'config': {'word': 'x', 'shape': {'type': 'string'}}})])
    bench.inspector.show(('every',))
    await bench.user.should_see('The table cannot show this.')


async def test_problems_stand_at_their_fields(bench: Bench) -> None:
    bench.draft.edit([Change(node='every', fields={'config': {'count': 20, 'rules': [{'name': 'a', 'when': 'a b'}]}})])
    await bench.draft.save()
    await bench.show('every')
    assert bench.remark('A word') == 'This is required.'
    assert bench.remark('Count') == 'At most 9.'
    assert bench.remark('When') == 'Something is missing before `b`.'
    bench.type('A word', 'here')
    bench.leave('A word')
    await until(lambda: bench.remark('A word') == '')


async def test_a_name_that_is_not_upstream_is_told_at_the_expression(bench: Bench) -> None:
    await bench.show('way')
    bench.type('When', 'end.text', 1)
    bench.leave('When', 1)
    await until(lambda: 'comes later or on another way' in bench.remark('When', 1))
    assert bench.remark('When', 0) == ''


async def test_what_has_no_field_stands_at_the_top_and_warnings_look_otherwise(bench: Bench) -> None:
    bench.draft.edit([Change(node='end', fields={'on_error': 'handle'}), Remove(edges=('ask.out->end.in',))])
    await bench.draft.save()
    await bench.show('end')
    await bench.user.should_see('Nothing leads here.')
    kinds = {e.props.get('data-kind') for e in bench.inspector._body.descendants()} - {None}
    assert kinds == {'bad', 'warning'}


async def test_what_the_graph_refuses_is_said_at_the_field_and_stays_there(bench: Bench) -> None:
    await bench.show('end')
    bench.type('Attempts', '50')
    bench.leave('Attempts')
    assert bench.remark('Attempts') == 'At most 20.'
    assert bench.field('Attempts').value == '50'
    assert bench.draft.graph.by_id['end'].retry.attempts == 1
    bench.type('Attempts', '3')
    bench.leave('Attempts')
    assert bench.remark('Attempts') == ''
    assert bench.draft.graph.by_id['end'].retry.attempts == 3


# Name and id


async def test_a_node_is_renamed_and_what_names_it_follows(bench: Bench) -> None:
    await bench.show('every')
    bench.type('Name', 'The Judge 1')
    bench.leave('Name')
    assert bench.draft.graph.by_id['every'].name == 'The Judge 1'
    await bench.user.should_see('Make it the_judge_1')
    bench.user.find('take name as id').click()
    assert 'the_judge_1' in bench.draft.graph.by_id
    assert bench.config('way')['branches'][1]['when'] == 'the_judge_1.verdict'
    assert bench.inspector.node_ids == ('the_judge_1',)
    await until(lambda: bench.chosen == ['the_judge_1'])
    bench.draft.undo()
    assert bench.inspector.node_ids == ('every',)


@pytest.mark.parametrize(
    ('wanted', 'why'),
    [
        ('end', 'There is already a node `end`.'),
        ('Big', 'An id has lower-case letters'),
        ('inputs', '`inputs` means something else in templates.'),
    ],
)
async def test_an_id_that_cannot_be_is_refused_in_words(bench: Bench, wanted: str, why: str) -> None:
    await bench.show('every')
    bench.click('Change the id')
    bench.type('Id', wanted)
    bench.trigger(bench.field('Id'), 'keydown.enter')
    assert bench.remark('Id').startswith(why)
    assert 'every' in bench.draft.graph.by_id


# Help


def test_every_setting_of_every_built_in_type_has_its_help(orchestrator: Orchestrator) -> None:
    def helpless(shapes: Iterable[Shape], of: str) -> Iterator[str]:
        for shape in shapes:
            place = f'{of}.{shape.name}'
            yield from [place] if shape.name and not shape.help else []
            yield from helpless(shape.inner, place)

    offered = [kind for kind in orchestrator.extensions.node_types if kind.offered]
    assert not [place for kind in offered for place in helpless(shapes_of(kind.Config), kind.name)]


async def test_every_field_that_is_drawn_has_its_help(bench: Bench, orchestrator: Orchestrator) -> None:
    def helpless() -> list[str]:
        fields = [e for e in bench.inspector._body.descendants() if 'ao-field' in e.classes]
        return [label_of(field) for field in fields if label_of(field) and not texts(field, 'ao-field-help')]

    offered = [kind.name for kind in orchestrator.extensions.node_types if kind.offered and kind.name != 'every']
    added = [Node(id=f'a_{kind}', type=kind) for kind in offered]
    bench.draft.edit([Add(nodes=tuple(added))])
    await bench.show()
    assert not helpless(), 'of the workflow itself'
    for node in added:
        with bench.inspector._body:
            bench.inspector.show((node.id,))
        assert not helpless(), node.type


def texts(inside: ui.element, kind: str) -> list[str]:
    return [e.text for e in inside.descendants() if isinstance(e, ui.label) and kind in e.classes and e.text]


def label_of(field: ui.element) -> str:
    """What stands above it; beside it, for a switch."""
    switches = [e.text for e in field.descendants() if isinstance(e, ui.switch)]
    return next(iter(texts(field, 'ao-field-label') or switches), '')


# What every node has


async def test_what_happens_when_it_fails_is_edited(bench: Bench) -> None:
    await bench.show('ask')
    bench.type('Attempts', '4')
    bench.type('First wait, s', '2.5')
    bench.type('Chance', '0.5')
    bench.type('Time limit, s', '30')
    with bench.user.client:
        bench.field('Then').value = 'value'
    bench.type('The value', '{"text": "instead"}')
    bench.inspector.flush()
    node = bench.draft.graph.by_id['ask']
    assert (node.retry.attempts, node.retry.delay, node.retry.jitter, node.timeout) == (4, 2.5, 0.5, 30)
    assert (node.on_error, node.error_value) == ('value', {'text': 'instead'})


async def test_a_result_is_pinned_and_unpinned(bench: Bench) -> None:
    await bench.show('ask')
    bench.user.find('Enter one').click()
    bench.type('Pinned result', '{"text": "always"}')
    bench.inspector.flush()
    assert bench.draft.graph.by_id['ask'].pinned == {'text': 'always'}
    bench.type('Pinned result', '[1]')
    bench.inspector.flush()
    assert bench.remark('Pinned result').startswith('Not kept: ')
    bench.user.find('Unpin').click()
    assert bench.draft.graph.by_id['ask'].pinned is None


# Agents, models, the last run


async def test_an_agent_is_chosen_and_a_new_one_is_made(bench: Bench, orchestrator: Orchestrator, user: User) -> None:
    await bench.show('ask')
    await user.should_see('Writer')
    user.find('Choose an agent').click()
    await user.should_see('New agent')
    user.find('New agent').click()
    await user.should_see('Create agent')
    names = [e for e in user.client.elements.values() if e.props.get('aria-label') == 'Name']  # type: ignore[union-attr]
    names[-1].value = 'Fish expert'  # type: ignore[attr-defined]
    user.find('Create agent').click()
    await until(lambda: bench.config('ask').get('agent') == 'fish-expert')
    await user.should_see('Fish expert')
    assert (await orchestrator.agents.get('fish-expert')).name == 'Fish expert'


async def test_the_model_of_an_agent_is_changed_where_it_is_asked(
    bench: Bench, orchestrator: Orchestrator, user: User
) -> None:
    await bench.show('ask')
    await user.should_see('Default model (')
    await user.should_see('tools')
    user.find('Choose a model').click()
    await user.should_see(marker='practice/practice-slow')
    user.find(marker='practice/practice-slow').click()
    await user.should_see('practice/practice-slow')
    await until(lambda: bench.agents_saved == 1)
    assert str((await orchestrator.agents.get('writer')).model) == 'practice/practice-slow'
    await bench.show('every')
    await user.should_not_see('Changed here')


async def test_the_agent_says_where_its_new_model_runs(bench: Bench, orchestrator: Orchestrator, user: User) -> None:
    def badges(place: str) -> int:
        found = bench.inspector._body.descendants()
        return sum(isinstance(e, ui.label) and e.text == place for e in found)

    far = Connection(id='far', name='Far', provider='openai', base_url='https://model.example')
    await orchestrator.connections.create(far)
    agent = await orchestrator.agents.get('writer')
    await orchestrator.agents.save(agent.model_copy(update={'model': ModelRef.parse('far/one')}))
    await bench.show('ask')
    await until(lambda: badges('cloud') == 2)
    user.find('Choose a model').click()
    await user.should_see(marker='practice/practice-slow')
    user.find(marker='practice/practice-slow').click()
    await until(lambda: badges('local') == 2)


async def test_a_model_in_a_cloud_is_not_asked_about_itself(bench: Bench, orchestrator: Orchestrator) -> None:
    await orchestrator.connections.create(Connection(id='far', name='Far', provider='openai', base_url='https://a.b'))
    assert await facts_near(ModelRef.parse('practice/practice'), orchestrator) == ['tools', 'loaded']
    assert await facts_near(ModelRef.parse('far/one'), orchestrator) == []
    assert await facts_near(ModelRef.parse('nowhere/one'), orchestrator) == []


async def test_a_tool_is_chosen_and_its_arguments_are_offered(bench: Bench, user: User) -> None:
    bench.draft.edit([Add(nodes=(Node(id='call', type='tool'),))])
    await bench.show('call')
    await choose_tool(bench, user, 'Write a file', key='write_file')
    assert bench.config('call')['arguments'] == [{'name': 'path', 'value': ''}, {'name': 'text', 'value': ''}]
    bench.type('Value', 'notes.txt')
    bench.leave('Value')
    await choose_tool(bench, user, 'Read a file', key='read_file')
    assert bench.config('call')['arguments'] == [{'name': 'path', 'value': 'notes.txt'}], 'what still fits is kept'
    await choose_tool(bench, user, 'Current time', key='current_time')
    assert 'arguments' not in bench.config('call')
    user.find(marker='Tell zone').click()
    await until(lambda: bench.config('call').get('arguments') == [{'name': 'zone', 'value': ''}])
    await user.should_not_see(marker='Tell zone')


async def choose_tool(bench: Bench, user: User, title: str, *, key: str) -> None:
    user.find('Choose a tool').trigger('click')
    await user.should_see(title)
    user.find(title).trigger('click')
    await until(lambda: bench.config('call').get('tool') == key)


async def test_an_argument_is_added_to_those_that_a_file_told_by_name(bench: Bench, user: User) -> None:
    config = {'tool': 'write_file', 'arguments': {'path': 5}}
    bench.draft.edit([Add(nodes=(Node(id='call', type='tool', config=config),))])
    await bench.show('call')
    await user.should_see(marker='Tell text')
    user.find(marker='Tell text').click()
    rows = [{'name': 'path', 'value': '5'}, {'name': 'text', 'value': ''}]
    await until(lambda: bench.config('call')['arguments'] == rows)


async def test_a_tool_that_is_gone_is_shown_by_its_key(bench: Bench, user: User) -> None:
    bench.draft.edit([Add(nodes=(Node(id='call', type='tool', config={'tool': 'mcp:files/read'}),))])
    await bench.show('call')
    await user.should_see('Files › read (not here)')


async def test_a_template_is_shown_with_the_results_of_the_last_run(
    bench: Bench, run_to_end: RunToEnd, user: User
) -> None:
    bench.draft.edit([Change(node='way', fields={'config': {'branches': [{'name': 'good', 'when': 'true'}]}})])
    await bench.draft.save()
    await run_to_end(bench.draft.workflow.id, {'topic': 'otters'})
    await bench.show('every')
    await bench.inspector._look_at_runs()
    bench.type('Prompt', 'About {{ topic.topic | upper }}')
    bench.leave('Prompt')
    await user.should_see('About OTTERS')


# Nothing and several selected


async def test_with_nothing_selected_the_workflow_is_edited(bench: Bench, orchestrator: Orchestrator) -> None:
    await bench.show()
    await bench.user.should_see('5 nodes, 4 edges')
    bench.type('Name', 'Another name')
    bench.type('Tags', 'a, b , a')
    bench.inspector.flush()
    await until(lambda: bench.draft.workflow.name == 'Another name')
    stored = await orchestrator.workflows.get(bench.draft.workflow.id)
    assert (stored.name, stored.tags) == ('Another name', ('a', 'b'))
    bench.type('Name', ' ')
    bench.inspector.flush()
    assert bench.remark('Name') == 'A workflow needs a name.'


async def test_a_problem_leads_to_its_node(bench: Bench) -> None:
    bench.draft.edit([Change(node='every', fields={'config': {}})])
    await bench.draft.save()
    await bench.show()
    await bench.user.should_see('Every · Word')
    bench.user.find('Every · Word')
    button = next(e for e in bench.inspector._body.descendants() if 'ao-problem' in e.classes)
    bench.trigger(button, 'click')
    assert bench.chosen == ['every']
    assert bench.inspector.node_ids == ('every',)


async def test_several_nodes_are_disabled_and_deleted_together(bench: Bench) -> None:
    await bench.show('every', 'ask')
    await bench.user.should_see('2 nodes')
    bench.user.find('Disable').click()
    assert bench.draft.graph.by_id['every'].disabled
    assert bench.draft.graph.by_id['ask'].disabled
    bench.user.find('Delete').click()
    assert set(bench.draft.graph.by_id) == {'topic', 'way', 'end'}
    assert bench.inspector.node_ids == ()


async def test_a_node_that_is_deleted_elsewhere_leaves_the_inspector(bench: Bench) -> None:
    await bench.show('every')
    bench.draft.edit([Remove(nodes=('every',))])
    assert bench.inspector.node_ids == ()
    await bench.user.should_see('4 nodes')


def test_a_value_is_changed_in_its_place_and_nothing_else_is() -> None:
    whole = {'a': [{'b': 1}, {'b': 2}], 'c': 3}
    assert with_value(whole, ('a', 1, 'b'), 9) == {'a': [{'b': 1}, {'b': 9}], 'c': 3}
    assert with_value(whole, ('a', 0, 'b'), MISSING) == {'a': [{}, {'b': 2}], 'c': 3}
    assert with_value(whole, ('d', 'e'), 1) == {**whole, 'd': {'e': 1}}
    assert whole == {'a': [{'b': 1}, {'b': 2}], 'c': 3}


INNER = """
nodes:
  ask:
    type: input
    config: {fields: [{name: word}, {name: mark, default: '!', description: What stands behind it.}]}
  said: {type: output, config: {value: '{{ ask.word }}{{ ask.mark }}'}}
edges: [ask -> said]
"""


async def test_a_workflow_is_chosen_among_the_published_and_asks_for_its_inputs(
    bench: Bench, orchestrator: Orchestrator, make_workflow: MakeWorkflow, user: User
) -> None:
    made = await make_workflow(INNER)
    for key in ('shouting', 'secret'):
        await orchestrator.workflows.create(made.model_copy(update={'id': key, 'name': key.capitalize()}))
    await orchestrator.publish('shouting')
    bench.draft.edit([Add(nodes=(Node(id='call', type='workflow'),))])
    await bench.show('call')
    user.find('Choose a workflow').trigger('click')
    await user.should_see('Shouting')
    await user.should_not_see('Secret')
    user.find(marker='workflow shouting').trigger('click')
    wanted = {'workflow': 'shouting', 'inputs': [{'name': 'word', 'value': ''}]}
    await until(lambda: bench.config('call') == wanted)
    await user.should_see('v1')
    user.find(marker='Tell mark').click()
    await until(lambda: [row['name'] for row in bench.config('call')['inputs']] == ['word', 'mark'])


async def test_what_runs_others_is_neither_timed_nor_tried_again_itself(bench: Bench) -> None:
    bench.draft.edit([Add(nodes=(Node(id='each', type='map'),))])
    await bench.show('each')
    assert 'Time limit, s' not in bench.labels
    assert 'Attempts' not in bench.labels
    assert 'Then' in bench.labels
    await bench.show('every')
    assert 'Time limit, s' in bench.labels


IN_A_MAP = """
nodes:
  start: {type: template, config: {text: "a\\nb"}}
  each: {type: map, config: {items: start.text}}
  first: {type: template, parent: each, config: {text: '{{ item }}{{ index }}'}}
  second: {type: template, parent: each, config: {text: '{{ first.text }}, {{ start.text | length }}'}}
  end: {type: output, config: {value: '{{ each.text }}'}}
edges: [start -> each, first -> second, each -> end]
"""


async def test_a_template_in_a_body_shows_what_it_came_to_in_the_latest_round(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(IN_A_MAP)
    await run_to_end(workflow.id)
    bench = Bench(user, await orchestrator.drafts.open(workflow.id), orchestrator)
    await bench.show('first')
    await user.should_see('b1')
    await bench.show('second')
    await user.should_see('b1, 3')
    await user.should_see('Pin the last result')


async def test_a_node_in_a_container_says_so_and_leads_there(bench: Bench, user: User) -> None:
    inside = Node(id='inner', type='template', parent='each')
    bench.draft.edit([Add(nodes=(Node(id='each', type='map', name='Each letter'), inside))])
    await bench.show('inner')
    await user.should_see('Runs inside')
    user.find('Each letter').click()
    await until(lambda: bench.chosen == ['each'])
    await user.should_not_see('Runs inside')


async def test_what_a_file_told_by_name_is_shown_and_edited_in_rows(bench: Bench) -> None:
    config = {'tool': 'write_file', 'arguments': {'path': 'a.txt', 'text': 'b'}}
    bench.draft.edit([Add(nodes=(Node(id='call', type='tool', config=config),))])
    await bench.show('call')
    assert bench.labels.count('Value') == 2
    assert bench.config('call') == config, 'looking changes nothing'
    bench.type('Value', 'c', 1)
    bench.leave('Value', 1)
    rows = [{'name': 'path', 'value': 'a.txt'}, {'name': 'text', 'value': 'c'}]
    await until(lambda: bench.config('call')['arguments'] == rows)


# Pictures


def asks_for(kind: str, default: Any = None) -> Node:
    field = {'name': 'photo', 'type': kind} | ({} if default is None else {'default': default})
    return Node(id='asked', type='input', config={'fields': [field]})


def default_of(bench: Bench) -> Any:
    return bench.config('asked')['fields'][0].get('default')


def pictures_shown(bench: Bench) -> list[str]:
    """Where they are fetched."""
    return [e.props['src'] for e in bench.inspector._body.descendants() if e.tag == 'img']


async def test_a_picture_that_an_input_begins_with_is_shown_taken_away_and_chosen(bench: Bench) -> None:
    bench.draft.edit([Add(nodes=(asks_for('image', URL),))])
    await bench.show('asked')
    [address] = pictures_shown(bench)
    fetched = await bench.user.http_client.get(address)
    assert (fetched.content, fetched.headers['Content-Type']) == (PNG, 'image/png')
    await bench.user.should_see('cat.png')
    await bench.user.should_see('PNG, 51.2 kB')
    bench.click('Take Default away')
    assert default_of(bench) is None
    assert pictures_shown(bench) == []
    await upload(bench.user, 'notes.png', b'just text')
    await bench.user.should_see('Default is no PNG, JPEG, WebP or GIF')
    await upload(bench.user, 'dog.png', PNG)
    await until(lambda: default_of(bench) == URL.replace('cat.png', 'dog.png'))
    bench.draft.undo()
    assert pictures_shown(bench) == []


async def test_several_pictures_are_shown_and_one_of_them_taken_away(bench: Bench) -> None:
    other = URL.replace('cat.png', 'dog.png')
    bench.draft.edit([Add(nodes=(asks_for('images', [URL, other]),))])
    await bench.show('asked')
    assert len(pictures_shown(bench)) == 2
    bench.click('Take cat.png away')
    assert default_of(bench) == [other]
    bench.click('Take dog.png away')
    assert default_of(bench) is None


async def test_the_default_is_edited_as_the_type_beside_it_says(bench: Bench) -> None:
    bench.draft.edit([Add(nodes=(asks_for('text', 'Tides'),))])
    await bench.show('asked')
    assert bench.field('Default').value == 'Tides'
    with bench.user.client:
        bench.field('Type').value = 'image'
    assert bench.field('Default').value == 'Tides', 'no picture: it stays to be mended'
    bench.type('Default', '')
    bench.inspector.flush()
    await bench.user.should_see('Choose a picture')
    with bench.user.client:
        bench.field('Type').value = 'images'
    await bench.user.should_see('Choose pictures')


async def test_choices_are_asked_for_where_one_is_to_choose_or_some_are_entered(bench: Bench) -> None:
    bench.draft.edit([Add(nodes=(asks_for('text'),))])
    await bench.show('asked')
    await bench.user.should_not_see('Add entry')
    with bench.user.client:
        bench.field('Type').value = 'choice'
    await bench.user.should_see('Choices')
    bench.user.find('Add entry').click()
    with bench.user.client:
        bench.field('Type').value = 'number'
    await bench.user.should_see('Choices')
    bench.click('Remove entry 1')
    await bench.user.should_not_see('Add entry')
