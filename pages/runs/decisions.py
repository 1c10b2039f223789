"""What a person decides about a step: an approval, or what became of a step that may have happened."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from nicegui import ui

from core.orchestrator import Orchestrator
from core.runs.state import StepState
from core.values import Json
from pages.components.buttons import button
from pages.components.fields import text_area, text_field
from pages.components.layout import box, icon, row, words
from pages.components.text import marked_text
from pages.components.toasts import explained
from pages.live import FollowedRun


@dataclass(kw_only=True, slots=True)
class Answer:
    """What a person has typed so far; kept while they look at other steps."""

    value: str = ''
    comment: str = ''


@dataclass(kw_only=True, slots=True)
class Decisions:
    """The forms for what waits for a person in one run."""

    run: FollowedRun
    orchestrator: Orchestrator
    typed: dict[str, Answer] = field(default_factory=dict)

    def pending(self) -> list[StepState]:
        """The steps that wait for a person."""
        return [] if self.run.ended else [step for step in self.run.state.steps.values() if self.asks(step)]

    def asks(self, step: StepState) -> bool:
        if self.run.ended:
            return False
        if step.status == 'unknown':
            return True
        return step.status == 'waiting' and step.answer is None and bool(step.wait and step.wait.approval)

    def draw(self, step: StepState, title: str) -> None:
        """The form for this step."""
        if step.status == 'unknown':
            self._draw_unknown(step, title)
        else:
            self._draw_approval(step)

    # Approvals

    def _draw_approval(self, step: StepState) -> None:
        request = step.wait.approval if step.wait else None
        if request is None:
            return
        answer = self.typed.setdefault(step.path, Answer(value=request.value))
        with box('ao-decision', tag='section').props('data-kind=waiting'):
            _heading('how_to_reg', request.title or 'Approval')
            if request.message:
                marked_text(request.message).classes('ao-dim')
            # The value is there from the start: one that is set later would overwrite what a quick person types first.
            text_area(
                'What is approved', answer.value, rows=6, help_text='You may edit it; the run goes on with your text.'
            ).bind_value(answer, 'value').classes('ao-decision-value')
            text_field('Comment', answer.comment, placeholder='Optional').bind_value(answer, 'comment')
            with row('ao-wrap'):
                approve = button('Approve', icon='check', kind='primary')
                reject = button('Reject', icon='close', kind='danger')
            _once([approve, reject], approve, lambda: self._decide(step, answer, approved=True))
            _once([approve, reject], reject, lambda: self._decide(step, answer, approved=False))

    async def _decide(self, step: StepState, answer: Answer, *, approved: bool) -> None:
        await self.orchestrator.decide_approval(
            self.run.run.id, step.path, approved=approved, value=answer.value, comment=answer.comment
        )

    # Steps of which nobody knows whether they happened

    def _draw_unknown(self, step: StepState, title: str) -> None:
        answer = self.typed.setdefault(step.path, Answer())
        with box('ao-decision', tag='section').props('data-kind=unknown'):
            _heading('help', f'Did {title} happen?')
            words(
                'The app was stopped while this step acted on the world outside. It may have been done or not. '
                'Look there, then decide; nothing is done twice without you.',
                'ao-dim',
                tag='p',
            )
            with row('ao-wrap'):
                retry = button('It did not: do it', icon='replay', kind='primary')
                skip = button('Skip it', icon='redo')
            value = text_area(
                'It did: enter its result', answer.value, rows=3, help_text='Text, or JSON. The run goes on with it.'
            ).bind_value(answer, 'value')
            value.classes('ao-decision-value')
            with row():
                enter = button('Go on with this result', icon='check')
            every = [retry, skip, enter]
            _once(every, retry, lambda: self._resolve(step, 'retry'))
            _once(every, skip, lambda: self._resolve(step, 'skip'))
            _once(every, enter, lambda: self._resolve(step, 'value', _read(answer.value)))

    async def _resolve(self, step: StepState, decision: Literal['retry', 'skip', 'value'], value: Json = None) -> None:
        await self.orchestrator.resolve_unknown(self.run.run.id, step.path, decision, value=value)


def _heading(symbol: str, text: str) -> None:
    with row('ao-gap-3'):
        icon(symbol, 'ao-decision-icon')
        words(text, 'ao-strong', tag='h3')


def _once(buttons: list[ui.button], pressed: ui.button, act: Callable[[], Awaitable[None]]) -> None:
    """While the decision is on its way, no second one can be sent; after a refusal it can be tried again."""

    async def press() -> None:
        for each in buttons:
            each.disable()
        with explained():
            await act()
            return
        for each in buttons:
            each.enable()

    pressed.on_click(press)


def _read(text: str) -> Json:
    """What was typed: JSON if it is JSON, else the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
