"""Runs with steps inside steps, as a simulated person sees them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from nicegui.testing import User

from core.orchestrator import Orchestrator
from core.runs.nesting import Nesting
from core.runs.run import Run
from core.runs.state import StepState, StepStatus
from core.workflows.workflow import Workflow
from pages.live import FollowedRun
from pages.runs.cards import Cards, progress
from pages.runs.steps import PAGE, Steps
from pages.workflows.picture_view import PictureView

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
RunToEnd = Callable[..., Awaitable[Run]]

EACH = """
nodes:
  start: {type: input, config: {fields: [{name: items, type: long_text}]}}
  each: {type: map, name: Each line, config: {items: start.items, when_item_fails: leave_out}}
  shout: {type: template, parent: each, config: {text: '{{ item | upper }}'}}
  strict: {type: output, parent: each, config: {value: '{{ item }}', format: json}}
  out: {type: output, config: {value: '{{ each.text }}'}}
edges: [start -> each, shout -> strict, each -> out]
"""

ASK = """
nodes:
  start: {type: input, config: {fields: [{name: items, type: long_text}]}}
  each_letter: {type: map, config: {items: start.items}}
  ok: {type: approval, name: May it go, parent: each_letter, config: {message: 'Send {{ item }}?', value: '{{ item }}'}}
  out: {type: output, config: {value: '{{ each_letter.text }}'}}
edges: [start -> each_letter, each_letter -> out]
"""

INNER = 'nodes: {say: {type: template, config: {text: hi}}, end: {type: output}}\nedges: [say -> end]'
OUTER = 'nodes: {call: {type: workflow, config: {workflow: THE_INNER}}, out: {type: output}}\nedges: [call -> out]'


def lines(count: int, *, bad: int) -> str:
    """So many JSON values below each other, one of which is none."""
    return '\n'.join('bad' if number == bad else str(number) for number in range(count))


async def waiting(orchestrator: Orchestrator, run_id: str, approvals: int) -> None:
    async with asyncio.timeout(60):
        async for _ in orchestrator.watch(run_id):
            if len((await orchestrator.run(run_id)).approvals) == approvals:
                return


async def followed(orchestrator: Orchestrator, run_id: str) -> FollowedRun:
    fold = await orchestrator.look(run_id)
    version = await orchestrator.version(fold.run.version_id)
    return FollowedRun(fold, version, await orchestrator.graphs(fold.state), orchestrator)


async def test_a_step_in_a_round_is_approved_from_home_on(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(ASK)
    run = await orchestrator.start_run(workflow.id, {'items': 'a\nb'})
    await waiting(orchestrator, run.id, 2)
    await user.open('/')
    await user.should_see('Each letter 2')
    await user.open('/monitor')
    await user.should_see('May it go × 2')
    await user.open(f'/runs/{run.id}?step=each_letter%5B1%5D.ok')
    await user.should_see('Send b?')
    await user.should_not_see('Send a?')
    await user.should_see('Each letter · item 2')
    user.find('Approve').click()
    await waiting(orchestrator, run.id, 1)
    assert [approval.path for approval in (await orchestrator.run(run.id)).approvals] == ['each_letter[0].ok']


async def test_many_rounds_are_folded_and_come_page_by_page(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(EACH)
    run = await run_to_end(workflow.id, {'items': lines(120, bad=70)})
    await user.open(f'/runs/{run.id}')
    await user.should_see('120 items · 1 failed')
    await user.should_not_see('Item 1')
    steps = user.find(marker='run-steps')
    steps.trigger('fold', 'each')
    await user.should_see(f'Item {PAGE}')
    await user.should_not_see(f'Item {PAGE + 1}')
    steps.trigger('turn', {'path': 'each', 'place': PAGE})
    await user.should_see(f'Item {PAGE + 1}')
    await user.should_not_see(f'Item {PAGE}')
    steps.trigger('filter', 'each')
    await user.should_see('Item 71')
    await user.should_not_see('Item 72')
    steps.trigger('go', {'path': 'each', 'number': 118})
    await user.should_see('118 of 120')
    await user.should_see('Item 118')


async def test_from_one_round_one_goes_to_the_next_and_to_those_that_failed(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(EACH)
    run = await run_to_end(workflow.id, {'items': lines(5, bad=3)})
    await user.open(f'/runs/{run.id}?step=each%5B0%5D.strict')
    await user.should_see('1 of 5')
    user.find('The next one').click()
    await user.should_see('2 of 5')
    user.find('The next failed one').click()
    await user.should_see('Each line · item 4')
    await user.should_see('4 of 5')


async def test_a_card_tells_what_became_of_all_steps_of_its_node(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(EACH)
    run = await followed(orchestrator, (await run_to_end(workflow.id, {'items': lines(12, bad=3)})).id)
    cards = Cards(run)
    states = cards.all()
    told: dict[str, Any] = {key: (states[key].status, states[key].word) for key in ('each', 'shout', 'strict')}
    assert told == {
        'each': ('succeeded', '12 items · 1 failed'),
        'shout': ('succeeded', '12 done'),
        'strict': ('failed', '1 failed · 11 done'),
    }
    assert cards.telling('strict') == 'each[3].strict'
    assert cards.node_of('each[3].strict') == 'strict'
    assert cards.node_of('each[3]') == 'each'
    assert cards.ways()['shout.out->strict.in'] == 'done'


async def test_what_runs_in_another_workflow_is_told_at_the_node_that_runs_it(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    inner = await make_workflow(INNER)
    await orchestrator.publish(inner.id)
    workflow = await make_workflow(OUTER.replace('THE_INNER', inner.id))
    run = await followed(orchestrator, (await run_to_end(workflow.id)).id)
    assert Cards(run).node_of('call[0].say') == 'call'
    listed = [(line.path, line.depth) for line in Steps(run=run, nodes=['call', 'out']).lines()]
    assert listed == [('call', 0), ('call[0].say', 1), ('call[0].end', 1), ('out', 0)]


async def test_the_picture_of_a_run_names_the_workflow_as_it_was_called_then(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    inner = await make_workflow(INNER)
    inner = await orchestrator.workflows.save(inner.model_copy(update={'name': 'Say hi'}))
    await orchestrator.publish(inner.id)
    workflow = await make_workflow(OUTER.replace('THE_INNER', inner.id))
    run = await run_to_end(workflow.id)
    await orchestrator.delete_workflow(inner.id)
    await user.open(f'/runs/{run.id}')
    (picture,) = user.find(kind=PictureView).elements
    assert picture._drawing.cards['call'].summary == 'Say hi'


@pytest.mark.parametrize(
    ('statuses', 'word', 'total', 'over', 'said'),
    [
        (['succeeded', 'failed', 'running'], 'item', 1000, False, '2 of 1,000 · 1 failed'),
        (['succeeded', 'running'], 'item', None, False, '2 items'),
        (['succeeded', 'succeeded', 'running'], 'round', 5, False, 'Round 3 of 5'),
        (['running'], 'turn', None, False, 'Turn 1'),
        (['succeeded', 'failed'], 'item', 2, True, '2 items · 1 failed'),
        (['succeeded'], 'round', 5, True, '1 round'),
    ],
)
def test_progress_is_told_in_few_words(
    statuses: list[StepStatus], word: str, total: int | None, over: bool, said: str
) -> None:
    nesting = Nesting(
        StepState(path=f'each[{number}]', node='each', status=status) for number, status in enumerate(statuses)
    )
    assert progress(nesting.rounds('each'), word=word, total=total, over=over) == said
