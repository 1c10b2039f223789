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

import yaml
from pydantic import ValidationError

from core.agents.agent import Agent
from core.errors import InvalidError
from core.teams.team import Team
from core.triggers.schedule import Schedule
from core.triggers.webhook import Webhook
from core.values import Entity, Value
from core.workflows.graph import IN, OUT, Edge, Graph, Node
from core.workflows.workflow import Workflow

FORMAT = 1
MAX_LENGTH = 16_000_000
"""The longest file, in characters."""
MAX_DEPTH = 100

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
    data = _read_yaml(text)
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
    return _write_yaml(data | _entities_data(schedules=document.schedules, webhooks=document.webhooks))


def read_graph(text: str) -> Graph:
    """Only the `nodes` and `edges` of a document, as the graph editor shows them."""
    data = _read_yaml(text)
    if unknown := sorted(set(data) - {'nodes', 'edges'}):
        raise InvalidError(f'There is no `{unknown[0]}` in a graph; there are: nodes, edges.')
    return _graph(data)


def write_graph(graph: Graph) -> str:
    """The graph as YAML; reading it again gives an equal one."""
    return _write_yaml(_graph_data(graph))


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


def _read_yaml(text: str) -> dict[str, Any]:
    if len(text) > MAX_LENGTH:
        raise InvalidError(f'The file is longer than {MAX_LENGTH:,} characters.')
    try:
        _refuse_bombs(text)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f'Line {mark.line + 1}, column {mark.column + 1}: ' if mark else ''
        message = f'{line}{error.problem or error.context or "this is not YAML"}.'
        raise InvalidError(message, problems=[(str(mark.line + 1 if mark else 1), message)]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidError(f'This is not readable YAML: {error}.') from error
    if not isinstance(data, dict):
        raise InvalidError('The file should hold a mapping, with `nodes:` and `edges:`.')
    return data


def _refuse_bombs(text: str) -> None:
    """Aliases of aliases make gigabytes of a hundred bytes; deep nesting overflows the C parser's stack.

    A tag forces a value into a type that it may not fit, which the parser does not expect.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_FastLoader):
        match event:
            case yaml.NodeEvent() if (tag := getattr(event, 'tag', None)) is not None:
                tag = tag.replace('tag:yaml.org,2002:', '!!')
                problem = f'tags such as `{tag}` are not used in workflow files'
            case yaml.AliasEvent():
                problem = f'aliases such as `*{event.anchor}` are not used in workflow files'
            case yaml.CollectionStartEvent():
                depth += 1
                if depth <= MAX_DEPTH:
                    continue
                problem = f'this is nested more than {MAX_DEPTH} levels deep'
            case yaml.CollectionEndEvent():
                depth -= 1
                continue
            case _:
                continue
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)  # type: ignore[arg-type]


def _write_yaml(data: dict[str, Any]) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


_FastLoader: type[yaml.SafeLoader] = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)


class _Loader(_FastLoader):  # type: ignore[misc, valid-type]
    """A safe loader in which keys are always text and only `true` and `false` are truth values, as in YAML 1.2.

    It refuses duplicate keys: one of the two would be lost in silence.
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem='a name is expected', problem_mark=key.start_mark)
            key.tag = 'tag:yaml.org,2002:str'
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f'`{key.value}` is there twice', problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_BOOL = 'tag:yaml.org,2002:bool'
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r'^(?:true|True|TRUE|false|False|FALSE)$'), list('tTfF'))


class _Dumper(yaml.SafeDumper):
    """Writes long texts as blocks, as a person would."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar('tag:yaml.org,2002:str', text, style='|' if '\n' in text else None)


_Dumper.add_representer(str, _text)
