"""The templates of the gallery: each explains itself and runs to its end on the practice model."""

import base64
from pathlib import Path
from typing import Any

import pytest

import core.samples.gallery
from core.llm.connection import ModelRef
from core.nodes.input import chat_field
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs.state import RunState
from core.samples.gallery import CATEGORIES, templates
from core.workflows.document import read_document, write_document
from core.workflows.graph import Graph
from core.workflows.workflow import Workflow
from tests.core.test_image_inputs import PNG

NAMES = [name for names in CATEGORIES.values() for name in names]
BY_NAME = {template.name: template for template in templates()}
ASKS_A_PERSON = ('application-screening', 'email-reply', 'receipt-check', 'support-triage')
"""Templates whose default inputs always lead to an approval on the practice model."""


AT_HOME: dict[str, dict[str, Any]] = {'site-check': {'address': 'http://127.0.0.1:9/'}}
"""Inputs for those whose own lead out into the web; an address of this machine is refused by the app itself."""


def test_there_are_at_least_eight_besides_the_samples_and_each_file_is_shown_once() -> None:
    folder = Path(core.samples.gallery.__file__).parent
    files = [file.stem for file in [*folder.glob('*.yaml'), *folder.glob('templates/*.yaml')]]
    assert sorted(NAMES) == sorted(files)
    assert len([name for name in NAMES if 'sample' not in BY_NAME[name].document.workflow.tags]) >= 8


def test_each_node_type_that_runs_is_used_by_a_template(extensions: Extensions) -> None:
    used = {node.type for template in templates() for node in template.document.workflow.graph.nodes}
    assert {kind.name for kind in extensions.node_types if kind.offered and kind.runs} <= used


@pytest.mark.parametrize('kind', ['schedules', 'webhooks'])
def test_each_way_to_start_by_itself_is_shown_by_a_template(kind: str) -> None:
    brought = [trigger for template in templates() for trigger in getattr(template.document, kind)]
    assert brought
    assert not any(trigger.enabled for trigger in brought)


def test_no_two_templates_share_a_name_or_a_shape() -> None:
    workflows = [template.document.workflow for template in templates()]
    assert len({workflow.name for workflow in workflows}) == len(workflows)
    shapes = {_shape(workflow) for workflow in workflows}
    assert len(shapes) == len(workflows)


def _shape(workflow: Workflow) -> tuple[tuple[str, str, str], ...]:
    kinds = {node.id: node.type for node in workflow.graph.nodes}
    return tuple(sorted((kinds[e.source], e.source_handle, kinds[e.target]) for e in workflow.graph.edges))


@pytest.mark.parametrize('name', NAMES)
def test_a_template_tells_what_it_is_for_in_one_sentence(name: str) -> None:
    document = BY_NAME[name].document
    told = [agent.instructions for agent in document.agents]
    for workflow in (document.workflow, *document.workflows):
        assert workflow.description.endswith('.')
        assert workflow.description.count('.') == 1
        assert workflow.tags
        assert any(workflow.graph.of_type('note'))
        told += [node.config['text'] for node in workflow.graph.of_type('note')]
    assert all(agent.model is None and agent.description for agent in document.agents)
    assert all(text.strip() for text in told)
    assert [line for text in told for line in text.splitlines() if line and not line.endswith('.')] == []


@pytest.mark.parametrize('name', NAMES)
def test_a_template_survives_being_written_and_read_again(name: str) -> None:
    document = BY_NAME[name].document
    assert read_document(write_document(document)) == document


@pytest.mark.parametrize('approved', [True, False], ids=['approved', 'rejected'])
@pytest.mark.parametrize('name', NAMES)
async def test_a_template_has_no_problems_and_runs_to_its_end(
    orchestrator: Orchestrator, name: str, approved: bool
) -> None:
    workflow = await orchestrator.import_document(BY_NAME[name].document)
    assert await orchestrator.validate(workflow.graph) == []
    state, asked = await run_to_end(orchestrator, workflow, approved=approved, inputs=AT_HOME.get(name))
    assert (state.status, state.error) == ('succeeded', '')
    assert state.output
    assert all(str(value).strip() for value in state.output.values())
    assert asked or name not in ASKS_A_PERSON


