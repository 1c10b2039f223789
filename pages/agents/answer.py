"""One answer in the playground, from its first word to its price."""

from collections.abc import Callable
from contextlib import aclosing

from nicegui import ui

from core.errors import OrchestratorError
from core.llm.requests import (
    ModelAnswered,
    ModelLoading,
    ModelRequest,
    ModelRetrying,
    TextDelta,
    ThinkingDelta,
)
from core.llm.service import LLMService
from pages.components.buttons import icon_button
from pages.components.formats import cost, duration, short
from pages.components.layout import box, icon, notice, row, words
from pages.components.streamed import StreamedText
from pages.components.text import marked_text

FRAME = 0.08
"""Seconds between two updates of the page, so that fast words come in fewer, larger parts."""

STOPS = {'length': 'Cut: the longest answer allowed was reached.', 'refusal': 'The model refused.', 'other': ''}


class Answer(ui.element):
    """Shows an answer while it streams; marked up, with tokens, cost and time, once it is there."""

    def __init__(self) -> None:
        super().__init__('div')
        self.classes('ao-answer')
        self.said = ''
        """What was said so far."""
        self._thought = ''
        with self:
            self._status = words('Asking…', 'ao-faint ao-small ao-pulse')
            self._thinking = ui.expansion('Thinking').classes('ao-expansion ao-thinking').props('dense')
            self._thinking.visible = False
            with self._thinking:
                self._thinking_text = StreamedText()
            self._body = box('ao-grow')
            with self._body:
                self._stream = StreamedText()
            with row('ao-answer-foot'):
                self._figures = row('ao-grow ao-wrap')
                self._again = row()
            self._painting = ui.timer(FRAME, self._show)

    async def listen(self, llm: LLMService, request: ModelRequest) -> None:
        """Shows the answer as it comes, or why there is none."""
        try:
            self._finish(request, await self._read(llm, request))
        except OrchestratorError as error:
            self.end()
            with self._body:
                notice(str(error), 'bad')

    async def _read(self, llm: LLMService, request: ModelRequest) -> ModelAnswered | None:
        async with aclosing(llm.stream(request)) as events:
            async for event in events:
                match event:
                    case TextDelta(text=text):
                        self.said += text
                    case ThinkingDelta(text=text):
                        self._thought += text
                    case ModelLoading():
                        self._say('Loading the model…')
                    case ModelRetrying(delay=delay, error=error):
                        self._say(f'Trying again in {duration(delay)}. {error}')
                    case ModelAnswered():
                        return event
        return None

    def _show(self) -> None:
        if self._thought:
            self._thinking.visible = True
            self._thinking_text.grow(self._thought)
        if self.said:
            self._say('')
            self._stream.grow(self.said)

    def _say(self, status: str) -> None:
        self._status.text = status
        self._status.visible = bool(status)

    def _finish(self, request: ModelRequest, answered: ModelAnswered | None) -> None:
        if answered is None:
            self.end('The model said nothing.')
            return
        self.said = answered.message.text
        self.end()
        with self._figures:
            _draw_figures(str(request.model), answered)
        if why := STOPS.get(answered.stop):
            with self._body:
                notice(why, 'warning')

    def end(self, word: str = '') -> None:
        """Stops painting, and marks up what was said; once only."""
        self._show()
        self._painting.cancel()
        self._say('')
        self._body.clear()
        with self._body:
            if self.said:
                marked_text(self.said)
        if word:
            with self._figures:
                words(word, 'ao-faint ao-tiny')

    def offer_again(self, again: Callable[[], None]) -> None:
        """Offers to regenerate the answer."""
        self._again.clear()
        with self._again:
            icon_button('refresh', 'Regenerate', again)

    def settle(self) -> None:
        """Offers that no longer: the conversation went on."""
        self._again.clear()


def _draw_figures(model: str, answered: ModelAnswered) -> None:
    used = answered.usage
    icon('neurology', 'ao-faint')
    words(model, 'ao-number ao-faint ao-one-line')
    told = f'{short(used.input_tokens)} in · {short(used.output_tokens)} out · {duration(answered.seconds)}'
    words(told if used.cost is None else f'{told} · {cost(used.cost)}', 'ao-number ao-faint')
