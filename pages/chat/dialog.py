"""A chat with a workflow: each message is a run of its draft, and what comes out is the answer."""

from collections.abc import Mapping, Sequence

from nicegui import ui

from core.errors import OrchestratorError
from core.llm.images import Image, images_in
from core.nodes.input import InputField, chat_field, chat_pictures
from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from core.values import Json
from core.workflows.workflow import Workflow
from pages.chat.exchange import Exchange
from pages.components.composer import Composer
from pages.components.dialogs import asked_once, dialog
from pages.components.empty import empty_state
from pages.components.layout import box, row, words
from pages.components.toasts import explained, toast, toast_error
from pages.live import follow

SHOWN = 20
"""How many earlier messages are shown; all of them are in the monitor."""


async def show_chat(workflow: Workflow, orchestrator: Orchestrator) -> None:
    """Talks to the workflow until the dialog is closed; what was said stays."""
    field = chat_field(workflow.graph)
    if field is None:
        return
    with dialog(f'Chat with {workflow.name}', width=680, cross=True) as asked:
        await Chat(workflow, field, orchestrator).draw()
        with row('ao-chat-foot'):
            words(
                'Each message is a run of its own. Only agents with a memory know of earlier ones.',
                'ao-faint ao-tiny ao-grow',
            )
            ui.link('All runs', f'/monitor?workflow={workflow.id}').classes('ao-tiny')
    await asked_once(asked)


class Chat:
    """What was said, and the place to say more."""

    def __init__(self, workflow: Workflow, field: InputField, orchestrator: Orchestrator) -> None:
        self._workflow = workflow
        self._field = field
        self._pictures = chat_pictures(workflow.graph)
        self._orchestrator = orchestrator
        self._current: Exchange | None = None

    async def draw(self) -> None:
        with box('ao-chat ao-scroll'):  # reversed, so that the browser keeps to its end while it grows
            self._talk = box('ao-chat-talk')
        placeholder = self._field.description or self._field.label
        self._composer = Composer(
            'Message',
            placeholder,
            send=self._send,
            stop=self._stop,
            pictures=self._pictures is not None,
            classes='ao-chat-composer',
        )
        self._composer.text.props('autofocus').mark('chat-message')
        earlier = RunFilter(workflow_id=self._workflow.id, trigger='chat', limit=SHOWN)
        runs = await self._orchestrator.runs(earlier)
        if not runs:
            self._teach()
        for run in reversed(runs):
            await self._add(run.id)
        self._show_busy()

    def _teach(self) -> None:
        with (
            self._talk,
            empty_state(
                'forum',
                'Say something to this workflow',
                f'It becomes “{self._field.label}”, and what comes out is the answer. It runs the draft as it is now.',
                framed=False,
            ),
        ):
            pass

    async def _send(self, text: str, images: Sequence[Image]) -> bool:
        if self._pictures and self._pictures.type == 'image' and len(images) > 1:
            toast(f'It takes one picture, as {self._pictures.label}.', 'note')
            return False
        try:
            run = await self._orchestrator.start_run(self._workflow.id, self._given(text, images), trigger='chat')
        except OrchestratorError as error:
            toast_error(error)
            return False
        if self._current is None:
            self._talk.clear()
        await self._add(run.id)
        return True

    def _given(self, text: str, images: Sequence[Image]) -> dict[str, Json]:
        given: dict[str, Json] = {self._field.name: text}
        if self._pictures and images:
            shown: list[Json] = [image.model_dump() for image in images]
            given[self._pictures.name] = shown if self._pictures.type == 'images' else shown[0]
        return given

    async def _add(self, run_id: str) -> None:
        run = await follow(run_id, self._orchestrator)
        with self._talk:
            question, images = self._said(run.state.inputs)
            self._current = Exchange(question, run, self._orchestrator, images=images, on_change=self._show_busy)
        self._show_busy()

    def _said(self, inputs: Mapping[str, Json]) -> tuple[str, Sequence[Image]]:
        images = images_in(inputs.get(self._pictures.name)) if self._pictures else ()
        return str(inputs.get(self._field.name, '')), tuple(images)

    async def _stop(self) -> None:
        if self._current is not None:
            with explained():
                await self._orchestrator.cancel_run(self._current.run_id)

    def _show_busy(self) -> None:
        self._composer.show_busy(busy=self._current is not None and self._current.busy)
