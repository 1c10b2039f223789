"""What a new person does first, in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.app_process import AppProcess, eventually

SECONDS = 1000


def test_a_new_person_runs_a_sample_and_watches_it_to_its_result(page: Page) -> None:
    start_sample(page, 'Research brief')
    expect(status(page, 'Running')).to_be_visible()
    expect(side(page)).to_contain_text('Diesel costs us', timeout=20 * SECONDS)
    expect(status(page, 'Succeeded')).to_be_visible(timeout=40 * SECONDS)
    expect(side(page).get_by_role('heading', name='Electric delivery vans for our bakery')).to_be_visible()
    expect(side(page)).to_contain_text('Practice model')


def test_a_page_that_is_loaded_again_in_the_middle_shows_the_same(page: Page) -> None:
    start_sample(page, 'Research brief')
    expect(side(page)).to_contain_text('Diesel costs us', timeout=20 * SECONDS)
    page.reload()
    expect(status(page, 'Running')).to_be_visible()
    expect(side(page)).to_contain_text('Diesel costs us')
    expect(status(page, 'Succeeded')).to_be_visible(timeout=40 * SECONDS)
    first = side(page).inner_text()
    page.reload()
    expect(status(page, 'Succeeded')).to_be_visible()
    expect(side(page)).to_have_text(re.compile('Electric delivery vans'))
    assert side(page).inner_text() == first


def test_a_page_that_is_open_while_the_app_dies_goes_on_with_the_run(page: Page, app: AppProcess) -> None:
    start_sample(page, 'Research brief')
    run = page.url.rsplit('/', 1)[-1]
    expect(side(page)).to_contain_text('Diesel costs us', timeout=20 * SECONDS)
    page.goto('about:blank')  # a page that polls a dead server would write errors to its console
    app.kill()
    app.start()
    page.goto(f'{app.url}/runs/{run}')
    expect(status(page, 'Succeeded')).to_be_visible(timeout=40 * SECONDS)
    expect(side(page)).to_contain_text('Diesel costs us')


def test_a_person_edits_and_approves_a_draft_on_a_phone(browser: Browser, app: AppProcess) -> None:
    app.ask('PUT', '/llm/default-model', json={'model': 'practice/practice-instant'}).raise_for_status()
    run = app.execute('support-triage')
    app.wait_for(run, 'waiting')
    phone = browser.new_context(viewport={'width': 390, 'height': 844}, base_url=app.url)
    page = phone.new_page()
    page.goto(f'/runs/{run}')
    value = page.get_by_role('textbox').filter(visible=True).first
    expect(value).to_have_value(re.compile('thank you'))
    value.fill('We have paid it back.')
    page.get_by_role('button', name='Approve', exact=True).click()
    eventually(lambda: app.status(run), lambda status: status == 'succeeded')
    assert app.output(run)['reply'] == 'We have paid it back.'
    expect(status(page, 'Succeeded')).to_be_visible()
    phone.close()


def start_sample(page: Page, title: str) -> None:
    page.goto('/')
    card = page.locator('.ao-card', has_text=title)
    card.get_by_text('Open', exact=True).click()
    page.wait_for_url('**/workflows/*')
    page.get_by_role('button', name='Run').first.click()
    page.get_by_role('dialog').get_by_role('button', name='Run').click()
    page.locator('.ao-run-panel').get_by_text('Open', exact=True).click()
    page.wait_for_url('**/runs/*')


def side(page: Page) -> Locator:
    """The panel beside the picture."""
    return page.locator('.ao-run-side')


def status(page: Page, word: str) -> Locator:
    """The status of the run as a whole."""
    return page.locator('.ao-run-facts').get_by_text(word, exact=True)


@pytest.mark.parametrize('key', ['k', 'л'])  # the same key, on a Latin and on a Cyrillic keyboard
def test_ctrl_k_goes_anywhere_whatever_alphabet_the_keyboard_writes(page: Page, key: str) -> None:
    page.goto('/')
    page.wait_for_load_state('networkidle')
    pressed = {'key': key, 'code': 'KeyK', 'ctrlKey': True}
    page.evaluate(
        '(key) => document.body.dispatchEvent(new KeyboardEvent("keydown", {...key, bubbles: true}))', pressed
    )
    expect(page.get_by_placeholder('Go to a page')).to_be_focused()