async def run_to_end(
    orchestrator: Orchestrator, workflow: Workflow, *, approved: bool, inputs: dict[str, Any] | None = None
) -> tuple[RunState, int]:
    """Runs it, deciding each approval; gives how it ended, and how often a person was asked."""
    asked = 0
    run = await orchestrator.start_run(workflow.id, inputs or {})
    async for _ in orchestrator.watch(run.id):
        for pending in (await orchestrator.run(run.id)).approvals:
            asked += 1
            await orchestrator.decide_approval(run.id, pending.path, approved=approved, comment='Said by a test.')
    return await orchestrator.state(run.id), asked


async def test_a_digest_without_messages_is_written_from_what_is_left(orchestrator: Orchestrator) -> None:
    workflow = await orchestrator.import_document(BY_NAME['daily-digest'].document)
    state, _ = await run_to_end(orchestrator, workflow, approved=True, inputs={'messages': ' '})
    assert (state.status, state.steps['messages'].status) == ('succeeded', 'skipped')
    assert 'tax adviser' in state.output['page']
    assert 'rehearsal' not in state.output['page']


async def test_costs_are_split_by_code_and_not_by_a_model(orchestrator: Orchestrator) -> None:
    workflow = await orchestrator.import_document(BY_NAME['shared-costs'].document)
    state, _ = await run_to_end(orchestrator, workflow, approved=True, inputs={'expenses': 'Ann 30\nBen 12,5\nthree'})
    sums = {'total': 42.5, 'people': 2, 'gets': {'Ann': 8.75, 'Ben': -8.75}, 'unread': ['three']}
    assert (state.steps['sums'].output['value'], state.steps['share'].output['text']) == (sums, '21.25')
    assert 'Not understood: three' in state.output['page']


async def test_a_site_that_is_silent_is_asked_again_after_a_while(orchestrator: Orchestrator) -> None:
    workflow = await orchestrator.import_document(BY_NAME['site-check'].document)
    state, _ = await run_to_end(orchestrator, workflow, approved=True, inputs=AT_HOME['site-check'])
    assert list(state.output) == ['page']
    assert (state.steps['pause'].status, state.steps['second'].output['status']) == ('succeeded', 0)


async def test_each_review_is_answered_by_the_workflow_that_came_along(orchestrator: Orchestrator) -> None:
    workflow = await orchestrator.import_document(BY_NAME['review-replies'].document)
    state, _ = await run_to_end(orchestrator, workflow, approved=True)
    assert [state.steps[f'each[{n}].reply[0].mend'].status for n in range(4)] == [
        'skipped',
        'succeeded',
        'succeeded',
        'skipped',
    ]
    assert state.output['page'].count('We replace whatever broke') == 2
    inner = await orchestrator.workflows.get('reply-to-a-review')
    assert (inner.published, await orchestrator.validate(inner.graph)) == (1, [])
    alone, _ = await run_to_end(orchestrator, inner, approved=True)
    assert 'guest for the next soup' in alone.output['reply']


async def test_the_study_buddy_remembers_what_each_learner_said(orchestrator: Orchestrator) -> None:
    workflow = await orchestrator.import_document(BY_NAME['study-buddy'].document)
    field = chat_field(workflow.graph)
    assert field is not None
    for said in ('The moon pulls at the sea.', 'Test me about the moon.'):
        state, _ = await run_to_end(orchestrator, workflow, approved=True, inputs={field.name: said})
    assert state.steps['test'].status == 'succeeded', 'another node, which asks the same agent'
    assert 'Before, you said: “The moon pulls at the sea.”' in state.output['answer']
    ann, _ = await run_to_end(
        orchestrator, workflow, approved=True, inputs={'message': 'What does the moon do?', 'learner': 'Ann'}
    )
    assert 'Before' not in ann.output['answer']


