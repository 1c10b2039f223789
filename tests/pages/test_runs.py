"""The pages about runs, as a simulated person sees them."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from nicegui import background_tasks, ui
from nicegui.testing import User

from core.errors import StepError
from core.nodes.node_type import Completed, NodeContext, NodeType
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.runs import events as e
from core.runs.run import Run, RunFilter
from core.stores import Stores
from core.values import Value
from core.workflows.document import read_graph
from core.workflows.workflow import Workflow, WorkflowVersion
from pages.components.streamed import StreamedText
from pages.components.times import on_the_clock
from pages.runs.found import Wanted, find

MakeWorkflow = Callable[[str], Awaitable[Workflow]]
RunToEnd = Callable[..., Awaitable[Run]]
Field = Callable[[str], Any]

APPROVAL = """
nodes:
  topic: {type: input, config: {fields: [{name: topic}]}}
  check: {type: approval, name: Check it, config: {message: Is this right?, value: 'Draft about {{ topic.topic }}'}}
  sent: {type: output, config: {value: 'Sent: {{ check.text }}'}}
  kept: {type: output, config: {value: 'Kept back: {{ check.comment }}'}}
edges: [topic -> check, check.approved -> sent, check.rejected -> kept]
"""

SLOW = """
nodes:
  start: {type: input}
  pause: {type: delay, config: {seconds: 60}}
  end: {type: output}
edges: [start -> pause, pause -> end]
"""

FAILING = """
nodes:
  start: {type: input}
  broken: {type: output, name: Make JSON, config: {value: not json, format: json}}
