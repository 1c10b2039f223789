"""One step of a run: what went in, what came out, what was said, what was logged."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from core.nodes.node_type import NodeType
from core.nodes.team import TeamNode
from core.nodes.turn import TurnNode
from core.runs.events import AttemptFailed, Logged
from core.runs.state import StepState
from pages.components.buttons import icon_button
from pages.components.formats import cost, duration, short
from pages.components.layout import box, icon, notice, row, words
from pages.components.status import StatusChip, StepShown
from pages.components.streamed import StreamedText
from pages.components.times import on_the_clock
from pages.live import FollowedRun
from pages.runs.decisions import Decisions
from pages.runs.logs import draw_logs
from pages.runs.messages import draw_messages
from pages.runs.stepper import Stepper
from pages.runs.transcript import Transcript
from pages.runs.turns import is_turn, turns_of
from pages.runs.values import copy_button, show_parts, show_text, show_value, text_in

TABS = ('Output', 'Input', 'Messages', 'Logs')
TALK = 'Talk'
"""The first tab of a team's step."""


class StepDetail:
    """Draws one step and keeps it up to date: rebuilt in parts when it changes, grown while it streams."""

    def __init__(
        self,
        run: FollowedRun,
        path: str,
        *,
        decisions: Decisions,
        choose: Callable[[str], object],
        close: Callable[[], None],
    ) -> None:
        self._run = run
        self._path = path
        self._decisions = decisions
        self._tabs_shown = (TALK, *TABS) if self._is_team() else TABS
        self._tab = self._tabs_shown[0]
        self._talk: Transcript | None = None
        self._seen = self._signatures()
        self._streams: tuple[StreamedText, StreamedText, ui.label] | None = None
        self._draw_head(close)
        self._stepper = Stepper(run, path, on_choose=choose)
        with box('ao-side-body ao-scroll'):
            self._told = box('ao-stack ao-gap-3 ao-if-any')
            self._tabs = box('ao-stack')
            self._content = box('ao-tab-content')
        self._draw_told()
        self._draw_tabs()
        self._draw_tab()

    @property
    def _step(self) -> StepState:
        return self._run.state.steps.get(self._path) or StepState(path=self._path, node=self._path)

    @property
    def _title(self) -> str:
        return self._run.title(self._path)

    @property
    def _shown(self) -> StepShown:
        return self._run.shown(self._step)

    def show(self) -> None:
        """Brings it up to date, each part by itself: a form that a person types into stays as it is."""
        told, shown = self._signatures()
        before, self._seen = self._seen, (told, shown)
        if told != before[0]:
            self._chip.show(self._shown)
            self._draw_told()
        if shown != before[1]:
            self._draw_tabs()
            self._draw_tab()
        elif self._talk is not None:
            self._talk.show()
        else:
            self._grow()
        self.tick()

    def tick(self) -> None:
        """Shows how long it has taken by now, and how many there are of it."""
        self._stepper.show()
        self._figures.text = self._figures_text()

    def _signatures(self) -> tuple[object, object]:
        """What the notices with the forms, and what the tabs are drawn from."""
        step = self._step
        logs = len(self._log_lines())
        told = (step.status, step.attempt, step.retry_at, step.wait, step.answer, self._run.ended)
        results = sum(use.result is not None for use in step.tools.values())
        return told, (self._shown, step.attempt, len(step.calls) + len(step.summaries), len(step.tools), results, logs)

    # Its parts

    def _draw_head(self, close: Callable[[], None]) -> None:
        kind = self._node_type()
        with box('ao-side-head'):
            with row('ao-gap-3'):
                with box('ao-chip-icon'):
                    icon(kind.icon if kind else 'help')
                with box('ao-grow'):
                    words(self._title, 'ao-strong ao-one-line', tag='h2').style('display: block')
                    told = words(f'{kind.title if kind else "Step"} · {self._path}', 'ao-tiny ao-faint ao-one-line')
                    told.props['title'] = self._path
                self._chip = StatusChip(self._shown)
                icon_button('close', 'Back to the run', close)
            self._figures = words(self._figures_text(), 'ao-number ao-faint')

    def _node_type(self) -> NodeType[Any] | None:
        found, types = self._run.graphs.find(self._path), self._run.graphs.node_types
        if found is None and is_turn(self._step):
            return types.get(TurnNode.name)
        return types.get(found[0].type) if found and found[0].type in types else None

    def _is_team(self) -> bool:
        kind = self._node_type()
        return isinstance(kind, TeamNode) or bool(turns_of(self._run, self._path))

    def _figures_text(self) -> str:
        step, usage = self._step, self._step.usage + self._run.nesting.used_inside(self._path)
        parts = [duration(seconds)] if (seconds := self._run.step_seconds(step)) is not None else []
        parts += [step.calls[-1].model] if step.calls else []
        parts += [f'{short(usage.tokens)} tok', cost(usage.cost)] if usage.calls else []
        if step.attempt > 1:
            parts.append(f'attempt {step.attempt}')
        return ' · '.join(parts) or 'Not started'

    def _draw_tabs(self) -> None:
        self._tabs.clear()
        with self._tabs, ui.tabs().props('align=left inline-label').style('width: 100%') as tabs:
            for name in self._tabs_shown:
                ui.tab(name, label=self._label(name))
        tabs.set_value(self._tab)
        tabs.on_value_change(lambda change: self._choose(change.value))

    def _label(self, tab: str) -> str:
        count = {'Messages': _said(self._step), 'Logs': len(self._log_lines())}.get(tab, 0)
        return f'{tab} {count}' if count else tab

    def _choose(self, tab: str) -> None:
        self._tab = tab
        self._draw_tab()

    def _draw_tab(self) -> None:
        self._streams = self._talk = None
        self._content.clear()
        with self._content:
            match self._tab:
                case 'Talk':
                    self._talk = Transcript(self._run, self._path)
                case 'Input':
                    self._draw_input()
                case 'Messages':
                    self._draw_messages()
                case 'Logs':
                    draw_logs(self._log_lines())
                case _:
                    self._draw_output()

    def _log_lines(self) -> Sequence[Logged]:
        return self._run.logs_of.get(self._path, ())

    def _draw_told(self) -> None:
        self._told.clear()
        with self._told:
            if self._decisions.asks(self._step):
                self._decisions.draw(self._step)
            self._draw_notices(self._step)

    def _draw_notices(self, step: StepState) -> None:
        for failed in self._run.attempts.get(self._path, ()):
            if step.status != 'succeeded' or failed.attempt == step.attempt - 1:
                notice(f'Attempt {failed.attempt} failed: {failed.error}{_what_followed(failed, step)}', 'warning')
        if step.status == 'failed':
            notice(step.error, 'bad')
        if step.status == 'skipped':
            notice(step.reason or 'It was skipped.')
        match step.not_run:
            case 'same':
                with notice('Its input had not changed, so the result of an earlier run was taken over.'):
                    ui.link('Open that run', f'/runs/{step.reused_from}').classes('ao-link')
            case 'pinned':
                notice('It did not run: its result is pinned.')
            case 'disabled':
                notice('It did not run: it is disabled and passed on what arrived.')
            case None:
                pass

    # Output

    def _draw_output(self) -> None:
        step = self._step
        if step.status == 'running':
            self._draw_stream()
        elif step.output:
            self._draw_result(step)
        else:
            words(_no_output(step, self._shown), 'ao-faint')

    def _draw_stream(self) -> None:
        live = self._run.live(self._path)
        status = words(live.status if live else 'No output yet.', 'ao-small ao-running')
        thinking = StreamedText(live.thinking if live else '')
        thinking.classes('ao-streamed-thinking').set_visibility(bool(live and live.thinking and not live.text))
        self._streams = (StreamedText(live.text if live else ''), thinking, status)

    def _grow(self) -> None:
        live = self._run.live(self._path)
        if self._streams is None or live is None:
            return
        text, thinking, status = self._streams
        text.grow(live.text)
        thinking.grow(live.thinking)
        thinking.set_visibility(bool(live.thinking) and not live.text)
        status.text = live.status

    def _draw_result(self, step: StepState) -> None:
        text = step.output.get('text')
        rest = {name: value for name, value in step.output.items() if name != 'text' and value != text}
        if isinstance(text, str):
            with box('ao-part'):
                with row():
                    words('Text', 'ao-part-name')
                    box('ao-grow')
                    copy_button(text_in(step.output))
                show_text(text)
        elif text is not None:
            show_value(text)
        if rest:
            show_parts(rest)

    # Input and messages

    def _draw_input(self) -> None:
        step = self._step
        if step.input:
            show_parts(step.input)
        else:
            words(_no_input(step, self._shown), 'ao-faint')

    def _draw_messages(self) -> None:
        draw_messages(self._step, ended=self._run.ended)


