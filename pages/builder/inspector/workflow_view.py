"""The workflow itself: what it is called, how large it is, and all its problems."""

from collections.abc import Callable, Mapping

from nicegui import background_tasks

from core.drafts.draft import Draft
from core.errors import OrchestratorError
from core.orchestrator import Orchestrator
from core.workflows.validation import Problem
from pages.builder.inspector.control import Control, place_of, told
from pages.builder.inspector.controls import TextControl
from pages.builder.inspector.pending import Pending, Place
from pages.builder.inspector.shapes import MISSING, Entered, Shape
from pages.components.formats import plural
from pages.components.layout import box, icon, phrase, row, section, words

SHAPES = (
    Shape(name='name', title='Name', kind='text', required=True, help='As lists and runs show it.'),
    Shape(name='description', title='Description', kind='long_text', help='What it does, for whoever finds it.'),
    Shape(name='tags', title='Tags', kind='text', example='support, writing', help='Separated by commas.'),
)


class WorkflowView:
    """Draws the workflow and keeps what is drawn in step with the draft."""

    def __init__(self, draft: Draft, orchestrator: Orchestrator, *, on_choose: Callable[[str], object]) -> None:
        self._draft = draft
        self._workflows = orchestrator.workflows
        self._on_choose = on_choose
        self.pending = Pending(self._keep)
        self._told: object = None
        with row('ao-inspector-type'):
            with box('ao-chip-icon'):
                icon('account_tree')
            with box('ao-stack ao-grow ao-gap-0'):
                words('Workflow', 'ao-strong', tag='h2')
                self._counts = words('', 'ao-dim ao-small')
        self._controls: list[Control] = [TextControl(shape, (shape.name,), self) for shape in SHAPES]
        with section('Problems'):
            self._problems = box('ao-inspector-problems')

    def show(self) -> None:
        """Shows what the draft says now."""
        graph = self._draft.graph
        self._counts.text = f'{plural(len(graph.nodes), "node")}, {plural(len(graph.edges), "edge")}'
        for control in self._controls:
            control.show(self.value(control.place))
        self._show_problems()

    def flush(self) -> None:
        """Keeps what was typed."""
        self.pending.flush()

    def left(self) -> None:
        """A field was left: what was typed is kept, and what is kept is shown."""
        self.pending.flush()
        self.show()

    def value(self, place: Place) -> Entered:
        """What is kept at this place."""
        workflow = self._draft.workflow
        said = {'name': workflow.name, 'description': workflow.description, 'tags': ', '.join(workflow.tags)}
        return said[str(place[0])]

    def last_run_changed(self) -> None:
        """Nothing here tells of runs."""

    # Name, description, tags

    def _keep(self, values: Mapping[Place, Entered]) -> None:
        if ('name',) in values and not _text(values[('name',)]).strip():
            self._controls[0].refuse('A workflow needs a name.')
            values = {place: value for place, value in values.items() if place != ('name',)}
        if values:
            background_tasks.create(self._store(dict(values)), name='save the name of a workflow')

    async def _store(self, values: Mapping[Place, Entered]) -> None:
        """Stores the draft first, so that this is stored upon it."""
        await self._draft.save()
        try:
            if self._draft.fault:
                raise self._draft.fault
            wanted = self._draft.workflow.model_copy(update=dict(_changes(values)))
            self._draft.took(await self._workflows.save(wanted))
        except OrchestratorError as error:
            for control in self._controls:
                if control.place in values:
                    control.refuse(str(error))

    # Problems

    def _show_problems(self) -> None:
        titles = {node.id: node.title for node in self._draft.graph.nodes}
        told = (self._draft.problems, titles)
        if told == self._told:
            return
        self._told = told
        self._problems.clear()
        with self._problems:
            for problem in self._draft.problems:
                self._draw_problem(problem, titles.get(problem.node or '', ''))
            if not self._draft.problems:
                with row('ao-problem ao-problem--none'):
                    icon('check_circle')
                    words('It can run.')

    def _draw_problem(self, problem: Problem, title: str) -> None:
        with box('ao-problem', tag='button').props(f'type=button data-severity={problem.severity}') as made:
            icon('error' if problem.severity == 'error' else 'warning')
            with box('ao-problem-text', tag='span'):
                if title:
                    words(place_of(problem, title), 'ao-strong')
                phrase(told(problem))
        if title and problem.node:
            node_id = problem.node
            made.on('click', lambda: self._on_choose(node_id))


def _changes(values: Mapping[Place, Entered]) -> Mapping[str, object]:
    changes: dict[str, object] = {}
    for place, value in values.items():
        text = _text(value).strip()
        match place[0]:
            case 'tags':
                changes['tags'] = tuple(dict.fromkeys(tag for part in text.split(',') if (tag := part.strip())))
            case 'name':
                changes['name'] = text[:200]
            case _:
                changes[str(place[0])] = text
    return changes


def _text(value: Entered) -> str:
    return '' if value is MISSING else str(value)
