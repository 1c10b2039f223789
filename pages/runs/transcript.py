"""What a team says, turn by turn, as a chat: live while they speak, marked up when they have spoken."""

import json
from collections.abc import Mapping
from typing import Any

from nicegui import ui

from core.runs.state import RunState, StepState
from core.teams.table import seats_of
from core.values import Json
from pages.components.buttons import button
from pages.components.formats import cost, duration, plural, short
from pages.components.layout import badge, box, icon, notice, words
from pages.components.status import StatusChip, step_shown
from pages.components.streamed import StreamedText
from pages.components.text import marked_text
from pages.components.tool_calls import ToolCallCard
from pages.live import FollowedRun
from pages.runs.turns import turns_of
from pages.teams.seats import seat_picture

SHOWN = 50
"""Turns that are drawn at first, the latest."""


class Transcript(ui.element):
    """The turns of one team's step; `show` brings it up to date."""

    def __init__(self, run: FollowedRun, path: str) -> None:
        """`path` is the team's own step."""
        super().__init__('div')
        self.classes('ao-talk')
        self._run = run
        self._path = path
        self._turns: dict[str, _Turn] = {}
        self._left_out = max(0, len(turns_of(run, path)) - SHOWN)
        """How many of the first turns are not drawn: a long talk would take the browser long."""
        self.show()

    def show(self) -> None:
        turns = turns_of(self._run, self._path)
        if not self._turns:
            self._begin(spoken=bool(turns))
        places: Mapping[str, int] | None = None
        for step in turns[self._left_out :]:
            if step.path in self._turns:
                self._turns[step.path].show()
                continue
            places = places if places is not None else _places(self._run.state, self._path)
            with self:
                self._turns[step.path] = _Turn(self._run, step, place=places.get(step.node, len(places)))

    def _begin(self, *, spoken: bool) -> None:
        self.clear()
        with self:
            if not spoken:
                words('Nobody has spoken yet.', 'ao-faint')
            if self._left_out:
                button(f'Show {plural(self._left_out, "earlier turn")}', self._show_all, icon='expand_less')

    def _show_all(self) -> None:
        self._left_out = 0
        self._turns.clear()
        self.show()


class _Turn:
    """One turn; drawn again when it changes, grown while it streams."""

    def __init__(self, run: FollowedRun, step: StepState, *, place: int) -> None:
        self._run = run
        self._path = step.path
        self._stream: StreamedText | None = None
        self._status: ui.label | None = None
        self._seen: object = None
        name = str(step.input.get('name') or step.node)
        with box('ao-turn') as made:
            made.props['data-seat'] = str(place % 8)
            seat_picture(name, place)
            with box('ao-turn-head'):
                words(name, 'ao-strong ao-small ao-one-line')
                self._chip = box('ao-if-any')
                box('ao-grow')
                self._figures = words('', 'ao-number ao-faint')
            self._body = box('ao-turn-body')
        self.show()

    @property
    def _step(self) -> StepState:
        return self._run.state.steps[self._path]

    def show(self) -> None:
        step = self._step
        results = sum(use.result is not None for use in step.tools.values())
        seen = (step.status, step.attempt, len(step.calls), len(step.tools), results, self._run.ended)
        if seen != self._seen:
            self._seen = seen
            self._draw(step)
        self._grow()

    def _grow(self) -> None:
        live = self._run.live(self._path)
        if self._stream is None or self._status is None or live is None:
            return
        self._stream.grow(live.text or live.thinking)
        self._status.text = live.status
        self._status.set_visibility(bool(live.status))

    def _draw(self, step: StepState) -> None:
        self._figures.text = _figures(step)
        self._chip.clear()
        if step.status not in ('succeeded', 'running'):
            with self._chip:
                StatusChip(step_shown(step, ended=self._run.ended))
        self._stream = self._status = None
        self._body.clear()
        with self._body:
            for use in step.tools.values():
                ToolCallCard(use, running=step.status == 'running' and not self._run.ended)
            self._draw_said(step)

    def _draw_said(self, step: StepState) -> None:
        match step.status:
            case 'running' if not self._run.ended:
                self._status = words('', 'ao-faint ao-small ao-pulse')
                self._stream = StreamedText()
            case 'failed':
                notice(step.error, 'bad')
            case 'waiting' | 'unknown' if not self._run.ended:
                words('It waits for a person.', 'ao-faint ao-small')
            case _:
                _draw_output(step.output)


def _draw_output(output: Mapping[str, Any]) -> None:
    value, asks = output.get('value'), output.get('delegations') or ()
    if isinstance(value, dict):
        _draw_value(value)
    elif text := str(output.get('text') or '').strip():
        marked_text(text)
    for call in asks:
        _draw_asking(call)


def _draw_value(value: Mapping[str, Json]) -> None:
    """A verdict or a vote: its words marked up, the rest as badges."""
    with box('ao-row ao-wrap ao-if-any'):
        for name, part in value.items():
            if not isinstance(part, str):
                badge(f'{name}: {"yes" if part is True else "no" if part is False else part}')
            elif len(part) < 40 and name not in ('reason', 'answer'):
                badge(f'{name}: {part}')
    for name, part in value.items():
        if isinstance(part, str) and part.strip() and (len(part) >= 40 or name in ('reason', 'answer')):
            if name == 'answer':
                words('Answer', 'ao-part-name')
            marked_text(part)


def _draw_asking(call: Mapping[str, Any]) -> None:
    """A task that a supervisor gives to a member."""
    try:
        task = str(json.loads(str(call.get('arguments'))).get('task'))
    except (ValueError, AttributeError):
        task = str(call.get('arguments'))
    with box('ao-turn-asks'):
        icon('subdirectory_arrow_right')
        with ui.element('div'):
            words(str(call.get('name', '')).removeprefix('ask_').replace('_', ' ').capitalize(), 'ao-strong ao-small')
            words(f' {task}')


def _figures(step: StepState) -> str:
    parts = []
    if step.calls:
        parts += [f'{short(step.usage.tokens)} tok', duration(sum(call.seconds for call in step.calls))]
        if step.usage.cost is not None:
            parts.append(cost(step.usage.cost))
    return ' · '.join(parts)


def _places(state: RunState, path: str) -> dict[str, int]:
    """The place of each seat in the team, which gives its colour; empty where the team is not known."""
    step = state.steps.get(path)
    team = state.teams.get(str(step.input.get('team'))) if step else None
    if team is None or any(agent not in state.agents for agent in team.agents):
        return {}
    members, lead = seats_of(team, state.agents, lead_title='Lead')
    return {seat.id: place for place, seat in enumerate([*members, *([lead] if lead else [])])}
