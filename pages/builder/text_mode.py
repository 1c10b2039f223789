"""A workflow as text: its graph as YAML, the problems beside it, and the picture that follows."""

from core.drafts.draft import Draft
from core.orchestrator import Orchestrator
from pages.builder.bar import WorkflowBar
from pages.builder.inspector.control import place_of, told
from pages.builder.typed import TypedGraph
from pages.components.formats import plural
from pages.components.layout import box, icon, phrase, row, words
from pages.components.toasts import toast
from pages.frame import Frame
from pages.live import follow_draft
from pages.workflows.kept import KeptText
from pages.workflows.known import Known
from pages.workflows.picture import Drawing, Mark
from pages.workflows.picture_view import PictureView
from pages.workflows.places import Places
from pages.workflows.run_form import ask_and_run
from pages.workflows.yaml_editor import YamlEditor


class TextMode:
    """Keeps text, problems and picture of one draft together."""

    def __init__(self, draft: Draft, orchestrator: Orchestrator, page: Frame, known: Known) -> None:
        self._draft = draft
        self._orchestrator = orchestrator
        self._known = known
        self._typed = TypedGraph(draft, on_change=self._show)
        self._drawn: object = None
        self._bar = WorkflowBar(draft, orchestrator, page, text=True, run=self._run)

    def draw(self) -> None:
        with box('ao-editor'):
            with box('ao-editor-text'):
                self._editor = YamlEditor(self._typed.text, on_change=self._type)
                self._editor.mark('graph-yaml')
                self._kept = KeptText(self._draft.workflow.id, self._editor, bring_back=self._replace_text)
                self._problems = box('ao-problems ao-scroll')
            self._picture = PictureView(self._drawing(), on_choose=self._choose)
        follow_draft(self._draft, self._hear)
        self._show()

    # The text

    async def _type(self) -> None:
        await self._typed.type(self._editor.value or '')

    def _replace_text(self, text: str) -> None:
        """Puts another text into the editor; Ctrl+Z brings back what was there."""
        if self._editor.value != text:
            self._editor.value = text

    def _hear(self) -> None:
        """Somebody changed the draft: here by typing, or elsewhere."""
        if self._typed.catch_up():
            self._replace_text(self._typed.text)
        self._show()

    # What is shown of it

    def _show(self) -> None:
        self._show_state()
        self._show_problems()
        self._show_picture()

    def _show_state(self) -> None:
        if self._typed.fault:
            line = self._fault_line()
            self._bar.show(said=f'Not saved: line {line}' if line else 'Not saved', symbol='error')
        elif self._typed.typing:
            self._bar.show(said='Typing…', symbol='edit')
        else:
            self._bar.show()
        if self._typed.fault or self._draft.state in ('stale', 'failed'):
            self._kept.keep()
        elif not self._typed.typing and self._draft.state == 'saved':
            self._kept.forget()

    def _fault_line(self) -> int | None:
        places = Places(self._typed.text)
        problems = self._typed.fault.problems if self._typed.fault else ()
        return next((line for where, _ in problems if (line := places.line_of(where))), None)

    def _show_problems(self) -> None:
        places = Places(self._typed.text)
        marks: dict[int, str] = {}
        self._problems.clear()
        with self._problems:
            if fault := self._typed.fault or self._draft.fault:
                line = self._fault_line()
                marks |= {line: 'error'} if line else {}
                self._draw_problem('error', '', str(fault), line)
            for problem in () if self._typed.fault else self._draft.problems:
                line = places.line_of_field(problem.node, problem.field) if problem.node else None
                if line:
                    marks.setdefault(line, problem.severity)
                node = self._draft.graph.by_id.get(problem.node or '')
                where = place_of(problem, node.title) if node else ''
                self._draw_problem(problem.severity, where, told(problem), line)
            self._draw_summary()
        self._editor.mark_lines(marks)

    def _draw_summary(self) -> None:
        if self._typed.fault or self._draft.problems or self._draft.fault:
            return
        graph = self._draft.graph
        with row('ao-problem ao-problem--none'):
            icon('check_circle')
            words(f'No problems. {plural(len(graph.nodes), "node")}, {plural(len(graph.edges), "edge")}.')

    def _draw_problem(self, severity: str, where: str, message: str, line: int | None) -> None:
        with box('ao-problem', tag='button').props(f'type=button data-severity={severity}') as made:
            icon('error' if severity == 'error' else 'warning')
            with box('ao-problem-text', tag='span'):
                if where:
                    words(where, 'ao-strong')
                phrase(message)
            if line:
                words(f'{line}', 'ao-number ao-faint')
                made.on('click', lambda: self._go_to(line))

    def _go_to(self, line: int) -> None:
        self._editor.go_to(line)
        if node := Places(self._typed.text).node_at(line):
            self._picture.select(node)

    # The picture

    def _drawing(self) -> Drawing:
        return Drawing.of(self._draft.graph, self._orchestrator.extensions.node_types, known=self._known)

    def _show_picture(self) -> None:
        marks: dict[str, Mark] = {}
        for problem in self._draft.problems:
            if problem.node:
                marks.setdefault(problem.node, problem.severity)
        seen = (self._draft.graph, marks)
        if seen != self._drawn:
            self._drawn = seen
            self._picture.draw(self._drawing(), marks=marks)

    def _choose(self, node_id: str) -> None:
        self._picture.select(node_id)
        if line := Places(self._typed.text).line_of(f'nodes.{node_id}'):
            self._editor.go_to(line)

    # Running

    async def _run(self) -> None:
        async def run() -> None:
            await ask_and_run(self._draft.workflow, self._orchestrator)

        if self._typed.text != (self._editor.value or '') or self._typed.typing:
            self._typed.text = self._editor.value or ''
            await self._typed.take()
        if self._typed.fault:
            toast('The draft is not saved yet.', 'bad', detail=str(self._typed.fault))
        else:
            await self._bar.when_saved(run)