edges: [start -> broken]
"""


async def until(orchestrator: Orchestrator, run_id: str, *status: str) -> Run:
    """The run once it has one of these statuses."""
    async with asyncio.timeout(60):
        async for _ in orchestrator.watch_runs():
            run = await orchestrator.run(run_id)
            if run.status in status:
                return run
    raise AssertionError


async def ended(orchestrator: Orchestrator, run_id: str) -> Run:
    return await until(orchestrator, run_id, 'succeeded', 'failed', 'cancelled')


async def test_a_sample_runs_to_the_end_through_its_page(user: User, orchestrator: Orchestrator) -> None:
    await user.open('/workflows')
    user.find('Run Research brief').click()
    await user.should_see(marker='start-run')
    user.find(marker='start-run').click()
    await user.should_see(marker='run-steps')
    runs = await orchestrator.runs(RunFilter())
    assert len(runs) == 1
    await ended(orchestrator, runs[0].id)
    await user.should_see('Succeeded')
    await user.should_see('Download')


async def test_a_late_viewer_sees_what_happened(user: User, orchestrator: Orchestrator, run_to_end: RunToEnd) -> None:
    run = await run_to_end('research-brief')
    await user.open(f'/runs/{run.id}')
    await user.should_see('Succeeded')
    state = await orchestrator.state(run.id)
    for name in ('Plan', 'Risks', 'Write the brief'):
        await user.should_see(name)
    (output,) = state.output.values()
    text = output['text'] if isinstance(output, dict) else str(output)
    await user.should_see(text.splitlines()[-1][:60])


async def test_a_viewer_who_comes_in_mid_run_sees_the_rest_live(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(APPROVAL)
    run = await orchestrator.start_run(workflow.id, {'topic': 'bees'})
    await until(orchestrator, run.id, 'waiting')
    await user.open(f'/runs/{run.id}')
    await user.should_see('Waiting')
    await orchestrator.decide_approval(run.id, 'check', approved=True, value='Bees are fine.')
    await user.should_see('Sent: Bees are fine.')
    await user.should_see('Succeeded')


async def test_what_a_step_says_is_shown_while_it_runs(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    await orchestrator.preferences.set('default_model', 'practice/practice')
    workflow = await make_workflow(
        """
        nodes:
          start: {type: input, config: {fields: [{name: text}]}}
          writer: {type: agent, name: Slow writer, config: {agent: writer, prompt: '{{ start.text }}'}}
          end: {type: output}
        edges: [start -> writer, writer -> end]
        """
    )
    text = ' '.join(f'Bee number {n} matters and is fond of clover.' for n in range(40))
    run = await orchestrator.start_run(workflow.id, {'text': text})
    await user.open(f'/runs/{run.id}')
    async with asyncio.timeout(60):
        said: list[str] = []
        while not said:
            await orchestrator.live.bell.listen(run.id).wait()
            said = [one for one in streams(user) if len(one) > 20]
    assert not (await orchestrator.run(run.id)).ended
    await ended(orchestrator, run.id)
    answer = (await orchestrator.state(run.id)).steps['writer'].output['text']
    assert answer.startswith(said[0][:20])
    await user.should_see('Succeeded')


def streams(user: User) -> list[str]:
    return [each.props['text'] for each in user.client.elements.values() if isinstance(each, StreamedText)]


async def test_an_approval_is_answered_with_what_the_person_made_of_it(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(APPROVAL)
    run = await orchestrator.start_run(workflow.id, {'topic': 'bees'})
    await until(orchestrator, run.id, 'waiting')
    await user.open(f'/runs/{run.id}')
    await user.should_see('Is this right?')
    value = next(iter(user.find(kind=ui.textarea).elements))
    assert value.value == 'Draft about bees'
    value.set_value('A better one')
    user.find('Approve').click()
    await ended(orchestrator, run.id)
    await user.should_see('Sent: A better one')


async def test_a_form_stays_as_it_is_while_other_steps_go_on(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, field: Field
) -> None:
    workflow = await make_workflow(
        """
        nodes:
          start: {type: input}
          check: {type: approval, config: {value: Draft}}
          pause: {type: delay, config: {seconds: 0.6}}
          late: {type: template, name: The late one, config: {text: done}}
          end: {type: output}
        edges: [start -> check, start -> pause, pause -> late, late -> end, check.approved -> end]
        """
    )
    run = await orchestrator.start_run(workflow.id, {})
    await until(orchestrator, run.id, 'waiting')
    await user.open(f'/runs/{run.id}')
    form = field('Comment')
    form.value = 'I am still typing'
    async with asyncio.timeout(60):
        async for event in orchestrator.watch(run.id):
            if isinstance(event, e.StepCompleted) and event.path == 'late':
                break
    await asyncio.sleep(0.3)
    assert field('Comment') is form
    assert form.value == 'I am still typing'


async def test_a_rejection_takes_its_own_way(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, field: Field
) -> None:
    workflow = await make_workflow(APPROVAL)
    run = await orchestrator.start_run(workflow.id, {'topic': 'bees'})
    await until(orchestrator, run.id, 'waiting')
    await user.open(f'/runs/{run.id}')
    field('Comment').value = 'Too short.'
    user.find('Reject').click()
    await user.should_see('Kept back: Too short.')


async def test_an_approval_somebody_else_answered_first_is_refused_with_the_reason(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(APPROVAL)
    run = await orchestrator.start_run(workflow.id, {'topic': 'bees'})
    await until(orchestrator, run.id, 'waiting')
    await user.open(f'/runs/{run.id}')
    await user.should_see('Is this right?')
    deciding = orchestrator.decide_approval(run.id, 'check', approved=False, value='', comment='first')
    press = user.find('Approve')
    await deciding
    press.click()
    await ended(orchestrator, run.id)
    state = await orchestrator.state(run.id)
    assert state.steps['check'].output['approved'] is False


async def test_a_run_is_cancelled_from_its_page(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(SLOW)
    run = await orchestrator.start_run(workflow.id, {})
    await until(orchestrator, run.id, 'waiting')
    await user.open(f'/runs/{run.id}')
    user.find('Cancel').click()
    assert (await ended(orchestrator, run.id)).status == 'cancelled'
    await user.should_see('Cancelled')
    await user.should_not_see(kind=ui.button, content='Cancel')


async def test_a_failed_run_says_which_step_failed_why_and_what_to_do(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    run = await run_to_end((await make_workflow(FAILING)).id)
    await user.open(f'/runs/{run.id}')
    await user.should_see('Make JSON failed.')
    await user.should_see('The result is not JSON')
    await user.should_see('1 step succeeded: a retry takes it over')


async def test_a_result_is_shown_as_its_output_node_says(
    user: User, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(
        """
        nodes:
          start: {type: input}
          plain: {type: output, config: {value: '**not bold**', format: text}}
          marked: {type: output, config: {value: '**bold**'}}
          data: {type: output, config: {value: '{"answer": [42]}', format: json}}
        edges: [start -> plain, start -> marked, start -> data]
        """
    )
    run = await run_to_end(workflow.id)
    await user.open(f'/runs/{run.id}')
    [marked] = user.find('**bold**', kind=ui.markdown).elements
    assert '<strong>bold</strong>' in marked.props['innerHTML']
    [plain] = user.find('not bold', kind=ui.label).elements
    assert plain.text == '**not bold**'
    await user.should_see('"answer": [')


async def test_retry_makes_a_new_run_that_takes_over_what_succeeded(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    run = await run_to_end((await make_workflow(FAILING)).id)
    await user.open(f'/runs/{run.id}')
    user.find('Retry').click()
    await user.should_see('taken over')
    newest = (await orchestrator.runs(RunFilter()))[0]
    assert newest.id != run.id
    await user.should_see('Goes on from an earlier run')


class Letter(NodeType[Value]):
    """Sends something that cannot be called back."""

    name: ClassVar = 'letter'
    title: ClassVar = 'Letter'
    description: ClassVar = 'Sends a letter.'
    category: ClassVar = 'tools'
    icon: ClassVar = 'mail'
    effects: ClassVar = 'external'
    Config = Value

    async def run(self, config: Value, context: NodeContext) -> Completed:
        return Completed(output={'text': 'Sent just now.'})


LETTER = """
nodes:
  start: {type: input}
  send: {type: letter, name: Send the letter}
  end: {type: output}
