"""A new workflow, from a blank one or from a template."""

from nicegui import ui

from core.orchestrator import Orchestrator
from core.workflows.document import WorkflowDocument
from core.workflows.graph import Edge, Graph, Node
from core.workflows.workflow import Workflow
from pages.components.toasts import explained


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


def blank_document() -> WorkflowDocument:
    """A workflow that has nothing to say yet."""
    return WorkflowDocument(workflow=Workflow(name='New workflow', graph=blank_graph()))


async def begin_with(document: WorkflowDocument, orchestrator: Orchestrator) -> None:
    """Stores the workflow with its agents under free names, and opens it; runs nothing."""
    with explained():
        workflow = await orchestrator.import_document(document)
        ui.navigate.to(f'/workflows/{workflow.id}')
