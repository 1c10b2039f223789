"""The first page: what runs, what waits, what failed and why, what the week cost, and where to begin."""

from core.orchestrator import Orchestrator
from core.runs.totals import Totals
from core.workflows.workflow import Workflow
from pages.components.buttons import link_button
from pages.components.layout import box, stack
from pages.frame import frame
from pages.home.overview import draw_overview
from pages.home.picture import read_picture, read_week
from pages.home.welcome import draw_welcome
from pages.live import follow_runs
from pages.routes import page_at
from pages.workflows.run_form import ask_and_run

WEEK_PAUSE = 5.0
"""Seconds between two readings of the week, which may be tens of thousands of runs."""


def register(orchestrator: Orchestrator) -> None:
    @page_at('/')
    async def home_page() -> None:
        with frame('Home', orchestrator, here='/') as page:
            with page.actions:
                link_button('Start a workflow', '/workflows', icon='play_arrow', kind='primary')
            await Home(orchestrator).draw()


class Home:
    """The page in one browser, kept true while runs come and go."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator
        self._week = Totals()

    async def draw(self) -> None:
        self._content = stack('ao-gap-6')
        self._steady = box('')  # what is asked here outlives a refresh of the content
        self._week = await read_week(self._orchestrator)
        await self._refresh()
        follow_runs(self._orchestrator, self._refresh)
        follow_runs(self._orchestrator, self._refresh_week)

    async def _refresh(self) -> None:
        picture = await read_picture(self._orchestrator, week=self._week)
        self._content.clear()
        with self._content:
            if picture.is_new:
                draw_welcome(picture, self._run)
            else:
                draw_overview(picture, self._run, now=self._orchestrator.clock.now())

    async def _refresh_week(self) -> None:
        await self._orchestrator.clock.sleep(WEEK_PAUSE)
        self._week = await read_week(self._orchestrator)
        await self._refresh()

    async def _run(self, workflow: Workflow) -> None:
        with self._steady:
            await ask_and_run(workflow, self._orchestrator)
