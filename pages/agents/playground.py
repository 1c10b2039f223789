"""A conversation with an agent, to try it as its form says, saved or not."""

import asyncio
import secrets
from collections.abc import Callable

from nicegui import background_tasks, ui

from core.agents.agent import Agent
from core.agents.loop import AgentLoop
from core.errors import InvalidError
from core.llm.messages import Message
from core.orchestrator import Orchestrator
from core.runs.deadline import Deadline
from pages.agents.answer import Answer
from pages.components.buttons import icon_button
from pages.components.empty import empty_state
from pages.components.layout import box, row, words
from pages.components.sending import ENTER_SENDS
from pages.components.text import plain_text
from pages.components.toasts import toast_error


class Playground:
    """The chat at the side of an agent; it is not kept anywhere."""

    def __init__(self, agent: Callable[[], Agent], orchestrator: Orchestrator) -> None:
        self._agent = agent
        self._orchestrator = orchestrator
        self._messages: list[Message] = []
        self._asked = 0
        """How many messages there were when the last answer began."""
        self._id = f'try-{secrets.token_hex(6)}'
        """Stands for a run, for tools that keep files."""
        self._task: asyncio.Task[None] | None = None
        self._answer: Answer | None = None

    def draw(self) -> None:
        with row('ao-play-head'):
            words('Playground', 'ao-strong ao-grow', tag='h2')
            icon_button('delete_sweep', 'Clear the conversation', self._clear)
        with box('ao-play-talk ao-scroll') as self._talk:
            self._teach()
        self._draw_composer()
        ui.context.client.on_delete(self._leave)

    def _draw_composer(self) -> None:
        with box('ao-composer'):
            self._text = ui.textarea(placeholder='Say something to this agent')
            self._text.props('borderless autogrow dense').classes('ao-grow')
            self._text.props['aria-label'] = 'Message'
            self._text.on('keydown.enter', self._send, js_handler=ENTER_SENDS)
            self._send_button = icon_button('arrow_upward', 'Send', self._send, tooltip=False).classes('ao-send')
            self._stop_button = icon_button('stop', 'Stop', self._stop, tooltip=False).classes('ao-send')
            self._stop_button.visible = False

    def _teach(self) -> None:
        with empty_state(
            'forum',
            'Try it here',
            'The agent answers as the form says at that moment, saved or not. Nothing of it is kept.',
            framed=False,
        ):
            pass

    def _send(self) -> None:
        text = (self._text.value or '').strip()
        if not text or self._task:
            return
        if not self._messages:
            self._talk.clear()
        self._text.value = ''
        self._messages.append(Message.user(text))
        with self._talk, box('ao-said'):
            plain_text(text)
        self._ask()

    def _again(self) -> None:
        """Takes the last answer back and asks once more."""
        if self._task or not self._answer:
            return
        del self._messages[self._asked :]
        self._answer.delete()
        self._ask()

    def _clear(self) -> None:
        self._stop()
        self._messages, self._answer = [], None
        self._talk.clear()
        with self._talk:
            self._teach()

    def _stop(self) -> None:
        if self._task:
            self._task.cancel()

    async def _leave(self) -> None:
        self._stop()
        await self._orchestrator.toolbox.forget(self._id)

    def _ask(self) -> None:
        try:
            agent = self._agent()
        except InvalidError as error:
            toast_error(error)
            return
        if self._answer and not self._answer.is_deleted:
            self._answer.settle()
        self._asked = len(self._messages)
        with self._talk:
            self._answer = answer = Answer()
        self._show_busy(busy=True)
        self._task = background_tasks.create(self._listen(agent, answer), name='playground')
        self._task.add_done_callback(lambda task: self._settle(answer, stopped=task.cancelled()))

    async def _listen(self, agent: Agent, answer: Answer) -> None:
        if agent.model is None:
            agent = agent.model_copy(update={'model': await self._orchestrator.default_model()})
        loop = AgentLoop(
            agent=agent,
            talk=tuple(self._messages),
            llm=self._orchestrator.llm,
            toolbox=self._orchestrator.toolbox,
            place=answer.place(run_id=self._id, clock=self._orchestrator.clock),
            deadline=Deadline(),
        )
        await answer.listen(loop)

    def _settle(self, answer: Answer, *, stopped: bool) -> None:
        """The answer has ended, one way or another."""
        self._task = None
        if answer.is_deleted:  # the conversation was cleared, or the page was closed
            if not self._talk.is_deleted:
                self._show_busy(busy=False)
            return
        if stopped:
            answer.end('Stopped')
        if stopped or not answer.turns:
            self._messages += [Message.assistant(answer.said)] if answer.said else []
        else:
            self._messages += answer.turns
        answer.offer_again(self._again)
        self._show_busy(busy=False)

    def _show_busy(self, *, busy: bool) -> None:
        self._send_button.visible = not busy
        self._stop_button.visible = busy
