"""A run as a whole: what waits for a person, what it says now, what came of it or why it failed, what it began with."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from nicegui import ui

from core.parts import output_of
from core.runs.state import StepState
from core.values import Json
from pages.components.buttons import button
from pages.components.formats import plural
from pages.components.layout import box, icon, notice, phrase, row, words
from pages.components.streamed import StreamedText
from pages.live import FollowedRun
from pages.runs.decisions import Decisions
from pages.runs.logs import draw_logs
from pages.runs.origin import origin_button
from pages.runs.values import copy_button, show_parts, show_value

TABS = ('Result', 'Input', 'Logs')
FORMS = 5
"""As many forms of steps that wait for a person are shown at once."""
STREAMS = 6
"""As many running steps are shown with what they say."""
CALM = 0.5
"""Seconds for which what runs is shown, however short it runs."""


class _Stream(NamedTuple):
    """What a running step says: its text, what it does just now, and the room for the text, once there is one."""

    text: StreamedText
    status: ui.label
    room: ui.element


class Overview:
    """Draws the run and keeps it up to date: rebuilt in parts when something changes, grown while it streams."""

    def __init__(
        self,
        run: FollowedRun,
        names: Mapping[str, str],
        *,
        decisions: Decisions,
        choose: Callable[[str], Any],
        retry: Callable[[], Any],
        elsewhere: bool = True,
    ) -> None:
        """elsewhere: whether what it is a run of is edited on another page."""
        self._run = run
        self._elsewhere = elsewhere
        self._names = names
        self._decisions = decisions
        self._choose = choose
        self._retry = retry
        self._tab = 'Result'
        self._streams: dict[str, _Stream] = {}
        with box('ao-side-body ao-scroll'):
            self._asked = box('ao-stack ao-gap-3 ao-if-any')
            self._told = box('ao-stack ao-gap-3 ao-if-any')
            with ui.tabs().props('align=left').style('width: 100%') as tabs:
                for name in TABS:
                    ui.tab(name)
            tabs.set_value(self._tab)
            tabs.on_value_change(lambda change: self._turn_to(change.value))
            self._content = box('ao-tab-content')
        self._seen = self._signatures()
        self._draw_asked()
        self._draw_told()
        self._draw_tab()

    def show(self) -> None:
        """Brings it up to date, each part by itself: a form that a person types into stays as it is."""
        asked, told, shown = self._signatures()
        before, self._seen = self._seen, (asked, told, shown)
        if asked != before[0]:
            self._draw_asked()
        if told != before[1]:
            self._draw_told()
        if shown != before[2] and not self._too_soon():
            self._draw_tab()
        elif shown != before[2]:
            self._seen = (asked, told, before[2])  # another look is taken later
        else:
            self._grow()

    def tick(self) -> None:
        """Shows what came too fast to be shown at once."""
        self.show()

    def _too_soon(self) -> bool:
        """Whether steps come and go so fast that nobody could read what they say."""
        return not self._run.ended and (self._run.now - self._drawn_at).total_seconds() < CALM

    def _signatures(self) -> tuple[object, object, object]:
        """What the forms, the notices and the tab are drawn from."""
        asked = [(step.path, step.status) for step in self._decisions.pending()]
        told = (self._run.state.status == 'failed', self._run.fault)
        result = 'reading' if self._run.reading else (self._run.state.status, self._running())
        shown = {'Logs': len(self._run.logs), 'Input': 0}.get(self._tab, result)
        return asked, told, (self._tab, shown)

    def _running(self) -> list[str]:
        """The steps that run now; what only runs others is not among them."""
        nesting = self._run.nesting
        return [path for path in nesting.with_status('running') if not (path.endswith(']') or nesting.inside(path))]

    def _draw_asked(self) -> None:
        self._asked.clear()
        with self._asked:
            pending = self._decisions.pending()
            for step in pending[:FORMS]:
                self._decisions.draw(step)
            if len(pending) > FORMS:
                words(f'{len(pending) - FORMS:,} more wait for you; they come up as you decide.', 'ao-dim ao-small')

    def _draw_told(self) -> None:
        self._told.clear()
        with self._told:
            if self._run.fault:
                notice(f'This page shows no more news: {self._run.fault}', 'bad')
            if self._run.state.status == 'failed':
                self._draw_failure()

    def _turn_to(self, tab: str) -> None:
        self._tab = tab
        self._seen = self._signatures()
        self._draw_tab()

    def _draw_tab(self) -> None:
        self._streams = {}
        self._drawn_at = self._run.now
        self._content.clear()
        with self._content:
            match self._tab:
                case 'Input':
                    show_parts(self._run.state.inputs)
                case 'Logs':
                    draw_logs(self._run.logs, called=self._run.name)
                case _:
                    self._draw_result()

    # What it comes to

    def _draw_result(self) -> None:
        state = self._run.state
        if self._run.reading:
            words('What came of it is shown once all that happened has been read.', 'ao-faint')
        elif state.status == 'succeeded':
            self._draw_output()
        elif self._running():
            self._draw_now()
        else:
            words(
                _waits_for(self._run, decide=bool(self._decisions.pending())) or _nothing_yet(state.status), 'ao-faint'
            )

    def _draw_output(self) -> None:
        output = output_of(self._run.run, self._run.state)
        for node_id, value in output.items():
            text, ending = _as_file(value, self._format(node_id))
            with box('ao-part'):
                with row():
                    words(self._names.get(node_id, node_id), 'ao-part-name')
                    box('ao-grow')
                    copy_button(text)
                    _download_button(text, f'{node_id}.{ending}')
                show_value(value, marked=ending == 'md')
        if not output:
            words('It ended and gave nothing back: no way led to an output.', 'ao-faint')

    def _format(self, node_id: str) -> str:
        node = self._run.version.graph.by_id.get(node_id)
        return str(node.config.get('format', 'markdown')) if node else 'markdown'

    def _draw_now(self) -> None:
        running = self._running()
        for path in running[:STREAMS]:
            live = self._run.live(path)
            with box('ao-now', tag='section'):
                with box('ao-now-head', tag='button').props('type=button').on('click', self._opener(path)):
                    icon('progress_activity', 'ao-turning')
                    words(self._run.name(path), 'ao-strong ao-small ao-one-line').props['title'] = path
                    status = words(live.status if live else '', 'ao-tiny ao-faint ao-one-line')
                said = _said(live.text, live.thinking) if live else ''
                with box('ao-now-text ao-scroll') as room:
                    self._streams[path] = _Stream(StreamedText(said), status, room)
                room.set_visibility(bool(said))
        if len(running) > STREAMS:
            words(f'{len(running) - STREAMS:,} more run at the same time.', 'ao-dim ao-small')

    def _opener(self, path: str) -> Callable[[], Any]:
        return lambda: self._choose(path)

    def _grow(self) -> None:
        for path, stream in self._streams.items():
            if live := self._run.live(path):
                said = _said(live.text, live.thinking)
                stream.text.grow(said)
                stream.room.set_visibility(bool(said))
                stream.status.text = live.status

    # Why it failed

    def _draw_failure(self) -> None:
        failed = self._to_blame()
        names = [self._run.title(path) for path in failed]
        reason = self._run.state.error
        for name in names:
            reason = reason.removeprefix(f'{name}: ')
        with notice(_who_failed(names), 'bad'):
            phrase(reason, 'ao-failure')
            words(_kept(self._run.state.steps.values()), 'ao-dim ao-small')
            with row('ao-wrap').style('margin-top: 8px'):
                button('Retry', self._retry, icon='replay', kind='primary')
                if failed:
                    button('Show the step', self._opener(self._deepest(failed[0])))
                if self._elsewhere:
                    origin_button(self._run.run, change=True)

    def _to_blame(self) -> list[str]:
        """The run's own steps that failed and had nothing told to handle it."""
        return [path for path in self._run.nesting.failed_inside() if not self._run.state.steps[path].handles]

    def _deepest(self, path: str) -> str:
        """The step because of which this one failed, which stands inside it if it runs a body."""
        while failed := self._run.nesting.failed_inside(path):
            path = failed[0]
        return path


