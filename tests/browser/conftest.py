"""A real browser and the real app."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from pages.theme.assets import has_canvas
from tests.browser.hand import THREE, Hand, opened
from tests.conftest import NO_CANVAS
from tests.e2e.app_process import AppProcess

NAMES = ('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')
HOW_TO_INSTALL = 'There is no Chromium. On Debian and Ubuntu: sudo apt-get install chromium'


expect.set_options(timeout=30_000)  # as long as Playwright waits for everything else: the machine may be busy


@pytest.fixture(scope='module')  # while Playwright is there, its event loop keeps all others from running
def browser() -> Iterator[Browser]:
    """Chromium without a window; where it or the canvas is missing the test is skipped, but not in CI."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if os.environ.get('AGENT_ORCHESTRATOR_REQUIRE_BROWSER') and not (path and has_canvas()):
        pytest.fail(HOW_TO_INSTALL if path is None else NO_CANVAS)
    if path is None:
        pytest.skip(HOW_TO_INSTALL)
    if not has_canvas():
        pytest.skip(NO_CANVAS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=['--no-sandbox'])
        yield browser
        browser.close()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[AppProcess]:
    app = AppProcess(tmp_path / 'data')
    yield app.start()
    app.close()


@pytest.fixture
def context(browser: Browser, app: AppProcess) -> Iterator[BrowserContext]:
    """A new visitor at a desk. Whatever a page asks of another machine, or complains about, fails the test."""
    context = browser.new_context(viewport={'width': 1440, 'height': 900}, base_url=app.url)
    faults: list[str] = []
    context.on('request', lambda request: faults.extend(_foreign(request.url)))
    context.on('console', lambda line: faults.append(f'console: {line.text}') if line.type == 'error' else None)
    context.on('weberror', lambda error: faults.append(f'error: {error.error}'))
    yield context
    context.close()
    assert faults == []
    assert 'Traceback' not in app.log, app.log


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def hand(page: Page, app: AppProcess) -> Hand:
    """On an empty canvas."""
    app.ask('POST', '/workflows', json={'name': 'Empty'}).raise_for_status()
    return Hand(page, app, 'empty')


@pytest.fixture
def three(page: Page, app: AppProcess) -> Hand:
    """On a canvas with three nodes in a row."""
    return opened(page, app, 'Three', THREE)


def _foreign(url: str) -> list[str]:
    parts = urlsplit(url)
    local = parts.scheme in {'data', 'blob'} or parts.hostname in {'127.0.0.1', 'localhost'}
    return [] if local else [f'asked another machine: {url}']
