"""The code node: what code finds, what it gives, what it prints, and how it is refused."""

from collections.abc import Awaitable, Callable

import pytest

from core.orchestrator import Orchestrator
from core.runs import events as e
from core.runs.run import Run
from core.runs.state import RunState
from tests.conftest import MakeWorkflow, RunToEnd

RunCode = Callable[..., Awaitable[RunState]]


def graph(code: str, **config: object) -> str:
    lines = '\n'.join(f'        {line}' for line in code.strip().splitlines())
    settings = '\n'.join(f'      {name}: {value}' for name, value in config.items())
    return f"""
nodes:
  start: {{type: input, config: {{fields: [{{name: numbers}}]}}}}
  words: {{type: template, config: {{text: 'three words here'}}}}
  count:
    type: code
    config:
      code: |
{lines}
{settings}
  end: {{type: output}}
edges: [start -> words, words -> count, count -> end]
"""


@pytest.fixture
def run_code(orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd) -> RunCode:
    async def run(code: str, **config: object) -> RunState:
        workflow = await make_workflow(graph(code, **config))
        ended: Run = await run_to_end(workflow.id, {'numbers': '1 2 3'})
        return await orchestrator.state(ended.id)

    return run


async def logged(orchestrator: Orchestrator, run_id: str) -> list[str]:
    return [event.message async for event in orchestrator.watch(run_id) if isinstance(event, e.Logged)]


@pytest.mark.parametrize('level', ['light', 'full'])
async def test_code_finds_what_arrives_the_inputs_and_earlier_results(run_code: RunCode, level: str) -> None:
    code = "[incoming, words['text'].split()[0], sum(int(n) for n in inputs['numbers'].split())]"
    state = await run_code(code, level=level)
    assert state.error == ''
    assert state.steps['count'].output['value'] == ['three words here', 'three', 6]


async def test_the_level_that_ran_the_code_is_recorded_with_the_step(run_code: RunCode) -> None:
    assert (await run_code('1 + 1')).steps['count'].output['level'] == 'light'


@pytest.mark.parametrize('level', ['light', 'full'])
@pytest.mark.parametrize(
    ('code', 'value'),
    [
        ('1 + 1', 2),
        ('result = 1\nresult + 1', 1),
        ('x = 1', None),
        ('def result():\n    return 5\nresult()', 5),
        ('for result in [1, 2]:\n    pass', 2),
    ],
)
async def test_the_result_is_a_variable_or_the_last_line(
    run_code: RunCode, level: str, code: str, value: object
) -> None:
    assert (await run_code(code, level=level)).steps['count'].output['value'] == value


async def test_a_text_in_the_result_is_what_the_next_node_gets(run_code: RunCode) -> None:
    assert (await run_code("{'text': 'short', 'length': 5}")).output == {'end': 'short'}


async def test_what_is_printed_is_logged_with_the_step_and_kept(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(graph("print('one')\nprint('two')\n3"))
    run = await run_to_end(workflow.id, {'numbers': '1'})
    state = await orchestrator.state(run.id)
    assert state.steps['count'].output['printed'] == 'one\ntwo\n'
    assert '\n'.join(await logged(orchestrator, run.id)) == 'one\ntwo'


async def test_a_flood_of_output_makes_few_log_entries_and_is_cut(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(graph("for n in range(10_000):\n    print('x' * 70)\n1"))
    run = await run_to_end(workflow.id, {'numbers': '1'})
    messages = await logged(orchestrator, run.id)
    assert len(messages) < 30
    assert sum(map(len, messages)) < 70_000
    assert messages[-1] == '646,000 more characters were printed and not kept.'


@pytest.mark.parametrize('level', ['light', 'full'])
async def test_an_error_in_the_code_is_the_steps_error_and_its_traceback_is_logged(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd, level: str
) -> None:
    workflow = await make_workflow(graph('x = 1\nx / 0', level=level))
    run = await run_to_end(workflow.id, {'numbers': '1'})
    assert run.error == 'Count: ZeroDivisionError: division by zero'
    assert 'line 2' in (await logged(orchestrator, run.id))[0]


async def test_code_that_takes_too_long_is_ended(run_code: RunCode) -> None:
    state = await run_code('while True:\n    pass', seconds=0.5)
    assert state.steps['count'].error == 'It took longer than its 0.5 s.'


async def test_what_json_cannot_hold_is_no_result(run_code: RunCode) -> None:
    state = await run_code('{1, 2}', level='full')
    assert 'A result must be what JSON can hold' in state.steps['count'].error


async def test_a_demanded_level_that_is_missing_refuses_the_step(orchestrator: Orchestrator, run_code: RunCode) -> None:
    orchestrator.extensions.sandboxes.get('container').image = 'no-such-image:0'  # type: ignore[attr-defined]
    error = (await run_code('1', level='full', at_least='container')).steps['count'].error
    assert error.startswith("Full Python needs level 'container' or a stronger one, which this machine does not give")


async def test_code_that_reads_the_same_takes_the_earlier_result_over(
    orchestrator: Orchestrator, make_workflow: MakeWorkflow, run_to_end: RunToEnd
) -> None:
    workflow = await make_workflow(graph("words['text'] + str(inputs['numbers'])"))
    first = await run_to_end(workflow.id, {'numbers': '1'})
    same = await run_to_end(workflow.id, {'numbers': '1'}, reuse_from=first.id)
    other = await run_to_end(workflow.id, {'numbers': '2'}, reuse_from=first.id)
    assert (await orchestrator.state(same.id)).steps['count'].reused_from == first.id
    assert (await orchestrator.state(other.id)).steps['count'].reused_from == ''