def _who_failed(names: list[str]) -> str:
    return f'{", ".join(names)} failed.' if names else 'The run failed.'


def _kept(steps: Iterable[StepState]) -> str:
    count = sum(1 for step in steps if step.status == 'succeeded' and not step.is_round)
    if not count:
        return 'A retry begins with the first step.'
    which = 'it' if count == 1 else 'them'
    return f'{plural(count, "step")} succeeded: a retry takes {which} over and goes on from here.'


def _said(text: str, thinking: str) -> str:
    return text or thinking


def _waits_for(run: FollowedRun, *, decide: bool) -> str:
    if run.state.status != 'waiting':
        return ''
    if decide:
        return 'It goes on when you have decided. Waiting costs nothing, however long it takes.'
    wake = run.run.wake_at
    return f'It goes on by itself at {wake.astimezone():%H:%M:%S on %Y-%m-%d}.' if wake else ''


def _nothing_yet(status: str) -> str:
    return {
        'queued': 'It waits for its turn.',
        'running': 'It goes on in a moment.',
        'waiting': 'It goes on when its time has come.',
        'failed': 'There is no result.',
        'cancelled': 'It was stopped before it had a result.',
    }.get(status, '')


def _as_file(value: Json, output_format: str) -> tuple[str, str]:
    """The value as the text of a file, and how the file's name ends."""
    if not isinstance(value, str):
        return json.dumps(value, indent=2, ensure_ascii=False, default=str), 'json'
    return value, {'text': 'txt', 'json': 'json'}.get(output_format, 'md')


def _download_button(text: str, name: str) -> None:
    button('Download', lambda: ui.download.content(text, name), icon='download', kind='quiet')
