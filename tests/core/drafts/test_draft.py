"""A draft while it is edited by several people."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import SystemClock
from core.drafts.draft import Draft
from core.drafts.edits import Add, Change, Edit, EditRefusedError, Move, Remove, Rename
from core.errors import StorageError
from core.memory import memory_stores
from core.nodes.built_in import add_built_in_node_types
from core.nodes.node_type import NodeTypes
from core.orchestrator import Orchestrator
from core.registry import Registry
from core.workflows.graph import Edge, Graph, Node, Position
from core.workflows.validation import Problem
from core.workflows.workflow import Workflow
from tests.conftest import MakeWorkflow

PLACE = Position(x=10, y=20)


async def opened(orchestrator: Orchestrator, make_workflow: MakeWorkflow) -> Draft:
    workflow = await make_workflow('{nodes: {start: {type: input}, end: {type: output}}, edges: [start -> end]}')
    return await orchestrator.drafts.open(workflow.id)


async def test_edits_are_stored_and_told(orchestrator: Orchestrator, make_workflow: MakeWorkflow) -> None:
    draft = await opened(orchestrator, make_workflow)
    seen: list[str] = []
    draft.on_change(lambda: seen.append(draft.state))
    draft.edit([Change(node='start', fields={'name': 'Begin'})])
    assert seen == ['saving']
    await draft.save()
    assert seen[-1] == draft.state == 'saved'
    assert (await orchestrator.workflows.get(draft.workflow.id)).graph.by_id['start'].name == 'Begin'


async def test_everybody_edits_the_same_draft(orchestrator: Orchestrator, make_workflow: MakeWorkflow) -> None:
    draft = await opened(orchestrator, make_workflow)
    end = draft.on_change(lambda: None)
    assert await orchestrator.drafts.open(draft.workflow.id) is draft
    end()
    assert await orchestrator.drafts.open(draft.workflow.id) is not draft


async def test_a_save_of_somebody_else_is_not_overwritten(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    draft = await opened(orchestrator, make_workflow)
    theirs = await orchestrator.workflows.save(draft.workflow.model_copy(update={'description': 'Theirs'}))
    draft.edit([Remove(nodes=('end',))])
    await draft.save()
    assert draft.state == 'stale'
    assert draft.theirs == theirs
    assert await orchestrator.workflows.get(theirs.id) == theirs
    await draft.keep_mine()
    kept = await orchestrator.workflows.get(theirs.id)
    assert (draft.state, kept.description, list(kept.graph.by_id)) == ('saved', 'Theirs', ['start'])


async def test_taking_theirs_can_be_undone(orchestrator: Orchestrator, make_workflow: MakeWorkflow) -> None:
    draft = await opened(orchestrator, make_workflow)
    await orchestrator.workflows.save(draft.workflow.model_copy(update={'graph': Graph()}))
    draft.edit([Move(positions={'end': PLACE})])
    await draft.save()
    await draft.take_theirs()
    assert draft.graph == Graph()
    draft.undo()
    assert draft.graph.by_id['end'].position == PLACE


@pytest.mark.parametrize('edited_meanwhile', [False, True])
async def test_redo_brings_back_nothing_from_before_what_somebody_else_saved(
    edited_meanwhile: bool, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    draft = await opened(orchestrator, make_workflow)
    draft.edit([Remove(nodes=('end',))])
    draft.undo()
    await draft.save()
    theirs = await orchestrator.workflows.save(draft.workflow.model_copy(update={'graph': Graph()}))
    if edited_meanwhile:
        draft.edit([Move(positions={'end': PLACE})])
        draft.edit([Move(positions={'end': Position(x=0, y=0)})])
        draft.undo()
        await draft.save()
        await draft.take_theirs()
    else:
        await draft.catch_up(theirs)
    assert not draft.can_redo
    draft.redo()
    await draft.save()
    assert (await orchestrator.workflows.get(theirs.id)).graph == Graph()


async def test_who_opens_it_sees_what_was_stored_elsewhere(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    draft = await opened(orchestrator, make_workflow)
    draft.on_change(lambda: None)
    await orchestrator.workflows.save(draft.workflow.model_copy(update={'graph': Graph()}))
    assert (await orchestrator.drafts.open(draft.workflow.id)).graph == Graph()


async def test_what_could_not_be_stored_is_stored_later(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await opened(orchestrator, make_workflow)

    async def full(workflow: Workflow) -> Workflow:
        raise StorageError('The disk is full.')

    with monkeypatch.context() as broken:
        broken.setattr(orchestrator.workflows, 'save', full)
        draft.edit([Remove(nodes=('end',))])
        await draft.save()
        assert (draft.state, str(draft.fault)) == ('failed', 'The disk is full.')
    await orchestrator.drafts.save_all()
    assert draft.state == 'saved'
    assert list((await orchestrator.workflows.get(draft.workflow.id)).graph.by_id) == ['start']


Ids = st.sampled_from(['a', 'b', 'c'])
Handles = st.builds(Edge, source=Ids, target=Ids)
Edits = st.one_of(
    st.builds(lambda key: Add(nodes=(Node(id=key, type='template', config={'text': '{{ a }}'}),)), Ids),
    st.builds(lambda edge: Add(edges=(edge,)), Handles),
    st.builds(lambda key: Remove(nodes=(key,)), Ids),
    st.builds(lambda edge: Remove(edges=(edge.id,)), Handles),
    st.builds(lambda key, x: Move(positions={key: Position(x=x, y=0)}), Ids, st.integers(0, 9)),
    st.builds(lambda key, off: Change(node=key, fields={'disabled': off}), Ids, st.booleans()),
    st.builds(lambda key, to: Rename(node=key, to=to), Ids, Ids),
)


@settings(max_examples=200)
@given(st.lists(Edits, max_size=40))
def test_undo_leads_back_to_the_beginning_and_redo_to_the_end(wanted: list[Edit]) -> None:
    draft = _empty_draft()
    for edit in wanted:
        try:
            draft.edit([edit])
        except EditRefusedError:
            continue
    end = draft.graph
    steps = 0
    while draft.can_undo:
        draft.undo()
        steps += 1
    assert draft.graph == Graph()
    for _ in range(steps):
        draft.redo()
    assert draft.graph == end
    assert not draft.can_redo


def _empty_draft() -> Draft:
    node_types: NodeTypes = Registry('node type')
    add_built_in_node_types(node_types)

    async def check(graph: Graph) -> list[Problem]:
        return []

    workflows = memory_stores(clock=SystemClock()).workflows
    return Draft(Workflow(name='Test'), workflows, check, node_types=node_types)
