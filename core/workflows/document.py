"""A workflow as a file that people read: YAML with its nodes, its edges as arrows, whom it asks, and what starts it.

agent_orchestrator: 1
name: Research brief
agents:
  planner: {name: Planner, instructions: Plan the research.}
teams:
  desk: {name: Desk, strategy: sequential, members: [{agent: planner}]}
nodes:
  topic: {type: input, config: {fields: [{name: topic}]}}
  plan: {type: agent, config: {agent: planner}}
  ask: {type: condition, config: {branches: [{name: good, when: plan.text}]}}
  brief: {type: output}
edges:
  - topic -> plan
  - plan -> ask
  - ask.good -> brief
schedules:
  mornings: {name: Each morning, cron: 0 8 * * *, zone: Europe/Berlin, inputs: {topic: Tides}}
webhooks:
  topics: {name: Topics, signature: timestamped}
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from core.agents.agent import Agent
from core.errors import InvalidError
from core.teams.team import Team
from core.triggers.schedule import Schedule
from core.triggers.webhook import Webhook
from core.values import Entity, Value
from core.workflows.graph import IN, OUT, Edge, Graph, Node
from core.workflows.workflow import Workflow
from core.workflows.yaml_text import read_yaml, write_yaml

FORMAT = 1

_NOWHERE = {'workflow_id': '', 'enabled': False}
"""What a trigger is in a file: of no workflow yet and off, whatever the file says."""

_OWN = {'id', 'revision', 'created_at', 'updated_at', 'since', *_NOWHERE}
"""What an entity is on one instance; it does not travel."""

_GROUPS = ('agents', 'teams', 'schedules', 'webhooks')

_ARROW = re.compile(r'^\s*(\w+)(?:\.(\w+))?\s*->\s*(\w+)(?:\.(\w+))?\s*$')


class WorkflowDocument(Value):
    """A workflow, the agents and teams that its nodes name by their ids, and what starts it, switched off."""

    workflow: Workflow
    agents: tuple[Agent, ...] = ()
    teams: tuple[Team, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    webhooks: tuple[Webhook, ...] = ()


def read_document(text: str) -> WorkflowDocument:
    """Reads a file. InvalidError says the line and what was expected there; nothing in a file is ever executed."""
    data = read_yaml(text)
    version = data.get('agent_orchestrator')
    if version != FORMAT:
        raise InvalidError(
            f'The first line should be `agent_orchestrator: {FORMAT}`, not {version!r}; '
            'the file is of another program or of a newer version of this one.'
        )
    known = {'agent_orchestrator', 'name', 'description', 'tags', 'nodes', 'edges', *_GROUPS}
    if unknown := sorted(set(data) - known):
        raise InvalidError(f'There is no `{unknown[0]}` in a workflow file; there are: {", ".join(sorted(known))}.')
    about: dict[str, Any] = {key: data[key] for key in ('name', 'description', 'tags') if key in data}
    return WorkflowDocument(
        workflow=_checked(Workflow, '', {**about, 'graph': _graph(data)}),
        agents=_entities(Agent, 'agents', data),
        teams=_entities(Team, 'teams', data),
        schedules=_entities(Schedule, 'schedules', data, **_NOWHERE),
        webhooks=_entities(Webhook, 'webhooks', data, **_NOWHERE),
    )


def write_document(document: WorkflowDocument) -> str:
    """The document as YAML; reading it again gives an equal one. It holds references, never secrets."""
    about = document.workflow.model_dump(mode='json', include={'name', 'description', 'tags'}, exclude_defaults=True)
    data: dict[str, Any] = {'agent_orchestrator': FORMAT, **about}
    data |= _entities_data(agents=document.agents, teams=document.teams)
    data |= _graph_data(document.workflow.graph)
    return write_yaml(data | _entities_data(schedules=document.schedules, webhooks=document.webhooks))


def read_graph(text: str) -> Graph:
    """Only the `nodes` and `edges` of a document, as the graph editor shows them."""
    data = read_yaml(text)
    if unknown := sorted(set(data) - {'nodes', 'edges'}):
        raise InvalidError(f'There is no `{unknown[0]}` in a graph; there are: nodes, edges.')
    return _graph(data)


def write_graph(graph: Graph) -> str:
    """The graph as YAML; reading it again gives an equal one."""
    return write_yaml(_graph_data(graph))


def graph_text(workflow: Workflow) -> str:
    """The graph as a person typed it, if that still says the same; else as `write_graph` has it."""
    written = write_graph(workflow.graph)
    try:
        same = bool(workflow.source) and write_graph(read_graph(workflow.source)) == written
    except InvalidError:
        same = False
    return workflow.source if same else written


def _entities(kind: type[Any], name: str, data: Mapping[str, Any], **fixed: Any) -> tuple[Any, ...]:
    """What stands under its ids in one group; `fixed`: fields on which a file has no say."""
    return tuple(
        _checked(kind, f'{name}.{key}', {'name': key, **_mapping(f'{name}.{key}', item), **fixed, 'id': key})
        for key, item in _mapping(name, data.get(name)).items()
    )


def _entities_data(**groups: tuple[Entity, ...]) -> dict[str, Any]:
    return {
        name: {item.id: item.model_dump(mode='json', exclude=_OWN, exclude_defaults=True) for item in items}
        for name, items in groups.items()
        if items
    }


def _graph(data: Mapping[str, Any]) -> Graph:
    edges = data.get('edges') or []
    if not isinstance(edges, list):
        raise InvalidError('`edges` should be a list of arrows such as `- plan -> write`.', problems=[('edges', '')])
    nodes = _mapping('nodes', data.get('nodes'))
    return Graph(
        nodes=tuple(
            _checked(Node, f'nodes.{key}', {**_mapping(f'nodes.{key}', node), 'id': key}) for key, node in nodes.items()
        ),
        edges=tuple(_edge(number, edge) for number, edge in enumerate(edges, 1)),
    )


def _graph_data(graph: Graph) -> dict[str, Any]:
    nodes = {
        node.id: {'type': node.type, **node.model_dump(mode='json', exclude={'id', 'type'}, exclude_defaults=True)}
        for node in graph.nodes
    }
    return {'nodes': nodes, 'edges': [arrow(edge) for edge in graph.edges]}


def _edge(number: int, arrow: object) -> Edge:
    match = _ARROW.match(arrow) if isinstance(arrow, str) else None
    if match is None:
        message = f'Edge {number} should be an arrow such as `plan -> write` or `check.yes -> write`, not {arrow!r}.'
        raise InvalidError(message, problems=[(f'edges.{number}', message)])
    source, source_handle, target, target_handle = match.groups()
    ends = {'source': source, 'target': target}
    handles = {'source_handle': source_handle or OUT, 'target_handle': target_handle or IN}
    checked: Edge = _checked(Edge, f'edges.{number}', {**ends, **handles})
    return checked


def arrow(edge: Edge) -> str:
    """The edge as files have it, for example `check.yes -> write`."""
    source = edge.source if edge.source_handle == OUT else f'{edge.source}.{edge.source_handle}'
    target = edge.target if edge.target_handle == IN else f'{edge.target}.{edge.target_handle}'
    return f'{source} -> {target}'


def _mapping(where: str, data: object) -> dict[str, Any]:
    if data is None:
        return {}
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        message = f'`{where}` should be a mapping of names, such as `{where.rpartition(".")[2]}: {{…}}`.'
        raise InvalidError(message, problems=[(where, message)])
    return data


def _checked(kind: type[Any], where: str, data: dict[str, Any]) -> Any:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        problems = [
            ('.'.join(filter(None, [where, *map(str, detail['loc'])])), detail['msg'])
            for detail in error.errors(include_url=False, include_context=False)
        ]
        message = '; '.join(f'`{place}`: {what}' for place, what in problems)
        raise InvalidError(f'{message}.', problems=problems) from error
