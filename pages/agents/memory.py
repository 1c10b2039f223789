"""What an agent remembers: a part of its form, and the conversations that it remembers now."""

from collections.abc import Callable
from typing import Any, assert_never

from nicegui import ui

from core.agents.agent import Agent
from core.agents.conversation import Conversation, Turn
from core.agents.memory import Memory
from core.orchestrator import Orchestrator
from pages.components.buttons import icon_button
from pages.components.dialogs import confirm, dialog
from pages.components.fields import choice, field, number_field
from pages.components.formats import plural
from pages.components.layout import box, row, stack, words
from pages.components.text import plain_text
from pages.components.times import time_ago
from pages.components.toasts import explained

KINDS = {'none': 'Nothing', 'window': 'The last messages', 'summary': 'The last messages, and the rest in short'}
SHOWN = 50
"""Turns of a conversation that are shown."""


def told_memory(memory: Memory) -> str:
    """In one line, what it is told of earlier messages."""
    match memory.kind:
        case 'none':
            return 'Remembers nothing: each message stands alone.'
        case 'window':
            return f'Remembers the last {2 * memory.turns} messages.'
        case 'summary':
            return f'Remembers the last {2 * memory.turns} messages, and those before in short.'
        case _:
            assert_never(memory.kind)


class MemoryFields:
    """How it remembers."""

    def __init__(self, agent: Agent, *, on_change: Callable[[], object]) -> None:
        def changed() -> None:
            self._show_count()
            on_change()

        self.kind = choice(
            'From one run to the next it remembers',
            KINDS,
            agent.memory.kind,
            help_text='In a conversation, which the node that asks it names; the playground is one. Not in a team.',
            on_change=changed,
        )
        with box('ao-stack') as self._count:
            self.messages = number_field(
                'Messages',
                agent.memory.messages,
                help_text=Memory.model_fields['messages'].description or '',
                minimum=2,
                maximum=200,
                step=2,
                on_change=on_change,
            )
        self._show_count()

    def said(self) -> dict[str, Any]:
        """An empty number is an error only where it counts."""
        number = self.messages.value
        default = Memory.model_fields['messages'].default if self.kind.value == 'none' else None
        count = int(number) if number is not None and float(number).is_integer() else number
        return {'kind': self.kind.value, 'messages': default if count is None else count}

    def show(self, agent: Agent) -> None:
        self.kind.value = agent.memory.kind
        self.messages.value = agent.memory.messages

    def _show_count(self) -> None:
        self._count.set_visibility(self.kind.value != 'none')


class ConversationList:
    """The conversations that an agent remembers, each to be looked at and forgotten."""

    def __init__(self, agent: Agent, orchestrator: Orchestrator) -> None:
        self._agent = agent
        self._orchestrator = orchestrator
        self._body = stack('ao-gap-0')
        ui.timer(0, self._load, once=True)

    async def _load(self) -> None:
        conversations = await self._orchestrator.conversations.all(self._agent.id)
        if self._body.is_deleted:
            return
        self._body.clear()
        self._body.set_visibility(bool(conversations))
        if conversations:
            with self._body, field('Conversations'), box('ao-tools'):
                for each in conversations:
                    self._draw(each)

    def _draw(self, conversation: Conversation) -> None:
        with box('ao-tool-row'):
            with box('ao-grow'):
                words(conversation.name, 'ao-small ao-strong ao-one-line').style('display: block')
                with row():
                    words(f'{plural(conversation.turns, "turn")} ·', 'ao-number ao-faint')
                    time_ago(conversation.last_at, now=self._orchestrator.clock.now())
            icon_button(
                'visibility', f'Look at {conversation.name}', lambda: self._look(conversation.name), tooltip=False
            )
            icon_button('delete', f'Forget {conversation.name}', lambda: self._forget(conversation), tooltip=False)

    async def _look(self, name: str) -> None:
        turns = await self._orchestrator.conversations.turns(self._agent.id, name, last=SHOWN)
        with (
            dialog(name, width=640, cross=True) as shown,
            stack('ao-scroll ao-gap-4').style('overflow: auto; max-height: 70vh'),
        ):
            for turn in turns:
                _draw_turn(turn)
        shown.on('hide', shown.delete)
        shown.open()

    async def _forget(self, conversation: Conversation) -> None:
        wanted = await confirm(
            f'Forget {conversation.name}?',
            f'{self._agent.name} will not remember {plural(conversation.turns, "turn")} of it. The runs stay.',
            action='Forget conversation',
        )
        if wanted:
            with explained():
                await self._orchestrator.conversations.forget(self._agent.id, conversation.name)
                await self._load()


def _draw_turn(turn: Turn) -> None:
    if turn.summary is not None:
        with box('ao-message'):
            words('Before, in short', 'ao-part-name')
            plain_text(turn.summary.text)
    for title, text in (('Question', turn.question), ('Answer', turn.answer)):
        with box('ao-message').props(f'data-answer={str(title == "Answer").lower()}'):
            words(title, 'ao-part-name')
            plain_text(text)
