"""Texts that are longer than a page can send: what is shown is always what is sent."""

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.app_process import AppProcess, eventually

LETTER = """
agent_orchestrator: 1
name: Letter
nodes:
  start: {type: input, config: {fields: [{name: letter, title: Letter, type: long_text, default: The default.}]}}
  end: {type: output}
edges: [start -> end]
"""
TOO_LONG = 'Longer than a page can send'
WAY_OUT = 'Start the run with the API or agent-orchestrator run … --input name=@file'


def test_a_pasted_giant_is_refused_in_words_and_the_run_uses_what_is_shown(
    page: Page, context: BrowserContext, app: AppProcess
) -> None:
    letter = open_form(page, app)
    letter.fill('My own words.')
    paste(page, context, 'giant ' * 200_000)
    refused = page.get_by_role('alert').filter(has_text=TOO_LONG)
    expect(refused).to_contain_text(WAY_OUT)
    expect(letter).to_have_value('My own words.')
    letter.press('End')
    letter.press_sequentially(' And more.')
    expect(refused).to_have_count(0)
    assert sent_letter(page, app) == 'My own words. And more.'


def test_a_giant_that_comes_by_other_ways_than_the_keyboard_is_refused_too(page: Page, app: AppProcess) -> None:
    letter = open_form(page, app)
    letter.fill('My own words.')
    bring(letter, 'giant ' * 200_000)
    expect(page.get_by_role('alert').filter(has_text=TOO_LONG)).to_be_visible()
    assert sent_letter(page, app) == 'My own words.'


def test_a_text_whose_characters_need_several_bytes_arrives_whole_or_is_refused(page: Page, app: AppProcess) -> None:
    letter = open_form(page, app)
    fits = 'grün "so" ' * 50_000 + '\\\n🐝' * 20
    bring(letter, fits)
    expect(page.get_by_role('alert')).to_have_count(0)
    bring(letter, fits * 2)
    expect(page.get_by_role('alert').filter(has_text=TOO_LONG)).to_be_visible()
    assert sent_letter(page, app) == fits


def test_the_editor_of_a_workflow_refuses_a_giant_and_stays_in_step(
    page: Page, context: BrowserContext, app: AppProcess
) -> None:
    workflow = app.import_workflow(LETTER)
    page.goto(f'/workflows/{workflow}?view=yaml')
    page.locator('.cm-line', has_text='edges').click()
    page.keyboard.press('Control+End')
    paste(page, context, '# giant\n' * 200_000)
    expect(page.get_by_role('alert').filter(has_text=TOO_LONG)).to_be_visible()
    assert '# giant' not in page.locator('.cm-content').inner_text()
    page.keyboard.type('\n# small')
    stored = eventually(lambda: str(app.get(f'/workflows/{workflow}')['source']), lambda text: '# small' in text)
    assert 'giant' not in stored


@pytest.mark.parametrize('label', ['Instructions', 'Message'])
def test_the_fields_of_an_agent_refuse_a_giant(
    page: Page, context: BrowserContext, app: AppProcess, label: str
) -> None:
    page.goto(f'/agents/{app.get("/agents")[0]["id"]}')
    field = page.get_by_label(label, exact=True)
    field.fill('Be brief.')
    paste(page, context, 'giant ' * 200_000)
    expect(page.get_by_role('alert').filter(has_text=TOO_LONG)).to_be_visible()
    expect(field).to_have_value('Be brief.')


def open_form(page: Page, app: AppProcess) -> Locator:
    """The field of the run form."""
    page.goto(f'/workflows/{app.import_workflow(LETTER)}')
    page.locator('[data-node="start"]').wait_for()
    page.keyboard.press('Control+Enter')
    letter = page.get_by_role('dialog').get_by_label('Letter')
    expect(letter).to_have_value('The default.')
    return letter


def bring(letter: Locator, text: str) -> None:
    """Puts the text into the field as a script does."""
    letter.evaluate('(field, text) => { field.value = text; field.dispatchEvent(new Event("input")); }', text)


def paste(page: Page, context: BrowserContext, text: str) -> None:
    context.grant_permissions(['clipboard-read', 'clipboard-write'])
    page.evaluate('text => navigator.clipboard.writeText(text)', text)
    page.keyboard.press('Control+v')


def sent_letter(page: Page, app: AppProcess) -> str:
    """What the run got that is started now."""
    page.keyboard.press('Control+Enter')
    runs = eventually(lambda: app.get('/runs'), bool)
    run = runs[0]['id']
    app.wait_for_end(run)
    return str(app.events(run)[0]['inputs']['letter'])
