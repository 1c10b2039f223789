"""A new workflow: blank, or from a sample."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from core.orchestrator import Orchestrator
from core.workflows.document import WorkflowDocument
from core.workflows.graph import Edge, Graph, Node
from core.workflows.workflow import Workflow
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import text_field
from pages.components.layout import box, row, words
from pages.components.toasts import explained
from pages.workflows.picture import thumbnail


def blank_graph() -> Graph:
    """The least that runs: what is asked for is given back."""
    question = {'fields': [{'name': 'question', 'title': 'Question', 'type': 'long_text'}]}
    return Graph(
        nodes=(
            Node(id='start', type='input', name='Start', config=question),
            Node(id='result', type='output', name='Result', config={'value': '{{ start.question }}'}),
        ),
        edges=(Edge(source='start', target='result'),),
    )


async def ask_new(orchestrator: Orchestrator) -> Workflow | None:
    """Asks for a name and what to begin with; the stored workflow, or None."""
    samples = await orchestrator.samples()
    form = _Form(WorkflowDocument(workflow=Workflow(name='Blank', graph=blank_graph())), samples, orchestrator)
    with dialog('New workflow', width=640) as asked:
        form.draw(asked.submit)
        with row().style('align-self: flex-end'):
            button('Cancel', asked.close, kind='quiet')
            button('Create', lambda: asked.submit(True), kind='primary').mark('create-workflow')
    if not await asked_once(asked):
        return None
    with explained():
        return await form.create()
    return None


class _Form:
    def __init__(self, blank: WorkflowDocument, samples: Any, orchestrator: Orchestrator) -> None:
        self._offers: list[WorkflowDocument] = [blank, *samples]
        self._chosen = 0
        self._orchestrator = orchestrator
        self._cards: list[ui.element] = []

    def draw(self, submit: Callable[[object], Any]) -> None:
        self._name = text_field('Name', placeholder='My workflow').props('autofocus').mark('new-name')
        self._name.on('keydown.enter', lambda: submit(True))
        with box('ao-field'):
            words('Begin with', 'ao-field-label')
            with box('ao-offers'):
                for number, offer in enumerate(self._offers):
                    self._cards.append(self._draw_offer(number, offer))
        self._choose(0)

    def _draw_offer(self, number: int, offer: WorkflowDocument) -> ui.element:
        with box('ao-offer', tag='button').props('type=button') as card:
            card.on('click', lambda: self._choose(number))
            with box('ao-thumbnail'):
                ui.html(thumbnail(offer.workflow.graph, self._orchestrator.extensions.node_types), sanitize=False)
            words(offer.workflow.name, 'ao-strong ao-small')
            words(offer.workflow.description or 'An input and an output.', 'ao-faint ao-tiny ao-two-lines')
        return card

    def _choose(self, number: int) -> None:
        self._chosen = number
        for place, card in enumerate(self._cards):
            card.props['aria-pressed'] = str(place == number).lower()

    async def create(self) -> Workflow:
        offer = self._offers[self._chosen]
        typed = (self._name.value or '').strip()[:200]
        if self._chosen == 0:
            name = typed or 'New workflow'
            return await self._orchestrator.workflows.create(offer.workflow.model_copy(update={'name': name}))
        named = offer.workflow.model_copy(update={'name': typed or offer.workflow.name})
        return await self._orchestrator.import_document(offer.model_copy(update={'workflow': named}))
