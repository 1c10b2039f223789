"""The gallery of templates, in a real browser: with the keyboard, with Back, and on a phone."""

from playwright.sync_api import Browser, Page, expect

from core.samples.gallery import templates
from tests.e2e.app_process import AppProcess


def test_a_template_is_found_looked_at_and_used_with_the_keyboard_alone(page: Page, app: AppProcess) -> None:
    page.goto('/workflows')
    page.get_by_role('link', name='New workflow').press('Enter')
    page.wait_for_url('**/templates')
    page.get_by_label('Find a template').press_sequentially('contract')
    card = page.get_by_role('link', name='Contract review')
    expect(page.get_by_role('link', name='Blog post')).to_be_hidden()
    expect(page.get_by_role('button', name='Blank workflow')).to_be_visible()
    page.wait_for_url('**/templates?find=contract')
    tab_to(page, 'Contract review')
    expect(card).to_be_focused()
    page.keyboard.press('Enter')
    page.wait_for_url('**/templates/contract-review')
    expect(page.get_by_role('img', name='Picture of Contract review: 12 steps')).to_be_visible()
    assert 'Contract review' not in app.ask('GET', '/workflows').text
    tab_to(page, 'Use this template')
    tab_to(page, 'Payment reviewer', most=2)  # the picture is looked at, and no stop on the way
    page.get_by_role('button', name='Use this template').press('Enter')
    page.wait_for_url('**/workflows/contract-review')
    assert not app.get('/runs')


def tab_to(page: Page, text: str, *, most: int = 40) -> None:
    """Presses Tab until what has the focus holds this text."""
    for _ in range(most):
        page.keyboard.press('Tab')
        if text in page.evaluate('document.activeElement.innerText'):
            return
    raise AssertionError(f'Tab never comes to {text!r}')


def test_back_brings_the_search_back(page: Page) -> None:
    page.goto('/templates')
    page.get_by_role('button', name='Office', exact=True).click()
    page.wait_for_url('**/templates?category=Office')
    page.get_by_role('link', name='Daily digest').click()
    page.wait_for_url('**/templates/daily-digest')
    page.go_back()
    expect(page.get_by_role('button', name='Office', exact=True)).to_have_attribute('aria-pressed', 'true')
    expect(page.get_by_role('link', name='Daily digest')).to_be_visible()
    expect(page.get_by_role('link', name='Code review')).to_be_hidden()


def test_a_blank_workflow_is_one_click_away(page: Page, app: AppProcess) -> None:
    page.goto('/templates')
    page.get_by_role('button', name='Blank workflow').click()
    page.wait_for_url('**/workflows/new-workflow')
    assert [node['type'] for node in app.get('/workflows/new-workflow')['graph']['nodes']] == ['input', 'output']


def test_every_template_fits_a_phone_and_its_picture_scrolls_by_itself(browser: Browser, app: AppProcess) -> None:
    phone = browser.new_context(viewport={'width': 390, 'height': 844}, base_url=app.url, has_touch=True)
    page = phone.new_page()
    page.goto('/templates')
    cards = page.locator('a.ao-template')
    expect(cards).to_have_count(len(templates()))
    for path in ['/templates', *[card.get_attribute('href') for card in cards.all()]]:
        page.goto(str(path))
        page.locator('.ao-template, .ao-template-graph svg').first.wait_for()
        assert page.evaluate('document.documentElement.scrollWidth') <= 390, path
    picture = page.locator('.ao-template-graph')
    assert picture.evaluate('box => box.scrollWidth > box.clientWidth')
    phone.close()
