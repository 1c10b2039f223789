"""A place to try a team as its form says, saved or not; each task is a run of its own."""

from collections.abc import Callable, Sequence

from core.errors import OrchestratorError
from core.llm.images import Image
from core.orchestrator import Orchestrator
from core.runs.state import StepStatus
from core.teams.team import Team
from core.teamwork import TEAM
from pages.components.buttons import link_button
from pages.components.composer import Composer
from pages.components.empty import empty_state
from pages.components.formats import cost, duration, short
from pages.components.layout import box, notice, row, words
from pages.components.said import said
from pages.components.text import marked_text
from pages.components.toasts import explained, toast_error
from pages.live import FollowedRun, follow
from pages.runs.decisions import Decisions
from pages.runs.transcript import Transcript
from pages.runs.turns import turns_of


class Trial:
    """Takes a task, and shows what the team makes of it."""

    def __init__(self, team: Callable[[], Team], orchestrator: Orchestrator) -> None:
        self._team = team
        self._orchestrator = orchestrator
        self._run: FollowedRun | None = None

    def draw(self) -> None:
        with row('ao-play-head'):
            words('Try it', 'ao-strong ao-grow', tag='h2')
            self._open = link_button('Open the run', '/', kind='quiet')
            self._open.set_visibility(False)
        with box('ao-play-talk ao-scroll'):
            self._talk = box('ao-talk')
        with self._talk:
            self._teach()
        self._composer = Composer('Task', 'What is the team to do?', send=self._send, stop=self._stop, pictures=True)

    def _teach(self) -> None:
        with empty_state(
            'forum',
            'Try it here',
            'The team works on your task as the form says at that moment, saved or not. Each task is a run like any '
            'other: it is kept, and goes on if you leave.',
            framed=False,
        ):
            pass

    async def _send(self, task: str, images: Sequence[Image]) -> bool:
        try:
            shown = [image.model_dump() for image in images]
            started = await self._orchestrator.run_team(self._team(), task, images=shown)
        except OrchestratorError as error:
            toast_error(error)
            return False
        self._run = await follow(started.id, self._orchestrator)
        self._begin(task, images, self._run)
        return True

    def _begin(self, task: str, images: Sequence[Image], run: FollowedRun) -> None:
        self._open.props['href'] = f'/runs/{run.run.id}'
        self._open.set_visibility(True)
        self._talk.clear()
        with self._talk:
            said(task, images)
            self._transcript = Transcript(run, TEAM)
            self._asked = box('ao-stack ao-gap-3 ao-if-any')
            self._end = box('ao-if-any')
        self._decisions = Decisions(run=run, orchestrator=self._orchestrator)
        self._pending: list[tuple[str, StepStatus]] = []
        run.on_change(lambda _: self._show(run))
        self._show(run)

    def _show(self, run: FollowedRun) -> None:
        if run is not self._run or self._talk.is_deleted:
            return
        self._transcript.show()
        pending = self._decisions.pending()
        if (now := [(step.path, step.status) for step in pending]) != self._pending:
            self._pending = now
            self._asked.clear()
            with self._asked:
                for step in pending:
                    self._decisions.draw(step)
        if run.ended:
            self._show_end(run)
        self._composer.show_busy(busy=not run.ended)

    def _show_end(self, run: FollowedRun) -> None:
        state = run.state
        self._end.clear()
        with self._end:
            if state.status == 'failed' and any(turn.error for turn in turns_of(run, TEAM)):
                words('So the team failed.', 'ao-faint ao-small')
            elif state.status == 'failed':
                notice(state.error, 'bad')
            elif state.status == 'cancelled':
                words('Stopped', 'ao-faint ao-small')
            elif text := str(state.steps[TEAM].output.get('text', '')):
                with box('ao-outcome', tag='section'):
                    with row('ao-wrap'):
                        words('Answer of the team', 'ao-part-name')
                        box('ao-grow')
                        words(_figures(run), 'ao-number ao-faint')
                    marked_text(text)

    async def _stop(self) -> None:
        if self._run is not None:
            with explained():
                await self._orchestrator.cancel_run(self._run.run.id)


def _figures(run: FollowedRun) -> str:
    usage = run.state.usage
    parts = [f'{run.state.steps[TEAM].output.get("turns")} turns', f'{short(usage.tokens)} tok', duration(run.seconds)]
    return ' · '.join([*parts, *([cost(usage.cost)] if usage.cost is not None else [])])
