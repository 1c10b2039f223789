"""A conversation with an agent, to try it as its form says, saved or not."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress

from nicegui import background_tasks, ui

from core.agents.agent import Agent
from core.agents.answering import Answering
from core.errors import InvalidError
from core.llm.images import Image
from core.orchestrator import Orchestrator
from core.runs.deadline import Deadline
from pages.agents.answer import Answer
from pages.agents.conversation import TriedTurns
from pages.agents.memory import told_memory
from pages.components.buttons import icon_button
from pages.components.composer import Composer
from pages.components.empty import empty_state
from pages.components.layout import box, row, words
from pages.components.said import said
from pages.components.toasts import toast_error


class Playground:
    """The chat at the side of an agent; it is not kept anywhere."""

    def __init__(self, agent: Callable[[], Agent], orchestrator: Orchestrator) -> None:
        self._agent = agent
        self._orchestrator = orchestrator
        self._turns = TriedTurns()
        self._question = ''
        self._images: Sequence[Image] = ()
        self._before = 0
        """How many turns there were when it was asked."""
        self._id = f'try-{secrets.token_hex(6)}'
        """Stands for a run, for tools that keep files."""
        self._task: asyncio.Task[None] | None = None
        self._answer: Answer | None = None

    def draw(self) -> None:
        with row('ao-play-head'):
            words('Playground', 'ao-strong ao-grow', tag='h2')
            icon_button('delete_sweep', 'Clear the conversation', self._clear)
        with box('ao-play-talk ao-scroll'):
            self._talk = box('ao-talk')
        with self._talk:
            self._teach()
        self._composer = Composer(
            'Message', 'Say something to this agent', send=self._send, stop=self._stop, pictures=True
        )
        self._memory = words('', 'ao-faint ao-tiny ao-play-memory')
        self.follow()
        ui.context.client.on_delete(self._leave)

    def follow(self) -> None:
        """Says how the agent remembers, as the form says now."""
        with suppress(InvalidError):
            self._memory.text = told_memory(self._agent().memory)

    def _teach(self) -> None:
        with empty_state(
            'forum',
            'Try it here',
            'The agent answers as the form says at that moment, saved or not. Nothing of it is kept.',
            framed=False,
        ):
            pass

    async def _send(self, text: str, images: Sequence[Image]) -> bool:
        agent = self._entered()
        if agent is None:
            return False
        if self._answer is None:
            self._talk.clear()
        self._question, self._images, self._before = text, images, len(self._turns)
        with self._talk:
            said(text, images)
        self._ask(agent)
        return True

    def _again(self) -> None:
        """Takes the last answer back and asks once more."""
        agent = self._entered()
        if self._task or not self._answer or agent is None:
            return
        self._turns.take_back(keep=self._before)
        self._answer.delete()
        self._ask(agent)

    def _entered(self) -> Agent | None:
        """What the form says; where that is no agent the person is told."""
        try:
            return self._agent()
        except InvalidError as error:
            toast_error(error)
            return None

    def _clear(self) -> None:
        self._stop()
        self._turns.take_back(keep=0)
        self._answer = None
        self._talk.clear()
        with self._talk:
            self._teach()

    def _stop(self) -> None:
        if self._task:
            self._task.cancel()

    async def _leave(self) -> None:
        self._stop()
        await self._orchestrator.toolbox.forget(self._id)

    def _ask(self, agent: Agent) -> None:
        if self._answer and not self._answer.is_deleted:
            self._answer.settle()
        with self._talk:
            self._answer = answer = Answer()
        self._composer.show_busy(busy=True)
        self._task = background_tasks.create(self._listen(agent, answer), name='playground')
        self._task.add_done_callback(lambda task: self._settle(answer, stopped=task.cancelled()))

    async def _listen(self, agent: Agent, answer: Answer) -> None:
        if agent.model is None:
            agent = agent.model_copy(update={'model': await self._orchestrator.default_model()})
        answering = Answering(
            agent=agent,
            question=self._question,
            images=self._images,
            conversation=self._id,
            conversations=self._turns,
            llm=self._orchestrator.llm,
            toolbox=self._orchestrator.toolbox,
            place=answer.place(run_id=self._id, clock=self._orchestrator.clock),
            deadline=Deadline(),
        )
        await answer.listen(answering)

    def _settle(self, answer: Answer, *, stopped: bool) -> None:
        """The answer has ended, one way or another."""
        self._task = None
        if answer.is_deleted:  # the conversation was cleared, or the page was closed
            if not self._talk.is_deleted:
                self._composer.show_busy(busy=False)
            return
        if stopped:
            answer.end('Stopped')
        answer.offer_again(self._again)
        self._composer.show_busy(busy=False)
