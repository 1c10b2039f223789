"""An orderly end is quick and loses nothing."""

from tests.e2e.app_process import AppProcess, eventually

SLOW = """
agent_orchestrator: 1
name: Slow answer
agents:
  talker:
    name: Talker
    instructions: Repeat all sentences. Write ten sentences.
    model: practice/practice-5
nodes:
  start:
    type: input
    config:
      fields:
        - {name: text, default: "The sea is wide. The ship is small. The wind is strong. The night is long."}
  talk: {type: agent, config: {agent: talker, prompt: "{{ start.text }}"}}
  result: {type: output}
edges: [start -> talk, talk -> result]
"""


def test_sigterm_in_the_middle_of_an_answer_drains_and_the_run_goes_on_at_the_next_start(app: AppProcess) -> None:
    run = app.execute(app.import_workflow(SLOW))
    eventually(lambda: app.steps(run).get('talk', {}).get('status'), lambda status: status == 'running')

    seconds, code = app.terminate()
    assert seconds < 5
    assert code == 0
    assert 'Traceback' not in app.log

    app.start()
    assert app.wait_for_end(run) == 'succeeded'
    assert 'The ship is small.' in app.output(run)['result']


def test_an_open_event_stream_does_not_hold_up_the_end(app: AppProcess) -> None:
    run = app.execute(app.import_workflow(SLOW))
    with app.follow(run) as lines:
        assert next(lines).startswith('id: ')
        seconds, code = app.terminate()
    assert seconds < 5
    assert code == 0
