"""The editor of a workflow and the picture of a run, in a real browser: what only a browser can get wrong."""

from playwright.sync_api import Browser, Page, expect

from tests.e2e.app_process import AppProcess, eventually

NAME_LINE = '.cm-line:has-text("name: Find decisions")'


def graph_of(app: AppProcess, workflow_id: str) -> dict[str, dict[str, str]]:
    """The nodes that are stored, by id."""
    graph = app.ask('GET', f'/workflows/{workflow_id}').json()['graph']
    return {node['id']: node for node in graph['nodes']}


def test_fast_typing_loses_no_keystroke(page: Page, app: AppProcess) -> None:
    page.goto('/workflows/meeting-notes?view=yaml')
    page.locator(NAME_LINE).click()
    page.keyboard.press('End')
    typed = ' and each of its reasons, in the order in which they came up'
    for word in typed.split(' ')[1:]:
        page.keyboard.type(f' {word}')
        page.wait_for_timeout(25)  # as fast as the saves and checks that happen in between
    expect(page.get_by_text('Saved', exact=True)).to_be_visible()
    page.wait_for_timeout(700)
    expect(page.get_by_text('Saved', exact=True)).to_be_visible()
    assert graph_of(app, 'meeting-notes')['decisions']['name'] == 'Find decisions' + typed


def test_text_that_cannot_be_saved_outlives_the_page(page: Page, app: AppProcess) -> None:
    page.on('dialog', lambda dialog: dialog.accept())
    page.goto('/workflows/meeting-notes?view=yaml')
    page.locator(NAME_LINE).click()
    page.keyboard.press('End')
    page.keyboard.type(': no YAML')
    expect(page.get_by_text('Not saved: line')).to_be_visible()
    page.reload()
    page.get_by_role('button', name='Bring it back').click()
    expect(page.locator('.cm-line.ao-yaml-error')).to_contain_text('Find decisions: no YAML')
    assert graph_of(app, 'meeting-notes')['decisions']['name'] == 'Find decisions'


def test_a_problem_leads_to_its_line_and_its_card(page: Page) -> None:
    page.goto('/workflows/meeting-notes?view=yaml')
    page.locator(NAME_LINE).click()
    page.keyboard.press('ArrowUp')
    page.keyboard.press('End')
    page.keyboard.type('s')
    page.locator('.ao-problem', has_text='Find decisions').first.click()
    expect(page.locator('[data-node="decisions"]')).to_have_attribute('data-selected', 'true')
    expect(page.locator('[data-node="decisions"]')).to_have_attribute('data-mark', 'error')
    expect(page.locator('.cm-activeLine')).to_contain_text('type: agents')


def test_the_picture_of_a_run_changes_card_by_card(page: Page, app: AppProcess) -> None:
    app.ask('PUT', '/llm/default-model', json={'model': 'practice/practice'}).raise_for_status()
    page.goto('/workflows')
    page.get_by_role('button', name='Run Research brief').click()
    page.get_by_role('dialog').get_by_role('button', name='Run').wait_for()
    page.keyboard.press('Control+Enter')
    card = page.locator('[data-node="plan"]')
    expect(card).to_have_attribute('data-status', 'running')
    drawn = page.locator('svg.ao-graph').element_handle()
    expect(card).to_have_attribute('data-status', 'succeeded', timeout=15_000)
    assert drawn is not None
    assert drawn.evaluate('picture => picture.isConnected'), 'the whole picture was drawn anew'
    expect(page.locator('[data-edge="plan.out->risks.in"]')).to_have_attribute('data-state', 'flowing')
    card.click()
    expect(page.locator('.ao-timeline-row[data-path="plan"]')).to_have_attribute('aria-pressed', 'true')
    expect(page.locator('.ao-run-side')).to_contain_text('Agent · plan')


def test_a_picture_that_does_not_fit_fades_where_more_of_it_lies(page: Page, app: AppProcess) -> None:
    nodes = [{'id': 'a', 'type': 'input'}, {'id': 'b', 'type': 'output'}]
    app.ask('POST', '/workflows', json={'name': 'Few', 'graph': {'nodes': nodes}}).raise_for_status()
    page.goto('/workflows/few?view=yaml')
    page.locator('[data-node="b"]').wait_for()
    assert fades(page) == ['0', '0']
    page.goto('/workflows/research-brief?view=yaml')
    page.locator('[data-node="plan"]').wait_for()
    expect(page.locator('.ao-picture-more[data-side="right"]')).to_have_css('opacity', '1')
    assert fades(page) == ['0', '1']
    assert zoom(page) >= 0.6
    page.get_by_role('button', name='Fit', exact=True).click()
    expect(page.locator('.ao-picture-more[data-side="right"]')).to_have_css('opacity', '0')
    assert fades(page) == ['0', '0']
    fitted = zoom(page)
    page.set_viewport_size({'width': 1430, 'height': 900})
    eventually(lambda: zoom(page), lambda seen: fitted * 0.9 < seen < fitted)


def fades(page: Page) -> list[str]:
    """How far the left and the right edge of the picture are faded: '0' or '1'."""
    opacities: list[str] = page.locator('.ao-picture-more').evaluate_all(
        'edges => edges.map((edge) => getComputedStyle(edge).opacity)'
    )
    return opacities


def zoom(page: Page) -> float:
    scale: float = page.locator('.ao-picture-stage').evaluate('stage => new DOMMatrix(stage.style.transform).a')
    return scale


def test_an_approval_is_given_on_a_phone(browser: Browser, app: AppProcess) -> None:
    app.ask('PUT', '/llm/default-model', json={'model': 'practice/practice-instant'}).raise_for_status()
    run = app.execute('support-triage')
    app.wait_for(run, 'waiting')
    phone = browser.new_context(
        viewport={'width': 390, 'height': 844}, base_url=app.url, has_touch=True, is_mobile=True
    )
    page = phone.new_page()
    page.goto(f'/runs/{run}')
    page.get_by_label('What is approved').fill('Dear customer, it is on its way.')
    page.get_by_role('button', name='Approve', exact=True).tap()
    expect(page.locator('.ao-run-facts')).to_contain_text('Succeeded')
    expect(page.locator('.ao-run-side')).to_contain_text('Dear customer, it is on its way.')
    assert app.output(run)['reply'] == 'Dear customer, it is on its way.'
    phone.close()
