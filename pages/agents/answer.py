"""One answer in the playground, from its first word to its price."""

from collections.abc import Callable
from datetime import datetime

from nicegui import ui

from core.agents.answering import Answering
from core.agents.loop import Finished, Lost, NeedsWord
from core.agents.using import Past, Place
from core.clock import Clock
from core.errors import OrchestratorError
from core.runs import events as e
from core.runs.state import RunState, StepState
from pages.agents.permission import ask_for_permission
from pages.components.buttons import icon_button
from pages.components.formats import cost, duration, short
from pages.components.layout import box, icon, notice, row, words
from pages.components.streamed import StreamedText
from pages.components.text import marked_text, plain_text
from pages.components.tool_calls import ToolCallCard

FRAME = 0.08
"""Seconds between two updates of the page, so that fast words come in fewer, larger parts."""

STOPS = {'length': 'Cut: the longest answer allowed was reached.', 'refusal': 'The model refused.', 'other': ''}

PATH = 'answer'


class Answer(ui.element):
    """Shows an answer while it streams, with the calls of tools on the way; marked up, with its price, at the end."""

    def __init__(self) -> None:
        super().__init__('div')
        self.classes('ao-answer')
        self.said = ''
        """What was said since the last call of a tool."""
        self._thought = ''
        self._stream: StreamedText | None = None
        """Grows with `said`; made when there is something, so that it stands below the calls before it."""
        self._run = RunState()
        self._cards: dict[str, ToolCallCard] = {}
        with self:
            self._status = words('Asking…', 'ao-faint ao-small ao-pulse')
            self._thinking = ui.expansion('Thinking').classes('ao-expansion ao-thinking').props('dense')
            self._thinking.visible = False
            with self._thinking:
                self._thinking_text = StreamedText()
            self._flow = box('ao-stack')
            with row('ao-answer-foot'):
                self._figures = row('ao-grow ao-wrap')
                self._again = row()
            self._painting = ui.timer(FRAME, self._show)

    @property
    def _step(self) -> StepState:
        return self._run.step(PATH)

    def place(self, *, run_id: str, clock: Clock) -> Place:
        """Where the agent does its work: nothing of it is kept but on this page."""
        step = self._step
        return Place(
            run_id=run_id,
            path=PATH,
            depth=0,
            past=Past(calls=step.calls, summaries=step.summaries, tools=step.tools, decisions=step.decisions),
            clock=clock,
            note=self._record,
            record=self._record,
            say=self._say_dots,
            show=self._add,
        )

    async def listen(self, answering: Answering) -> None:
        """Shows the answer as it comes, or why there is none."""
        try:
            while True:
                match await answering.run():
                    case Finished() as finished:
                        self._finish(finished)
                        return
                    case NeedsWord(request=request):
                        await self._ask(request, answering.place.clock.now())
                    case Lost(use=use):
                        raise OrchestratorError(
                            f'The call of {use.name} was cut off; whether it happened is not known.'
                        )
        except OrchestratorError as error:
            self.end()
            with self._flow:
                notice(str(error), 'bad')

    async def _ask(self, request: e.ApprovalRequest, now: datetime) -> None:
        await self._record(e.StepWaiting(at=now, path=PATH, approval=request))
        self._say('')
        with self._flow:
            decided = await ask_for_permission(request, path=PATH, now=now)
        await self._record(decided)

    async def _record(self, event: e.RunEvent) -> None:
        self._run.apply(event)
        match event:
            case e.ModelCalled(summarises=int()):
                self._show_summary(event.answer.text)
            case e.ModelCalled() if event.answer.tool_calls and event.tools:
                self._settle_words(event.answer.text)
            case e.ToolStarted() | e.ToolCalled():
                self._show_call(event.call_id)
            case e.Logged(level='warning'):
                self._say(event.message)
            case _:
                pass

    def _add(self, text: str, thinking: str) -> None:
        self.said = (self.said + text).lstrip('\n')
        self._thought += thinking

    def _show_summary(self, text: str) -> None:
        with self._flow, ui.expansion('Before, in short').classes('ao-expansion ao-thinking').props('dense'):
            plain_text(text)

    def _show_call(self, call_id: str) -> None:
        use = self._step.tools[call_id]
        if call_id in self._cards:
            self._cards[call_id].show(use)
            return
        with self._flow:
            self._cards[call_id] = ToolCallCard(use)

    def _settle_words(self, text: str) -> None:
        """What was said before a call stays above it, and the next words come below."""
        self.said = ''
        self._mark_up(text)

    def _show(self) -> None:
        if self._thought:
            self._thinking.visible = True
            self._thinking_text.grow(self._thought)
        if self.said:
            self._say('')
            if self._stream is None:
                with self._flow:
                    self._stream = StreamedText()
            self._stream.grow(self.said)

    def _say_dots(self, status: str) -> None:
        self._say(status if status.endswith(('…', '.')) else f'{status}…')

    def _say(self, status: str) -> None:
        self._status.text = status
        self._status.visible = bool(status)

    def _finish(self, finished: Finished) -> None:
        self.said = finished.text
        self.end('' if finished.text else 'The model said nothing.')
        with self._figures:
            _draw_figures(finished.model, self._step)
        if why := STOPS.get(finished.stop):
            with self._flow:
                notice(why, 'warning')

    def end(self, word: str = '') -> None:
        """Stops painting, and marks up what was said; once only."""
        self._painting.cancel(with_current_invocation=True)  # it may be about to paint once more
        self._show()
        self._say('')
        self._mark_up(self.said)
        if word:
            with self._figures:
                words(word, 'ao-faint ao-tiny')

    def _mark_up(self, text: str) -> None:
        if self._stream is not None:
            self._stream.delete()
            self._stream = None
        if text.strip():
            with self._flow:
                marked_text(text)

    def offer_again(self, again: Callable[[], None]) -> None:
        """Offers to regenerate the answer."""
        self._again.clear()
        with self._again:
            icon_button('refresh', 'Regenerate', again)

    def settle(self) -> None:
        """Offers that no longer: the conversation went on."""
        self._again.clear()


def _draw_figures(model: str, step: StepState) -> None:
    used, seconds = step.usage, sum(call.seconds for call in (*step.summaries, *step.calls))
    icon('neurology', 'ao-faint')
    words(model, 'ao-number ao-faint ao-one-line')
    told = f'{short(used.input_tokens)} in · {short(used.output_tokens)} out · {duration(seconds)}'
    words(told if used.cost is None else f'{told} · {cost(used.cost)}', 'ao-number ao-faint')
