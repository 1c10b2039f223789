"""History and conflicts in a real browser, on the canvas, at a desk and on a phone."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.app_process import AppProcess

GRAPH = """
agent_orchestrator: 1
name: Titles
nodes:
  topic: {type: input, config: {fields: [{name: topic}]}}
  title: {type: template, config: {text: 'About {{ topic.topic }}'}}
  result: {type: output}
edges:
  - topic -> title
  - title -> result
"""


def change(app: AppProcess, workflow_id: str, node_id: str, **fields: Any) -> None:
    """As somebody else would, through the API."""
    workflow = app.get(f'/workflows/{workflow_id}')
    node = next(node for node in workflow['graph']['nodes'] if node['id'] == node_id)
    node.update(fields)
    app.ask('PUT', f'/workflows/{workflow_id}', json=workflow).raise_for_status()


def name_of(app: AppProcess, workflow_id: str) -> str:
    return str(app.get(f'/workflows/{workflow_id}')['graph']['nodes'][1]['name'])


@pytest.fixture
def workflow_id(app: AppProcess) -> str:
    """Published as it was, and changed since."""
    made = app.import_workflow(GRAPH)
    app.post(f'/workflows/{made}/publish', {'note': 'The first'})
    change(app, made, 'title', name='Another name')
    return made


@pytest.fixture
def phone(browser: Browser, app: AppProcess) -> Iterator[Page]:
    context = browser.new_context(viewport={'width': 390, 'height': 844}, base_url=app.url)
    yield context.new_page()
    context.close()


def open_history(page: Page, workflow_id: str) -> None:
    page.goto(f'/workflows/{workflow_id}')
    page.get_by_label('More').click()
    page.get_by_text('History', exact=True).click()
    page.get_by_text('1 node changed').first.wait_for()


def test_a_version_is_restored_and_that_is_taken_back(page: Page, app: AppProcess, workflow_id: str) -> None:
    open_history(page, workflow_id)
    expect(page.locator('.ao-history .ao-graph-tag')).to_have_text('editChanged')
    page.get_by_role('button', name='Version 1').click()
    page.get_by_role('button', name='Restore version 1').click()
    expect(page.locator('.ao-canvas [data-node="title"]')).to_contain_text('Title')
    page.get_by_text('Undo', exact=True).click()
    expect(page.locator('.ao-canvas [data-node="title"]')).to_contain_text('Another name')
    expect(page.get_by_text('Saved', exact=True)).to_be_visible()
    assert name_of(app, workflow_id) == 'Another name'


def test_what_is_chosen_in_the_list_is_shown_in_the_picture(page: Page, workflow_id: str) -> None:
    open_history(page, workflow_id)
    card = page.locator('.ao-history [data-node="title"]')
    expect(card).to_have_attribute('data-selected', 'false')
    page.locator('.ao-change-head').first.click()
    expect(card).to_have_attribute('data-selected', 'true')


def test_history_fits_a_phone(phone: Page, workflow_id: str) -> None:
    open_history(phone, workflow_id)
    assert phone.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth') <= 0
    dialog = phone.locator('.ao-dialog')
    assert dialog.evaluate('element => element.scrollWidth - element.clientWidth') <= 0
    boxes = [part.bounding_box() for part in phone.locator('.ao-history-detail > *').all()]
    edges = [(box['y'], box['y'] + box['height']) for box in boxes if box]
    assert all(below[0] >= above[1] for above, below in pairwise(edges))


def test_a_refused_save_is_settled_on_the_canvas(page: Page, app: AppProcess, workflow_id: str) -> None:
    page.goto(f'/workflows/{workflow_id}')
    page.locator('.ao-canvas [data-node="title"]').wait_for()
    change(app, workflow_id, 'title', name='Theirs')
    page.locator('.ao-canvas [data-node="result"]').click()
    page.keyboard.press('Delete')
    page.get_by_role('button', name='Compare').click()
    expect(page.get_by_text('Your changes: 1 node removed, 1 edge removed')).to_be_visible()
    expect(page.get_by_text('Their changes: 1 node changed')).to_be_visible()
    page.get_by_role('button', name='Take the stored one').click()
    expect(page.locator('.ao-canvas [data-node="title"]')).to_contain_text('Theirs')
    expect(page.locator('.ao-canvas [data-node="result"]')).to_be_visible()
    assert name_of(app, workflow_id) == 'Theirs'
