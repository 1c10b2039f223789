"""The graphs of one run: its own, and those of the workflows inside it. Finds the nodes that steps are of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.ids import in_words
from core.nodes.body import BodyNodeType
from core.nodes.node_type import NodeTypes
from core.nodes.reading import first_handles, read_node
from core.runs.nesting import holder, index_of, lineage
from core.workflows.graph import OUT, Graph, Node

IN = ' › '


@dataclass(frozen=True, kw_only=True, slots=True)
class Graphs:
    """Where a step's path leads: through bodies, and into the graphs of other workflows."""

    own: Graph
    node_types: NodeTypes
    inside: Mapping[str, Graph] = field(default_factory=dict)
    """By the ids of the workflows."""

    def find(self, path: str) -> tuple[Node, Graph] | None:
        """The node of a step (of a round: the node it is a round of), and its graph; None for what is in no graph."""
        *around, last = (part.partition('[')[0] for part in path.split('.'))
        graph: Graph | None = self.own
        for each in around:
            node = graph.by_id.get(each) if graph else None
            graph = self._body_of(node, graph) if graph and node else None
        node = graph.by_id.get(last) if graph else None
        return (node, graph) if graph and node else None

    def _body_of(self, node: Node, graph: Graph) -> Graph | None:
        """The graph in which the nodes stand that its rounds run."""
        if node.type in self.node_types and self.node_types.get(node.type).contains:
            return graph
        read = read_node(node, self.node_types)
        called = read[0].workflows(read[1]) if read else ()
        return next((self.inside[key] for key in called if key in self.inside), None)

    def first_handles(self, path: str) -> tuple[str, ...]:
        """The way on for a result of the step that a person enters."""
        found = self.find(path)
        return first_handles(*found, self.node_types) if found else (OUT,)

    def title(self, path: str) -> str:
        """What a step is called among those beside it: its node's title, or which round it is."""
        found = self.find(path)
        if path.endswith(']'):
            return f'{self.round_name(path).capitalize() or "Round"} {index_of(path) + 1:,}'
        last = path.rpartition('.')[2]
        return found[0].title if found else in_words(last.replace('-', ' '))

    def round_name(self, path: str) -> str:
        """What a round of this step is called, as `item`; empty where it has but one."""
        found = self.find(path)
        kind = self.node_types.get(found[0].type) if found and found[0].type in self.node_types else None
        return kind.round_name if isinstance(kind, BodyNodeType) else 'round'

    def place(self, path: str) -> str:
        """What a step stands in, in words: `Rows · item 1 › Cells · item 2`; empty in the run itself."""
        rounds = [each for each in lineage(holder(path)) if each.endswith(']')]
        return IN.join(self._called(each) for each in rounds)

    def name(self, path: str) -> str:
        """What a step is called wherever it stands alone: `Each · item 4 › Shout`."""
        place, own = self.place(path), self._called(path) if path.endswith(']') else self.title(path)
        return f'{place}{IN}{own}' if place else own

    def _called(self, path: str) -> str:
        """A round with the step that it is one of."""
        step, word = self.title(holder(path)), self.round_name(path)
        return f'{step} · {word} {index_of(path) + 1:,}' if word else step
