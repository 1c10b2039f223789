"""One message, and the answer as the run brings it."""

from collections.abc import Callable, Sequence

from nicegui import ui

from core.llm.images import Image
from core.orchestrator import Orchestrator
from core.parts import output_of
from core.workflows.templates import text_of
from pages.components.layout import box, notice, row, words
from pages.components.said import said
from pages.components.status import StatusChip
from pages.components.streamed import StreamedText
from pages.components.text import marked_text
from pages.live import FollowedRun
from pages.runs.decisions import Decisions


class Exchange(ui.element):
    """Shows what steps say while the run goes on, then what came out of it, or why nothing did."""

    def __init__(
        self,
        question: str,
        run: FollowedRun,
        orchestrator: Orchestrator,
        *,
        images: Sequence[Image],
        on_change: Callable[[], None],
    ) -> None:
        super().__init__('div')
        self.classes('ao-exchange')
        self._run = run
        self._on_change = on_change
        self._decisions = Decisions(run=run, orchestrator=orchestrator)
        self._asked: list[str] = []
        self._titles = {node.id: node.title for node in run.version.graph.nodes}
        with self:
            said(question, images)
            with box('ao-answer'):
                self._doing = words('', 'ao-faint ao-small ao-pulse')
                self._stream = StreamedText()
                self._answer = box('ao-stack ao-gap-3 ao-if-any')
                with row('ao-answer-foot'):
                    self._status = StatusChip(run.state.status, bare=True)
                    ui.link('Open the run', f'/runs/{run.run.id}').classes('ao-tiny')
        run.on_change(self._hear)
        self._hear(set())

    @property
    def run_id(self) -> str:
        return self._run.run.id

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way; one that waits for a person may take days."""
        return self._run.state.status in {'queued', 'running'}

    def _hear(self, _: set[str]) -> None:
        if self.is_deleted:
            return
        self._status.show(self._run.state.status)
        self._show_progress()
        self._show_asked()
        if self._run.ended:
            self._finish()
        self._on_change()

    def _show_progress(self) -> None:
        """What the latest of the running steps says."""
        running = [step for step in self._run.state.steps.values() if step.status == 'running']
        speaking = [live.text for step in running if (live := self._run.live(step.path)) and live.text]
        names = dict.fromkeys(self._title(step.node) for step in running)
        self._doing.text = f'{", ".join(names)} …' if names else '…'
        self._doing.set_visibility(self.busy)
        self._stream.set_visibility(self.busy)
        if speaking:
            self._stream.grow(speaking[-1])

    def _show_asked(self) -> None:
        """The forms of what waits for a person; one that somebody types into stays as it is."""
        pending = self._decisions.pending()
        asked = [f'{step.path} {step.status}' for step in pending]
        if asked == self._asked:
            return
        self._asked = asked
        self._answer.clear()
        with self._answer:
            for step in pending:
                self._decisions.draw(step)

    def _title(self, node: str) -> str:
        return self._titles.get(node, node)

    def _finish(self) -> None:
        self._answer.clear()
        state = self._run.state
        with self._answer:
            if state.status == 'failed':
                notice(state.error or 'It failed.', 'bad')
            output = output_of(self._run.run, state)
            for node, value in output.items():
                if len(output) > 1:
                    words(self._title(node), 'ao-part-name')
                marked_text(text_of(value))