edges: [start -> send, send -> end]
"""


class Closed(Letter):
    """Fails as long as it is asked, for a reason that may pass."""

    name: ClassVar = 'closed'

    async def run(self, config: Value, context: NodeContext) -> Completed:
        raise StepError('The post office is closed.', retryable=True)


async def test_a_step_that_waits_for_its_next_attempt_says_when_that_begins(
    user: User, orchestrator: Orchestrator, extensions: Extensions
) -> None:
    extensions.node_types.add('closed', Closed())
    graph = read_graph(
        'nodes: {start: {type: input}, send: {type: closed, retry: {attempts: 3, delay: 600}}}\nedges: [start -> send]'
    )
    workflow = await orchestrator.workflows.create(Workflow(name='Post', graph=graph))
    run = await orchestrator.start_run(workflow.id, {})
    failed = await anext(event async for event in orchestrator.watch(run.id) if isinstance(event, e.AttemptFailed))
    await user.open(f'/runs/{run.id}')
    user.find(marker='run-steps').trigger('choose', 'send')
    await user.should_see(f'Next attempt: {on_the_clock(failed.retry_at)}.')
    await orchestrator.cancel_run(run.id)
    await ended(orchestrator, run.id)
    await user.open(f'/runs/{run.id}')
    user.find(marker='run-steps').trigger('choose', 'send')
    await user.should_see('The post office is closed.')
    await user.should_not_see('ried again after')


@pytest.fixture
async def interrupted(stores: Stores, extensions: Extensions) -> str:
    """A run of which the process died while it sent a letter; asked for before the orchestrator, which takes it up."""
    extensions.node_types.add('letter', Letter())
    now = datetime.now(UTC)
    workflow = await stores.workflows.create(Workflow(name='Letters', graph=read_graph(LETTER)))
    version = WorkflowVersion(
        id='v1', workflow_id=workflow.id, workflow_name=workflow.name, graph=workflow.graph, created_at=now
    )
    await stores.workflows.add_version(version)
    run = Run(
        id='interrupted', workflow_id=workflow.id, workflow_name=workflow.name, version_id=version.id, created_at=now
    )
    await stores.journal.create(run, e.RunCreated(at=now, version_id=version.id))
    happened = [
        e.RunStarted(at=now, epoch=1, seq=2),
        e.StepStarted(at=now, path='start', node='start'),
        e.StepCompleted(at=now, path='start'),
        e.StepStarted(at=now, path='send', node='send'),
    ]
    await stores.journal.append(run.id, happened)
    return run.id


async def test_an_unknown_step_explains_itself_and_takes_the_result_that_was_entered(
    interrupted: str, user: User, orchestrator: Orchestrator
) -> None:
    await until(orchestrator, interrupted, 'waiting')
    await user.open(f'/runs/{interrupted}')
    await user.should_see('Did “Send the letter” happen?')
    await user.should_see('nothing is done twice without you')
    next(iter(user.find(kind=ui.textarea).elements)).set_value('{"text": "It was sent."}')
    user.find('Go on with this result').click()
    await ended(orchestrator, interrupted)
    await user.should_see('It was sent.')


async def test_an_unknown_step_is_done_again_only_when_a_person_says_so(
    interrupted: str, user: User, orchestrator: Orchestrator
) -> None:
    await until(orchestrator, interrupted, 'waiting')
    assert (await orchestrator.state(interrupted)).steps['send'].status == 'unknown'
    await user.open(f'/runs/{interrupted}')
    user.find('It did not: do it').click()
    await user.should_see('Sent just now.')


async def test_an_unknown_step_can_be_skipped(interrupted: str, user: User, orchestrator: Orchestrator) -> None:
    await until(orchestrator, interrupted, 'waiting')
    await user.open(f'/runs/{interrupted}')
    user.find('Skip it').click()
    await ended(orchestrator, interrupted)
    assert (await orchestrator.state(interrupted)).steps['send'].status == 'skipped'


async def test_a_step_shows_input_output_and_messages(
    user: User, orchestrator: Orchestrator, run_to_end: RunToEnd
) -> None:
    run = await run_to_end('research-brief')
    await user.open(f'/runs/{run.id}')
    user.find(marker='run-steps').trigger('choose', 'plan')
    call = (await orchestrator.state(run.id)).steps['plan'].calls[0]
    await user.should_see(call.model)
    user.find(kind=ui.tabs).elements.pop().set_value('Messages')
    await user.should_see(call.instructions.strip().splitlines()[0][:40])
    await user.should_see('Prompt')


async def test_a_very_long_prompt_is_shown_in_part(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow(
        """
        nodes:
          start: {type: input, config: {fields: [{name: text}]}}
          writer: {type: agent, config: {agent: writer, prompt: '{{ start.text }}'}}
          end: {type: output}
        edges: [start -> writer, writer -> end]
        """
    )
    run = await orchestrator.start_run(workflow.id, {'text': 'Bees fly. ' * 30_000})
    assert (await ended(orchestrator, run.id)).status == 'succeeded'
    await user.open(f'/runs/{run.id}?step=writer')
    user.find(kind=ui.tabs).elements.pop().set_value('Messages')
    await user.should_see('Only the first 200,000 of 300,000 characters are shown.')


async def test_a_closed_page_follows_no_more(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    run = await orchestrator.start_run((await make_workflow(SLOW)).id, {})
    await until(orchestrator, run.id, 'waiting')
    await user.open(f'/runs/{run.id}')
    following = [task for task in background_tasks.running_tasks if 'FollowedRun' in task.get_name()]
    assert len(following) == 1
    user.client.delete()
    with contextlib.suppress(asyncio.CancelledError):
        await following[0]
    assert following[0].cancelled()


async def test_an_unknown_run_is_said_to_be_missing(user: User) -> None:
    await user.open('/runs/nothing-here')
    await user.should_see('There is no such run')


async def test_the_monitor_lists_runs_as_they_come(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    await user.open('/monitor')
    await user.should_see('Nothing has run yet')
    workflow = await make_workflow(APPROVAL)
    run = await orchestrator.start_run(workflow.id, {'topic': 'bees'})
    await until(orchestrator, run.id, 'waiting')
    await user.should_see('Check it')
    await user.should_see('Waiting')
    await orchestrator.cancel_run(run.id)
    await user.should_see('Cancelled')


async def test_the_monitor_narrows_by_status(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    failed = await run_to_end((await make_workflow(FAILING)).id)
    done = await run_to_end('meeting-notes')
    await user.open('/monitor?status=failed')
    await user.should_see(failed.id[-7:])
    await user.should_not_see(done.id[-7:])


async def test_runs_are_found_by_words_and_page_by_page(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow = await make_workflow(FAILING)
    runs = [await run_to_end(workflow.id) for _ in range(5)]
    await run_to_end('meeting-notes')
    monkeypatch.setitem(find.__globals__, 'PAGE', 2)
    monkeypatch.setitem(find.__globals__, 'READ', 3)
    wanted = Wanted(query='not json', kind='Failed')
    first = await find(orchestrator, wanted)
    second = await find(orchestrator, wanted, before=first.runs[-1].id)
    third = await find(orchestrator, wanted, before=second.runs[-1].id)
    assert [page.more for page in (first, second, third)] == [True, True, False]
    listed = [run.id for page in (first, second, third) for run in page.runs]
    assert listed == [run.id for run in reversed(runs)]


async def test_a_search_that_finds_nothing_gives_up_at_its_limit(
    orchestrator: Orchestrator, run_to_end: RunToEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await run_to_end('meeting-notes')
    monkeypatch.setitem(find.__globals__, 'LOOKED_THROUGH', 2)
    found = await find(orchestrator, Wanted(query='no such words'))
    assert found.gave_up
    assert not found.runs


async def test_runs_are_narrowed_by_time(orchestrator: Orchestrator, run_to_end: RunToEnd) -> None:
    run = await run_to_end('meeting-notes')
    assert [each.id for each in (await find(orchestrator, Wanted(span='Last hour'))).runs] == [run.id]
    assert orchestrator.clock.now() - run.created_at < timedelta(hours=1)


async def test_steps_that_did_not_run_say_why_and_a_part_says_what_it_is_of(
    user: User, orchestrator: Orchestrator, make_workflow: MakeWorkflow
) -> None:
    workflow = await make_workflow("""
        nodes:
          a: {type: template, name: Alpha, config: {text: x}, pinned: {text: given}}
          b: {type: agent, name: Beta, disabled: true}
          c: {type: output, name: Gamma}
        edges: [a -> b, b -> c]
        """)
    run = await orchestrator.start_run(workflow.id, {}, until='c')
    await ended(orchestrator, run.id)
    await user.open(f'/runs/{run.id}?step=b')
    for told in ('Up to Gamma', 'pinned', 'passed on: disabled', 'it is disabled and passed on what arrived'):
        await user.should_see(told)
    await user.open('/monitor')
    await user.should_see('Up to Gamma')
