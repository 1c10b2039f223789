"""What there is beyond a graph to tell about its nodes: whom they ask, what they run, and where those words go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.agents.agent import Agent
from core.nodes.node_type import NodeType, NodeTypes
from core.nodes.reading import read_node
from core.orchestrator import Orchestrator
from core.teams.team import Team
from core.values import Value
from core.workflows.graph import Graph
from pages.components.formats import plural
from pages.components.model_picker import Place, place_of


@dataclass(kw_only=True, slots=True, frozen=True)
class Known:
    """Agents, teams, workflows and connections as they are now."""

    agents: Mapping[str, Agent] = field(default_factory=dict)
    """By their ids, each with the model it would use now."""
    teams: Mapping[str, Team] = field(default_factory=dict)
    workflows: Mapping[str, str] = field(default_factory=dict)
    """The names of workflows, by their ids."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where each connection leads, by its id."""

    @classmethod
    async def of(
        cls,
        orchestrator: Orchestrator,
        agents: Iterable[Agent] | None = None,
        teams: Iterable[Team] | None = None,
        workflows: Mapping[str, str] | None = None,
    ) -> 'Known':
        """All agents, teams and workflows (or those given), and where their words go."""
        default = await orchestrator.default_model()
        found = await orchestrator.agents.all() if agents is None else agents
        return cls(
            agents={agent.id: agent.model_copy(update={'model': agent.model or default}) for agent in found},
            teams={team.id: team for team in (await orchestrator.teams.all() if teams is None else teams)},
            workflows=await _names(orchestrator) if workflows is None else workflows,
            places={c.id: place_of(c, orchestrator) for c in await orchestrator.connections.all()},
        )

    def covers(self, graph: Graph, node_types: NodeTypes) -> bool:
        """Whether all that the graph's nodes ask and run is among these."""
        read = [each for node in graph.nodes if (each := read_node(node, node_types))]
        agents = {agent for kind, config in read for agent in kind.agents(config)}
        teams = {team for kind, config in read for team in kind.teams(config)}
        workflows = {workflow for kind, config in read for workflow in kind.workflows(config)}
        return agents <= self.agents.keys() and teams <= self.teams.keys() and workflows <= self.workflows.keys()

    def summary(self, kind: NodeType[Any], config: Value) -> str:
        """The names of the agents that a node asks, with their models, of its teams, with their size, and workflows."""
        asked = [self.agents[key] for key in kind.agents(config) if key in self.agents]
        told = [f'{agent.name} · {agent.model.model}' if agent.model else agent.name for agent in asked]
        teams = [self.teams[key] for key in kind.teams(config) if key in self.teams]
        told += [f'{team.name} · {plural(len(team.agents), "agent")}' for team in teams]
        return ', '.join([*told, *(self.workflows[key] for key in kind.workflows(config) if key in self.workflows)])

    def farthest(self, kind: NodeType[Any], config: Value) -> Place:
        """The farthest place that words to the agents go to that a node asks, by itself or in a team."""
        teams = (self.teams[key] for key in kind.teams(config) if key in self.teams)
        asked = [*kind.agents(config), *(agent for team in teams for agent in team.agents)]
        models = [self.agents[key].model for key in asked if key in self.agents]
        found = {self.places.get(model.connection, 'local') for model in models if model}
        return 'cloud' if 'cloud' in found else 'network' if 'network' in found else 'local'


async def _names(orchestrator: Orchestrator) -> dict[str, str]:
    return {workflow.id: workflow.name for workflow in await orchestrator.workflows.all()}
