"""A workflow as a file that people read: YAML with its nodes, its edges as arrows, and the agents it uses.

agent_orchestrator: 1
name: Research brief
agents:
  planner: {name: Planner, instructions: …}
nodes:
  topic: {type: input, config: {…}}
  plan: {type: agent, config: {agent: planner}}
edges:
  - topic -> plan
  - check.yes -> draft
"""

from core.agents.agent import Agent
from core.values import Value
from core.workflows.graph import Graph
from core.workflows.workflow import Workflow


class WorkflowDocument(Value):
    """What a file holds: a workflow, and the agents that its nodes name."""

    workflow: Workflow
    agents: tuple[Agent, ...] = ()


def read_document(text: str) -> WorkflowDocument:
    """Reads a file. InvalidError says the line and what was expected there; nothing in a file is ever executed."""
    raise NotImplementedError


def write_document(document: WorkflowDocument) -> str:
    """The document as YAML; reading it again gives an equal document. It holds references, never secrets."""
    raise NotImplementedError


def read_graph(text: str) -> Graph:
    """Only the `nodes` and `edges` of a document, as the graph editor shows them."""
    raise NotImplementedError


def write_graph(graph: Graph) -> str:
    raise NotImplementedError
