"""Every page, light and dark, on a desk and on a phone: it is there, it fits, it can be read."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from core.samples.gallery import template_text
from tests.e2e.app_process import AppProcess, eventually

PAGES = {
    '/': 'Home',
    '/agents': 'Planner',
    '/agents/brief-planner': 'Planner',
    '/workflows': 'Research brief',
    '/workflows/research-brief': 'Write the brief',
    '/workflows/meeting-notes?view=yaml': 'No problems',
    '/templates': 'Contract review',
    '/templates/faq-answers': 'Passage finder',
    '/teams': 'Decision panel',
    '/teams/decision-panel': 'Who speaks when',
    '/monitor': 'Meeting notes',
    '/settings': 'Connections',
    '/settings/connections': 'Practice',
}
DESK = (1440, 900)
LAPTOP = (1280, 720)
PHONE = (390, 844)

OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
DARKNESS = """() => {
    const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).map(Number);
    return 1 - (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}"""


@pytest.fixture(scope='module')
def busy_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    """An app in which something has happened."""
    app = AppProcess(tmp_path_factory.mktemp('busy') / 'data').start()
    app.ask('PUT', '/llm/default-model', json={'model': 'practice/practice-instant'}).raise_for_status()
    for workflow in ('meeting-notes', 'support-triage'):
        app.execute(workflow)
    app.wait_for_end(app.execute(app.import_workflow(template_text('decision-debate'))))
    yield app
    app.close()


@pytest.mark.parametrize(
    ('size', 'scheme'),
    [
        pytest.param(DESK, 'light', id='desk-light'),
        pytest.param(LAPTOP, 'dark', id='laptop-dark'),
        pytest.param(PHONE, 'light', id='phone-light'),
    ],
)
def test_all_pages_show_their_content_and_fit(
    browser: Browser, busy_app: AppProcess, size: tuple[int, int], scheme: str
) -> None:
    context = browser.new_context(
        viewport={'width': size[0], 'height': size[1]},
        color_scheme='dark' if scheme == 'dark' else 'light',
        base_url=busy_app.url,
        reduced_motion='reduce',
    )
    page = context.new_page()
    faults: list[str] = []
    page.on('console', lambda line: faults.append(f'{page.url}: {line.text}') if line.type == 'error' else None)
    page.on('pageerror', lambda error: faults.append(f'{page.url}: {error}'))
    run = busy_app.get('/runs')[0]['id']
    for path, content in {**PAGES, f'/runs/{run}': 'Steps', f'/runs/{run}?step=panel': 'Talk'}.items():
        check_page(page, path, content, scheme)
    context.close()
    assert faults == []


def check_page(page: Page, path: str, content: str, scheme: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    page.get_by_text(content).filter(visible=True).first.wait_for()
    assert page.evaluate(OVERFLOW) <= 0, f'{path} is wider than the window'
    assert (page.evaluate(DARKNESS) > 0.5) == (scheme == 'dark'), path
    # A page that has just jumped to what was chosen may be caught before it is painted there.
    eventually(lambda: len(page.screenshot()), lambda size: size > 5000, patience=5)
