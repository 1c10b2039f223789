"""A workflow as a file that people read: YAML with its nodes, its edges as arrows, whom it asks, and what starts it.

Workflows that it runs come along; agents and teams are there for all of them.

agent_orchestrator: 1
name: Research brief
agents:
  planner: {name: Planner, instructions: Plan the research.}
teams:
  desk: {name: Desk, strategy: sequential, members: [{agent: planner}]}
workflows:
  check: {name: Check, nodes: {text: {type: input}, end: {type: output}}, edges: [text -> end]}
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

_OWN = {'id', 'revision', 'created_at', 'updated_at', 'since', 'workflow_id', 'enabled'}
"""What an entity is on one instance; it does not travel."""

_ABOUT = ('name', 'description', 'tags')
_WORKFLOW = {*_ABOUT, 'nodes', 'edges', 'schedules', 'webhooks'}
"""What a workflow is in a file, also one inside another."""
_FILE = {*_WORKFLOW, 'agent_orchestrator', 'agents', 'teams', 'workflows'}

_ARROW = re.compile(r'^\s*(\w+)(?:\.(\w+))?\s*->\s*(\w+)(?:\.(\w+))?\s*$')


class WorkflowDocument(Value):
    """A workflow, all that it names by ids, and what starts it, switched off."""

    workflow: Workflow
    agents: tuple[Agent, ...] = ()
    teams: tuple[Team, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    """Those that it runs, each with the graph that is published."""
    schedules: tuple[Schedule, ...] = ()
    """Their `workflow_id` is that of one of `workflows`, or empty for the workflow itself; so is that of webhooks."""
    webhooks: tuple[Webhook, ...] = ()

    @property
    def graphs(self) -> tuple[Graph, ...]:
        """That of the workflow itself, and those of the workflows that it runs."""
        return (self.workflow.graph, *(workflow.graph for workflow in self.workflows))


def read_document(text: str) -> WorkflowDocument:
    """Reads a file. InvalidError says the line and what was expected there; nothing in a file is ever executed."""
    data = read_yaml(text)
    version = data.get('agent_orchestrator')
    if version != FORMAT:
        raise InvalidError(
            f'The first line should be `agent_orchestrator: {FORMAT}`, not {version!r}; '
            'the file is of another program or of a newer version of this one.'
        )
    _refuse_others(data, _FILE, 'a workflow file')
    inside = _mapping('workflows', data.get('workflows'))
    items = {'': data, **{key: _mapping(f'workflows.{key}', item) for key, item in inside.items()}}
    workflow, *workflows = (_workflow(key, item) for key, item in items.items())
    return WorkflowDocument(
        workflow=workflow,
        agents=_entities(Agent, 'agents', data),
        teams=_entities(Team, 'teams', data),
        workflows=tuple(workflows),
        schedules=tuple(each for key, item in items.items() for each in _triggers(Schedule, 'schedules', key, item)),
        webhooks=tuple(each for key, item in items.items() for each in _triggers(Webhook, 'webhooks', key, item)),
    )


def write_document(document: WorkflowDocument) -> str:
    """The document as YAML; reading it again gives an equal one. It holds references, never secrets."""
    whole = _workflow_data(document.workflow, document, key='')
    inside = {each.id: _workflow_data(each, document, key=each.id) for each in document.workflows}
    data = {'agent_orchestrator': FORMAT, **{name: whole.pop(name) for name in _ABOUT if name in whole}}
    data |= _entities_data(agents=document.agents, teams=document.teams)
    data |= {'workflows': inside} if inside else {}
    return write_yaml(data | whole)


def read_graph(text: str) -> Graph:
    """Only the `nodes` and `edges` of a document, as the graph editor shows them."""
    data = read_yaml(text)
    _refuse_others(data, {'nodes', 'edges'}, 'a graph')
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


def _refuse_others(data: Mapping[str, Any], known: set[str], what: str) -> None:
    if unknown := sorted(set(data) - known):
        raise InvalidError(f'There is no `{unknown[0]}` in {what}; there are: {", ".join(sorted(known))}.')


def _workflow(key: str, data: Mapping[str, Any]) -> Workflow:
    """The workflow of the file, or with a key the one inside it that is called so."""
    where = f'workflows.{key}' if key else ''
    if key:
        _refuse_others(data, _WORKFLOW, f'`{where}`')
    about = {name: data[name] for name in _ABOUT if name in data}
    named = {'name': key, **about, 'id': key} if key else about
    workflow: Workflow = _checked(Workflow, where, {**named, 'graph': _graph(data, where)})
    return workflow


def _workflow_data(workflow: Workflow, document: WorkflowDocument, *, key: str) -> dict[str, Any]:
    about = workflow.model_dump(mode='json', include=set(_ABOUT), exclude_defaults=True)
    schedules = tuple(each for each in document.schedules if each.workflow_id == key)
    webhooks = tuple(each for each in document.webhooks if each.workflow_id == key)
    return about | _graph_data(workflow.graph) | _entities_data(schedules=schedules, webhooks=webhooks)


def _entities(kind: type[Any], group: str, data: Mapping[str, Any], where: str = '', **fixed: Any) -> tuple[Any, ...]:
    """What stands under its ids in one group; `fixed`: fields on which a file has no say."""
    place = _within(where, group)
    return tuple(
        _checked(kind, f'{place}.{key}', {'name': key, **_mapping(f'{place}.{key}', item), **fixed, 'id': key})
        for key, item in _mapping(place, data.get(group)).items()
    )


def _triggers(kind: type[Any], group: str, key: str, data: Mapping[str, Any]) -> tuple[Any, ...]:
    """What starts this workflow of the file: off, whatever the file says."""
    return _entities(kind, group, data, f'workflows.{key}' if key else '', workflow_id=key, enabled=False)


def _entities_data(**groups: tuple[Entity, ...]) -> dict[str, Any]:
    return {
        name: {item.id: item.model_dump(mode='json', exclude=_OWN, exclude_defaults=True) for item in items}
        for name, items in groups.items()
        if items
    }


def _graph(data: Mapping[str, Any], where: str = '') -> Graph:
    edges, place = data.get('edges') or [], _within(where, 'edges')
    if not isinstance(edges, list):
        message = f'`{place}` should be a list of arrows such as `- plan -> write`.'
        raise InvalidError(message, problems=[(place, '')])
    inside = _within(where, 'nodes')
    nodes = _mapping(inside, data.get('nodes'))
    return Graph(
        nodes=tuple(
            _checked(Node, f'{inside}.{key}', {**_mapping(f'{inside}.{key}', node), 'id': key})
            for key, node in nodes.items()
        ),
        edges=tuple(_edge(number, edge, where) for number, edge in enumerate(edges, 1)),
    )


def _graph_data(graph: Graph) -> dict[str, Any]:
    nodes = {
        node.id: {'type': node.type, **node.model_dump(mode='json', exclude={'id', 'type'}, exclude_defaults=True)}
        for node in graph.nodes
    }
    return {'nodes': nodes, 'edges': [arrow(edge) for edge in graph.edges]}


def _edge(number: int, arrow: object, where: str) -> Edge:
    place = _within(where, f'edges.{number}')
    match = _ARROW.match(arrow) if isinstance(arrow, str) else None
    if match is None:
        edge = f'Edge {number} of `{where}`' if where else f'Edge {number}'
        message = f'{edge} should be an arrow such as `plan -> write` or `check.yes -> write`, not {arrow!r}.'
        raise InvalidError(message, problems=[(place, message)])
    source, source_handle, target, target_handle = match.groups()
    ends = {'source': source, 'target': target}
    handles = {'source_handle': source_handle or OUT, 'target_handle': target_handle or IN}
    checked: Edge = _checked(Edge, place, {**ends, **handles})
    return checked


def arrow(edge: Edge) -> str:
    """The edge as files have it, for example `check.yes -> write`."""
    source = edge.source if edge.source_handle == OUT else f'{edge.source}.{edge.source_handle}'
    target = edge.target if edge.target_handle == IN else f'{edge.target}.{edge.target_handle}'
    return f'{source} -> {target}'


def _mapping(where: str, data: object) -> dict[str, Any]:
    if data is None:
        return {}
    if not isinstance(data, dict) or not all(isinstance(key, str) and key for key in data):
        message = f'`{where}` should be a mapping of names, such as `{where.rpartition(".")[2]}: {{…}}`.'
        raise InvalidError(message, problems=[(where, message)])
    return data


def _within(where: str, place: str) -> str:
    return f'{where}.{place}' if where else place


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
