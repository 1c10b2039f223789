"""A place to try a team as its form says, saved or not; each task is a run of its own."""

from collections.abc import Callable

from nicegui import ui

from core.errors import OrchestratorError
from core.orchestrator import Orchestrator
from core.runs.state import StepStatus
from core.teams.team import Team
from core.teamwork import TEAM
from pages.components.buttons import icon_button, link_button
from pages.components.empty import empty_state
from pages.components.formats import cost, duration, short
from pages.components.layout import box, notice, row, words
from pages.components.sending import ENTER_SENDS
from pages.components.text import marked_text, plain_text
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
        with box('ao-composer'):
            self._text = ui.textarea(placeholder='What is the team to do?')
            self._text.props('borderless autogrow dense').classes('ao-grow')
            self._text.props['aria-label'] = 'Task'
            self._text.on('keydown.enter', self._send, js_handler=ENTER_SENDS)
            self._send_button = icon_button('arrow_upward', 'Send', self._send, tooltip=False).classes('ao-send')
            self._stop_button = icon_button('stop', 'Stop', self._stop, tooltip=False).classes('ao-send')
            self._stop_button.visible = False

    def _teach(self) -> None:
        with empty_state(
            'forum',
            'Try it here',
            'The team works on your task as the form says at that moment, saved or not. Each task is a run like any '
            'other: it is kept, and goes on if you leave.',
            framed=False,
        ):
            pass

    async def _send(self) -> None:
        task = (self._text.value or '').strip()
        if not task or self._busy:
            return
        try:
            started = await self._orchestrator.run_team(self._team(), task)
        except OrchestratorError as error:
            toast_error(error)
            return
        self._text.value = ''
        self._run = await follow(started.id, self._orchestrator)
        self._begin(task, self._run)

    @property
    def _busy(self) -> bool:
        return self._run is not None and not self._run.ended

    def _begin(self, task: str, run: FollowedRun) -> None:
        self._open.props['href'] = f'/runs/{run.run.id}'
        self._open.set_visibility(True)
        self._talk.clear()
        with self._talk:
            with box('ao-said'):
                plain_text(task)
            self._transcript = Transcript(run, TEAM)
            self._asked = box('ao-stack ao-gap-3 ao-if-any')
            self._end = box('ao-if-any')
        self._decisions = Decisions(run=run, orchestrator=self._orchestrator)
        self._pending: list[tuple[str, StepStatus]] = []
        self._show_busy()
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
        self._show_busy()

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
                    with row():
                        words('Answer of the team', 'ao-part-name')
                        box('ao-grow')
                        words(_figures(run), 'ao-number ao-faint')
                    marked_text(text)

    def _show_busy(self) -> None:
        self._send_button.visible = not self._busy
        self._stop_button.visible = self._busy

    async def _stop(self) -> None:
        if self._run is not None:
            with explained():
                await self._orchestrator.cancel_run(self._run.run.id)


def _figures(run: FollowedRun) -> str:
    usage = run.state.usage
    parts = [f'{run.state.steps[TEAM].output.get("turns")} turns', f'{short(usage.tokens)} tok', duration(run.seconds)]
    return ' · '.join([*parts, *([cost(usage.cost)] if usage.cost is not None else [])])
