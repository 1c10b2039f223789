"""Whether a graph can run with what is here: its own problems, and those of the teams, workflows and tools it names."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.agents.agent import Agent
from core.nodes.node_type import NodeType, NodeTypes
from core.nodes.reading import read_node
from core.published import workflow_of
from core.teams.checking import incomplete, problems_of
from core.teams.strategy import Strategies
from core.teams.team import Team
from core.tools.mcp.servers import McpServers
from core.tools.tool import Tools
from core.values import Value
from core.workflows.graph import Graph, Node
from core.workflows.validation import Problem, validate_graph
from core.workflows.workflow import Workflow, WorkflowRepository


@dataclass(frozen=True, kw_only=True, slots=True)
class _Caller:
    """Who may call tools for a node: the field that names it, itself in words, and the keys of the tools."""

    node: Node
    field: str
    told: str
    tools: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Checks:
    """Checks graphs against what is here at one moment, by ids."""

    agents: Mapping[str, Agent]
    teams: Mapping[str, Team]
    workflows: Mapping[str, Workflow]
    ready: Container[str]
    """The workflows that are published, or are about to be."""
    versions: WorkflowRepository
    node_types: NodeTypes
    strategies: Strategies
    tools: Tools
    """Those that are neither workflows nor of MCP servers."""
    servers: McpServers

    async def problems(self, graph: Graph) -> list[Problem]:
        """All problems; those of the graph itself have the errors first."""
        return [*await self._faults(graph, {}), *await self._unready_tools(graph)]

    async def uncallable(self, tools: Iterable[str]) -> dict[str, str]:
        """Those of these tools that cannot be called, by their keys: why, and the way out."""
        judged: dict[str, str] = {}
        told = {key: await self._lack(key, judged) for key in sorted(set(tools))}
        return {key: lack for key, lack in told.items() if lack}

    async def _faults(self, graph: Graph, judged: dict[str, str]) -> list[Problem]:
        """The problems of the graph itself, and of what it runs; for `judged` see `_faults_of`."""
        return [*self._unready_teams(graph), *await self._unready_workflows(graph, judged), *self._own(graph)]

    def _own(self, graph: Graph) -> list[Problem]:
        return validate_graph(graph, self.node_types, agents=self.agents, teams=self.teams, workflows=self.ready)

    def _unready_teams(self, graph: Graph) -> Iterator[Problem]:
        """The teams that nodes ask and that cannot work as they are."""
        for node, node_type, config in self._running(graph):
            for team in (self.teams[key] for key in node_type.teams(config) if key in self.teams):
                lacks = [*problems_of(team, self.agents, self.strategies), *incomplete(team, self.strategies)]
                if lacks:
                    message = f'`{node.id}` asks the team {team.name!r}: {" ".join(what for _, what in lacks)}'
                    yield Problem(code='unready_team', node=node.id, field='team', message=message)

    async def _unready_workflows(self, graph: Graph, judged: dict[str, str]) -> list[Problem]:
        """The workflows that nodes run and that cannot run, for themselves or for those inside them."""
        found = []
        for node, node_type, config in self._running(graph):
            for inner in (self.workflows[key] for key in node_type.workflows(config) if key in self.workflows):
                if lacks := await self._faults_of(inner, judged):
                    message = f'`{node.id}` runs the workflow {inner.name!r}, which cannot run: {lacks}'
                    found.append(Problem(code='unready_workflow', node=node.id, field='workflow', message=message))
        return found

    async def _faults_of(self, workflow: Workflow, judged: dict[str, str]) -> str:
        """What keeps the workflow from running, as it would be run now; empty where nothing does.

        judged: what was found of those that were looked at already, so that each is looked at once, and one that runs
        itself too.
        """
        if workflow.id not in judged:
            judged[workflow.id] = ''
            graph = (await self.versions.versions(workflow.id))[0].graph if workflow.published else workflow.graph
            judged[workflow.id] = _errors(await self._faults(graph, judged))
        return judged[workflow.id]

    async def _unready_tools(self, graph: Graph) -> list[Problem]:
        """The tools that nodes and their agents may call and that cannot be called now.

        They are looked for when they are needed, and an agent may do without: so these are warnings.
        """
        callers = list(self._callers(graph))
        lacks = await self.uncallable(key for caller in callers for key in caller.tools)
        return [
            Problem(
                severity='warning',
                code='unready_tool',
                node=caller.node.id,
                field=caller.field,
                message=f'`{caller.node.id}` {caller.told} cannot be called. {lacks[key]}',
            )
            for caller in callers
            for key in caller.tools
            if key in lacks
        ]

    def _callers(self, graph: Graph) -> Iterator[_Caller]:
        for node, node_type, config in self._running(graph):
            yield _Caller(node=node, field='tool', told='calls a tool that', tools=node_type.tools(config))
            for agent in self._known(node_type.agents(config)):
                told = f'asks the agent {agent.name!r}, one of whose tools'
                yield _Caller(node=node, field='agent', told=told, tools=agent.tools)
            for team in (self.teams[key] for key in node_type.teams(config) if key in self.teams):
                for agent in self._known(team.agents):
                    told = f'asks the team {team.name!r}, whose agent {agent.name!r} has a tool that'
                    yield _Caller(node=node, field='team', told=told, tools=agent.tools)

    def _known(self, agents: Iterable[str]) -> Iterator[Agent]:
        return (self.agents[key] for key in agents if key in self.agents)

    async def _lack(self, key: str, judged: dict[str, str]) -> str:
        """Why this tool cannot be called, and the way out; empty where it can, as far as is known beforehand."""
        source, colon, name = key.partition(':')
        if workflow_id := workflow_of(key):
            return await self._lack_of_workflow(workflow_id, judged)
        if colon and source == 'mcp':
            return await self.servers.lack(name)
        return '' if key in self.tools else f'There is no tool {key!r}. Choose another one.'

    async def _lack_of_workflow(self, workflow_id: str, judged: dict[str, str]) -> str:
        workflow = self.workflows.get(workflow_id)
        if workflow is None:
            return f'There is no workflow {workflow_id!r}. Choose another tool.'
        if workflow_id not in self.ready:
            return f'The workflow {workflow.name!r} is not published. Publish it, or choose another tool.'
        lacks = await self._faults_of(workflow, judged)
        return f'The workflow {workflow.name!r} cannot run: {lacks}' if lacks else ''

    def _running(self, graph: Graph) -> Iterator[tuple[Node, NodeType[Any], Value]]:
        """The nodes that are run and that can be read."""
        for node in graph.nodes:
            if not node.idle and (read := read_node(node, self.node_types)):
                yield node, *read


def _errors(problems: Iterable[Problem]) -> str:
    return ' '.join(problem.message for problem in problems if problem.severity == 'error')