async def test_a_receipt_that_the_model_cannot_look_at_comes_to_a_person(orchestrator: Orchestrator) -> None:
    workflow = await orchestrator.import_document(BY_NAME['receipt-check'].document)
    run = await orchestrator.start_run(workflow.id, {'second': base64.b64encode(PNG).decode()})
    async for _ in orchestrator.watch(run.id):
        for pending in (await orchestrator.run(run.id)).approvals:
            assert '2 pictures came along. The practice model cannot look at them' in pending.message
            await orchestrator.decide_approval(run.id, pending.path, approved=True, value='20')
    state = await orchestrator.state(run.id)
    assert state.output['paid'].startswith('**Paper and tape for the exhibition**: 20 is to be paid.')


@pytest.mark.parametrize(('total', 'ends'), [(23.4, 'paid'), (32.4, 'refused')])
async def test_a_receipt_that_was_read_is_compared_with_what_is_claimed(
    orchestrator: Orchestrator, total: float, ends: str
) -> None:
    workflow = await orchestrator.import_document(BY_NAME['receipt-check'].document)
    seen = {'shop': 'Paper shop', 'date': '12 March 2026', 'total': total, 'legible': True, 'remarks': ''}
    nodes = tuple(
        node.model_copy(update={'pinned': {'text': '', 'value': seen}}) if node.id == 'read' else node
        for node in workflow.graph.nodes
    )
    workflow = await orchestrator.workflows.save(
        workflow.model_copy(update={'graph': Graph(nodes=nodes, edges=workflow.graph.edges)})
    )
    state, asked = await run_to_end(orchestrator, workflow, approved=False)
    assert (list(state.output), asked) == ([ends], int(ends == 'refused'))
    assert ('Receipt of Paper shop, 12 March 2026: 23.4 in all.' in state.output[ends]) == (ends == 'paid')


OTHER_WAYS = {
    'code-review': ({'code': 'def accept(offer): return offer.accept()'}, 'accepted'),
    'email-reply': ({'mail': 'We inform you that the hall is closed on Monday.'}, 'known'),
    'translation-check': ({'text': 'The plan was changed.'}, 'refused'),
    'inbox-routing': ({'message': 'The drill stopped and does not work.'}, 'reply'),
    'faq-answers': ({'question': 'What if the librarian is absent?', 'faq': 'The librarian may be absent.'}, 'answer'),
    'contract-review': ({'contract': 'The price is acceptable. Nothing is lost.'}, 'review'),
}
"""Inputs that take another way than the defaults do, and the output at its end where each approval is refused."""


@pytest.mark.parametrize('name', OTHER_WAYS)
async def test_the_other_ways_of_a_template_lead_to_an_end_too(orchestrator: Orchestrator, name: str) -> None:
    inputs, end = OTHER_WAYS[name]
    workflow = await orchestrator.import_document(BY_NAME[name].document)
    usual, _ = await run_to_end(orchestrator, workflow, approved=False)
    other, _ = await run_to_end(orchestrator, workflow, approved=False, inputs=inputs)
    assert (other.status, list(other.output)) == ('succeeded', [end])
    assert _taken(other) != _taken(usual)


def _taken(state: RunState) -> set[str]:
    return {path for path, step in state.steps.items() if step.status == 'succeeded'}


async def test_an_answer_is_given_even_if_the_model_fails(orchestrator: Orchestrator) -> None:
    workflow = await orchestrator.import_document(BY_NAME['faq-answers'].document)
    writer = await orchestrator.agents.get('faq-writer')
    lost = ModelRef.parse('practice/there-is-none')
    await orchestrator.agents.save(writer.model_copy(update={'model': lost}))
    state, asked = await run_to_end(orchestrator, workflow, approved=True)
    assert (state.status, state.steps['write'].status, asked) == ('succeeded', 'failed', 0)
    assert 'This is what our FAQ says' in state.output['answer']
