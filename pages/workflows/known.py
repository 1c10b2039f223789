"""What there is beyond a graph to tell about its nodes: the agents they ask, and where those words go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.agents.agent import Agent
from core.nodes.node_type import NodeTypes
from core.nodes.reading import read_node
from core.orchestrator import Orchestrator
from core.workflows.graph import Graph
from pages.components.model_picker import Place, place_of


@dataclass(kw_only=True, slots=True, frozen=True)
class Known:
    """Agents and connections as they are now."""

    agents: Mapping[str, Agent] = field(default_factory=dict)
    """By their ids, each with the model it would use now."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where each connection leads, by its id."""

    @classmethod
    async def of(cls, orchestrator: Orchestrator, agents: Iterable[Agent] | None = None) -> 'Known':
        """All agents (or those given), and where their words go."""
        default = await orchestrator.default_model()
        found = await orchestrator.agents.all() if agents is None else agents
        return cls(
            agents={agent.id: agent.model_copy(update={'model': agent.model or default}) for agent in found},
            places={c.id: place_of(c, orchestrator) for c in await orchestrator.connections.all()},
        )

    def covers(self, graph: Graph, node_types: NodeTypes) -> bool:
        """Whether all agents that the graph's nodes ask are among these."""
        read = (read_node(node, node_types) for node in graph.nodes)
        return all(agent in self.agents for kind, config in filter(None, read) for agent in kind.agents(config))

    def summary(self, ids: Iterable[str]) -> str:
        """The names of these agents and their models."""
        asked = [self.agents[key] for key in ids if key in self.agents]
        return ', '.join(f'{agent.name} · {agent.model.model}' if agent.model else agent.name for agent in asked)

    def farthest(self, ids: Iterable[str]) -> Place:
        """The farthest place that words to these agents go to."""
        models = [self.agents[key].model for key in ids if key in self.agents]
        found = {self.places.get(model.connection, 'local') for model in models if model}
        return 'cloud' if 'cloud' in found else 'network' if 'network' in found else 'local'
