"""The scale above a run's steps, in a real browser."""

from itertools import pairwise

from playwright.sync_api import Page, expect

from tests.e2e.app_process import AppProcess

WAITING = """
agent_orchestrator: 1
name: Waiting
nodes: {start: {type: input}, wait: {type: delay, config: {seconds: 600000}}, end: {type: output}}
edges: [start -> wait, wait -> end]
"""


LATER = 'const now = Date.now; window.ahead = 0; Date.now = () => now() + window.ahead;'
"""Lets the page believe that it is later, by `ahead` milliseconds."""
GO_ON = '(seconds) => new Promise((done) => { window.ahead = 1000 * seconds; setTimeout(done, 400); })'
PLACES = """all => all.map((element) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  const { left, right } = range.getBoundingClientRect();
  return [element.textContent, left, right];
})"""


def test_the_labels_of_the_scale_neither_touch_nor_repeat(page: Page, app: AppProcess) -> None:
    run = app.execute(app.import_workflow(WAITING))
    app.wait_for(run, 'waiting')
    page.add_init_script(LATER)
    page.goto(f'/runs/{run}')
    expect(page.locator('.ao-timeline-axis i')).not_to_have_count(0)
    for width in (390, 1000, 1280, 1440):
        page.set_viewport_size({'width': width, 'height': 720})
        for seconds in (2.3, 22, 80, 130, 1_000, 80_000, 130_000):
            page.evaluate(GO_ON, seconds)
            labels = page.locator('.ao-timeline-axis i').evaluate_all(PLACES)
            texts = [text for text, _, _ in labels]
            assert len(set(texts)) == len(texts) <= 6
            assert len(texts) > 1 or width < 1000
            assert all(right + 4 <= left for (_, _, right), (_, left, _) in pairwise(labels)), labels
            [(_, time, _)] = page.locator('.ao-timeline-head > span').last.evaluate_all(PLACES)
            assert labels[-1][2] < time
