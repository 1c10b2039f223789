"""Measurements of pages in a real browser without a graphics card: weight, time to be usable, frames, patches."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from bench.figures import Figure
from bench.graphs import layered, mapped
from bench.outside import app, cpu_seconds, free_port
from core.workflows.graph import Graph

NODES = 300
BROWSERS = ('chromium', 'chromium-browser', 'google-chrome')
DRAWN = '.ao-canvas[data-drawn="true"]'
FRAMES = """() => {
  const times = [];
  const count = (now) => { times.push(now); window.counting && requestAnimationFrame(count); };
  window.counting = true;
  requestAnimationFrame(count);
  window.counted = () => {
    window.counting = false;
    const steps = times.slice(1).map((t, n) => t - times[n]).sort((a, b) => a - b);
    return 1000 * steps.length / steps.reduce((sum, step) => sum + step, 0);
  };
}"""


def builder(data_dir: Path, *, repeat: int) -> list[Figure]:
    """What the builder costs to load, to open with 300 nodes, to move about in, to keep up to date; and a large run."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        print('There is no Chromium, so the builder is not measured.', file=sys.stderr)
        return []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=['--no-sandbox'])
        with app(data_dir) as (_, url):
            _wait(url)
            _store(url, 'Large', layered(NODES))
            loads = [_load(browser, f'{url}workflows/research-brief') for _ in range(repeat)]
            large = [_move_about(browser, f'{url}workflows/large') for _ in range(repeat)]
            run = _ran(url)
            runs = [_see_steps(browser, f'{url}runs/{run}') for _ in range(repeat)]
        patched = [_patched(browser) for _ in range(repeat)]
        browser.close()
    return [
        Figure(what='builder, transferred', unit='MB', values=[mb for mb, _ in loads], limit=1.5),
        Figure(what='builder, usable on a cold cache', unit='s', values=[s for _, s in loads], limit=2.0),
        Figure(what='builder, 300 nodes opened', unit='s', values=[one[0] for one in large], limit=2.0),
        _frames('panned', [one[1] for one in large]),
        _frames('zoomed', [one[2] for one in large]),
        Figure(what='run page of 1,000 items of 4 nodes, to first steps', unit='s', values=runs, limit=1.0),
        Figure(what='builder, 50 patches a second, CPU of the server', unit='%', values=patched, limit=20),
    ]


def _frames(how: str, values: list[float]) -> Figure:
    return Figure(what=f'builder, 300 nodes {how}', unit='frames/s', values=values, limit=30, more_is_better=True)


def _load(browser: Browser, url: str) -> tuple[float, float]:
    """MB over the wire and seconds until the canvas is drawn, for a browser that was never here."""
    with _page(browser) as page:
        session = page.context.new_cdp_session(page)
        session.send('Network.enable')
        sizes: list[float] = []
        session.on('Network.loadingFinished', lambda event: sizes.append(event['encodedDataLength']))
        seconds = _open(page, url)
        page.wait_for_timeout(500)
        return sum(sizes) / 1e6, seconds


def _move_about(browser: Browser, url: str) -> tuple[float, float, float]:
    """Seconds until 300 nodes are drawn; frames a second while the graph is dragged, and while it is zoomed."""
    with _page(browser) as page:
        page.goto(url.replace('large', 'research-brief'))  # what the pages share is in the browser by now
        page.locator(DRAWN).wait_for()
        seconds = _open(page, url)
        page.wait_for_timeout(1000)
        return seconds, _fps(page, _pan), _fps(page, _zoom)


def _see_steps(browser: Browser, url: str) -> float:
    """Seconds until the steps of a run are seen, for a browser that saw the list of runs."""
    with _page(browser) as page:
        page.goto(f'{url.partition("runs/")[0]}monitor', wait_until='networkidle')
        return _open(page, url, drawn='.ao-timeline-row')


def _fps(page: Page, move: object) -> float:
    page.evaluate(FRAMES)
    move(page)  # type: ignore[operator]
    return float(page.evaluate('window.counted()'))


def _pan(page: Page) -> None:
    page.mouse.move(700, 700)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(700 - 5 * (step % 30), 700 - 3 * (step % 30))
    page.mouse.up()


def _zoom(page: Page) -> None:
    page.mouse.move(700, 400)
    for step in range(40):
        page.mouse.wheel(0, -60 if step < 20 else 60)


def _patched(browser: Browser, *, seconds: float = 6.0) -> float:
    """Percent of a core that the server takes while 50 states a second change on an open canvas of 300 nodes."""
    port = free_port()
    process = subprocess.Popen([sys.executable, '-m', 'bench.patches', str(port)], cwd=Path(__file__).parent.parent)
    try:
        _wait(f'http://127.0.0.1:{port}/')
        with _page(browser) as page:
            _open(page, f'http://127.0.0.1:{port}/')
            page.wait_for_timeout(1500)
            before, began = cpu_seconds(process.pid), time.perf_counter()
            page.wait_for_timeout(seconds * 1000)
            return 100 * (cpu_seconds(process.pid) - before) / (time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(20)


def _open(page: Page, url: str, *, drawn: str = DRAWN) -> float:
    began = time.perf_counter()
    page.goto(url, wait_until='commit')
    page.locator(drawn).first.wait_for(timeout=60_000)
    return time.perf_counter() - began


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={'width': 1440, 'height': 900})
    yield context.new_page()
    context.close()


def _store(url: str, name: str, graph: Graph) -> None:
    _post(f'{url}api/workflows', f'{{"name": "{name}", "graph": {graph.model_dump_json()}}}')


def _ran(url: str) -> str:
    """The id of a large run that has ended."""
    _store(url, 'Mapped', mapped(1000, nodes=4))
    run: str = _post(f'{url}api/workflows/mapped/execute', '{"inputs": {}}')['id']
    with urlopen(f'{url}api/runs/{run}/events') as events:
        events.read()  # they end with the run
    return run


def _post(url: str, body: str) -> Any:
    asked = Request(url, data=body.encode(), headers={'Content-Type': 'application/json'})
    with urlopen(asked) as answer:
        return json.loads(answer.read())


def _wait(url: str) -> None:
    for _ in range(600):
        try:
            with urlopen(url) as answer:
                answer.read()
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f'{url} does not answer.')