def _no_output(step: StepState, status: StepShown) -> str:
    return {
        'pending': 'It has not started.',
        'unreached': 'The run ended before it.',
        'waiting': _waits_for(step),
        'unknown': 'It is not known whether it happened.',
    }.get(status, 'It gave nothing.')


def _waits_for(step: StepState) -> str:
    if step.wait and step.wait.until:
        return f'It waits until {on_the_clock(step.wait.until)}.'
    return 'It waits for a person.' if step.wait and step.wait.approval else 'It waits.'


def _no_input(step: StepState, status: StepShown) -> str:
    if status == 'unreached':
        return 'The run ended before it.'
    if step.not_run in {'pinned', 'disabled'}:
        return 'It did not run.'
    return 'It has not started.' if step.started_at is None else 'It takes no input of its own.'


def _said(step: StepState) -> int:
    """Calls of models and of tools."""
    return len(step.calls) + len(step.summaries) + len(step.tools)


def _what_followed(failed: AttemptFailed, step: StepState) -> str:
    """On a line of its own; nothing where the step was given up before its next attempt."""
    if failed.attempt < step.attempt:
        return f'\nTried again after {duration(max(0.0, (failed.retry_at - failed.at).total_seconds()))}.'
    return f'\nNext attempt: {on_the_clock(failed.retry_at)}.' if step.status == 'running' else ''
