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
from pages.runs.values import show_code


@dataclass(kw_only=True, slots=True)
class Answer:
    """What a person has typed so far; kept while they look at other steps."""

    value: str = ''
    comment: str = ''


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What the form of an approval says."""

    value: str
    help: str
    comment: str
    yes: str
    no: str


_WORDS = Words(
    value='What is approved',
    help='You may edit it; the run goes on with your text.',
    comment='Comment',
    yes='Approve',
    no='Reject',
)
_TOOL_WORDS = Words(
    value='Arguments',
    help='You may edit them; the tool is called with what stands here.',
    comment='Why not',
    yes='Allow',
    no='Refuse',
)


@dataclass(kw_only=True, slots=True)
class Decisions:
    """The forms for what waits for a person in one run."""

    run: FollowedRun
    orchestrator: Orchestrator
    typed: dict[str, Answer] = field(default_factory=dict)

    def pending(self) -> list[StepState]:
        """The steps that wait for a person."""
        found = () if self.run.ended else self.run.nesting.with_status('waiting', 'unknown')
        return [step for path in found if self.asks(step := self.run.state.steps[path])]

    def asks(self, step: StepState) -> bool:
        if self.run.ended or self.run.reading:
            return False
        if step.status == 'unknown':
            return True
        return step.status == 'waiting' and step.answer is None and bool(step.wait and step.wait.approval)

    def draw(self, step: StepState) -> None:
        """The form for this step."""
        if step.status == 'unknown':
            self._draw_unknown(step)
        else:
            self._draw_approval(step)

    # Approvals

    def _draw_approval(self, step: StepState) -> None:
        request = step.wait.approval if step.wait else None
        if request is None:
            return
        # A step may ask several times, once for each call of a tool.
        answer = self.typed.setdefault(f'{step.path} {request.call_id}', Answer(value=request.value))
        say = _TOOL_WORDS if request.tool else _WORDS
        with box('ao-decision', tag='section').props('data-kind=waiting'):
            self._draw_heading('build' if request.tool else 'how_to_reg', request.title or 'Approval', step)
            if request.message:
                marked_text(request.message).classes('ao-dim')
            # The value is there from the start: one that is set later would overwrite what a quick person types first.
            value = text_area(say.value, answer.value, rows=2, help_text=say.help).bind_value(answer, 'value')
            value.classes('ao-decision-value ao-mono' if request.tool else 'ao-decision-value')
            text_field(say.comment, answer.comment, placeholder='Optional').bind_value(answer, 'comment')
            with row('ao-wrap'):
                approve = button(say.yes, icon='check', kind='primary')
                reject = button(say.no, icon='close', kind='danger')
            _once([approve, reject], approve, lambda: self._decide(step, answer, approved=True))
            _once([approve, reject], reject, lambda: self._decide(step, answer, approved=False))

    async def _decide(self, step: StepState, answer: Answer, *, approved: bool) -> None:
        await self.orchestrator.decide_approval(
            self.run.run.id, step.path, approved=approved, value=answer.value, comment=answer.comment
        )

    # Steps of which nobody knows whether they happened

    def _draw_unknown(self, step: StepState) -> None:
        tool = step.unknown_tool
        answer = self.typed.setdefault(f'{step.path} {tool.call_id if tool else ""}', Answer())
        with box('ao-decision', tag='section').props('data-kind=unknown'):
            title = tool.name if tool else self.run.title(step.path)
            self._draw_heading('help', f'Did “{title}” happen?', step)
            words(
                f'{"This call of a tool" if tool else "This step"} was cut off while it acted on the world outside. '
                'It may have been done or not. Look there, then decide; nothing is done twice without you.',
                'ao-dim',
                tag='p',
            )
            if tool:
                show_code(json.dumps(tool.arguments, indent=2, ensure_ascii=False))
            with row('ao-wrap'):
                retry = button('It did not: do it', icon='replay', kind='primary')
                skip = button('Skip the step' if tool else 'Skip it', icon='redo')
            value = text_area(
                'It did: enter what it gave' if tool else 'It did: enter its result',
                answer.value,
                rows=3,
                help_text=f'Text, or JSON. The {"agent" if tool else "run"} goes on with it.',
            ).bind_value(answer, 'value')
            value.classes('ao-decision-value')
            with row():
                enter = button('Go on with this result', icon='check')
            every = [retry, skip, enter]
            _once(every, retry, lambda: self._resolve(step, 'retry'))
            _once(every, skip, lambda: self._resolve(step, 'skip'))
            _once(every, enter, lambda: self._resolve(step, 'value', _read(answer.value)))

    def _draw_heading(self, symbol: str, text: str, step: StepState) -> None:
        with row('ao-gap-3'):
            icon(symbol, 'ao-decision-icon')
            with box('ao-stack ao-grow ao-gap-0'):
                words(text, 'ao-strong', tag='h3')
                if place := self.run.graphs.place(step.path):
                    words(place, 'ao-tiny ao-faint').props['title'] = step.path

    async def _resolve(self, step: StepState, decision: Literal['retry', 'skip', 'value'], value: Json = None) -> None:
        await self.orchestrator.resolve_unknown(self.run.run.id, step.path, decision, value=value)


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
