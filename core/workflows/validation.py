"""Whether a graph can run: every problem with its node, its field, the reason and the way out."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from typing import Any, Literal

from pydantic import ValidationError

from core.errors import TemplateError
from core.nodes.body import BodyNodeType
from core.nodes.marked import marked_fields
from core.nodes.node_type import NodeType, NodeTypes
from core.sandbox.source import read_source
from core.values import Value
from core.workflows.graph import ERROR, IN, Edge, Graph, Node
from core.workflows.order import Ancestors, containers, find_cycle, in_order
from core.workflows.templates import names_in

ALWAYS_THERE = frozenset({'incoming', 'inputs'})
"""Names that every template can use."""

RESERVED = ALWAYS_THERE | {'true', 'false', 'none', 'not', 'range', 'loop', 'self'}
"""Names that mean something else in templates, so no node can have them."""

MAX_NODES = 10_000

_HARMLESS = frozenset(
    {
        'unknown_type',
        'missing_field',
        'unknown_field',
        'bad_field',
        'unknown_agent',
        'unknown_team',
        'unknown_workflow',
        'bad_template',
        'not_upstream',
        'unreachable',
        'empty_body',
    }
)
"""Problems that keep a node from being run; one that is disabled or pinned need not be."""

_WAYS_OUT = {
    'agent': 'does not exist. Choose another or create it',
    'team': 'does not exist. Choose another or create it',
    'workflow': 'does not exist or is not published. Choose another or publish it',
}

_NAMED = 10
"""As many names as a message lists, so that a thousand problems of a thousand nodes stay short."""


class Problem(Value):
    """One thing that is wrong. Errors keep the graph from running, warnings do not."""

    severity: Literal['error', 'warning'] = 'error'
    code: str
    node: str | None = None
    field: str | None = None
    message: str


def validate_graph(
    graph: Graph,
    node_types: NodeTypes,
    *,
    agents: Container[str],
    teams: Container[str] = (),
    workflows: Container[str] = (),
) -> list[Problem]:
    """All problems, errors first; an empty list or one of only warnings can run.

    `agents`, `teams` and (published) `workflows` are the ids of what there is.
    """
    if len(graph.nodes) > MAX_NODES:
        message = f'The graph has {len(graph.nodes):,} nodes; {MAX_NODES:,} are the most. Divide it.'
        return [Problem(code='too_large', message=message)]
    checked = _Check(graph, node_types, {'agent': agents, 'team': teams, 'workflow': workflows})
    return sorted(checked.problems(), key=lambda problem: problem.severity != 'error')


class _Check:
    """One graph being checked; `configs` holds the nodes whose configuration could be read."""

    def __init__(self, graph: Graph, node_types: NodeTypes, known: Mapping[str, Container[str]]) -> None:
        self._graph = graph
        self._types = node_types
        self._known = known
        self._configs: dict[str, tuple[NodeType[Any], Value]] = {}

    def problems(self) -> Iterator[Problem]:
        for problem in self._all():
            node = self._graph.by_id.get(problem.node or '')
            harmless = node is not None and node.idle and problem.code in _HARMLESS
            yield problem.model_copy(update={'severity': 'warning'}) if harmless else problem

    def _all(self) -> Iterator[Problem]:
        if not any(self._runs(node) for node in self._graph.nodes):
            yield Problem(code='empty', message='The graph is empty. Add an input, an agent and an output.')
        yield from self._ids()
        for node in self._graph.nodes:
            yield from self._config(node)
            yield from self._parent(node)
            yield from self._body(node)
        for edge in self._graph.edges:
            yield from self._edge(edge) if self._joins_nodes(edge) else self._dangling(edge)
        order = in_order(self._graph)
        if cycle := find_cycle(self._graph, order):
            way = ' → '.join([*cycle[:_NAMED], *(['…'] if len(cycle) > _NAMED else []), cycle[0]])
            yield Problem(code='cycle', node=cycle[0], message=f'{way} runs in a circle. Remove one of these edges.')
        yield from self._reachable()
        yield from self._references(Ancestors(self._graph, order))

    def _runs(self, node: Node) -> bool:
        return node.type not in self._types or self._types.get(node.type).runs

    def _ids(self) -> Iterator[Problem]:
        for node_id, count in Counter(node.id for node in self._graph.nodes).items():
            if count > 1:
                yield Problem(code='duplicate_id', node=node_id, message=f'{count} nodes have the id `{node_id}`.')
            if node_id in RESERVED:
                yield Problem(
                    code='reserved_id',
                    node=node_id,
                    message=f'`{node_id}` means something else in templates. Give the node another id.',
                )
        inputs = [node.id for node in self._graph.of_type('input') if not node.disabled and node.parent is None]
        for node_id in inputs[1:]:
            yield Problem(
                code='second_input',
                node=node_id,
                message=f'A workflow has one input node: `{inputs[0]}`. Move the fields of `{node_id}` there.',
            )

    def _config(self, node: Node) -> Iterator[Problem]:
        if node.type not in self._types:
            known = ', '.join(sorted(self._types.names()))
            message = f'`{node.id}` has the type {node.type!r}, which does not exist. There are: {known}.'
            yield Problem(code='unknown_type', node=node.id, field='type', message=message)
            return
        node_type = self._types.get(node.type)
        try:
            config = node_type.Config.model_validate(node.config)
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_context=False):
                field = '.'.join(map(str, detail['loc']))
                yield _bad_field(node, field, detail['type'], detail['msg'])
            return
        self._configs[node.id] = (node_type, config)
        yield from self._pin(node)
        named = {'agent': node_type.agents, 'team': node_type.teams, 'workflow': node_type.workflows}
        for kind, names in named.items():
            for name in names(config):
                if name not in self._known[kind]:
                    message = f'`{node.id}` names the {kind} {name!r}, which {_WAYS_OUT[kind]}.'
                    yield Problem(code=f'unknown_{kind}', node=node.id, field=kind, message=message)

    def _pin(self, node: Node) -> Iterator[Problem]:
        known = self._handles(node.id)
        if node.pinned is not None and (strange := sorted(set(node.pinned_handles or ()) - set(known))):
            message = (
                f'`{node.id}` is pinned to go on by {strange[0]!r}, which is no output handle of it; it has: '
                f'{", ".join(known)}. Pin it again.'
            )
            yield Problem(
                severity='warning', code='unknown_pinned_handle', node=node.id, field='pinned_handles', message=message
            )

    def _parent(self, node: Node) -> Iterator[Problem]:
        if node.parent is None:
            return
        parent = self._graph.by_id.get(node.parent)
        if parent is None or parent.type not in self._types or not self._types.get(parent.type).contains:
            message = f'`{node.id}` stands inside `{node.parent}`, which is no container. Take it out of there.'
            yield Problem(code='bad_parent', node=node.id, field='parent', message=message)
        elif node.type in self._types and not self._types.get(node.type).enters:
            message = (
                f'`{node.id}` begins the workflow, so it cannot stand inside `{node.parent}`. Take it out of there.'
            )
            yield Problem(code='bad_parent', node=node.id, field='parent', message=message)
        for container in containers(self._graph, node.id):
            if node.id in self._inner_names(container):
                message = f'`{node.id}` means something else inside `{container}`. Give the node another id.'
                yield Problem(code='reserved_id', node=node.id, message=message)

    def _body(self, node: Node) -> Iterator[Problem]:
        node_type = self._configs[node.id][0] if node.id in self._configs else None
        if not isinstance(node_type, BodyNodeType):
            return
        if node_type.contains and not any(inside.parent == node.id for inside in self._graph.nodes):
            message = f'There is nothing inside `{node.id}`. Put the nodes there that it is to run.'
            yield Problem(code='empty_body', node=node.id, message=message)
        for field, told in (('retry', node.retry.attempts > 1), ('timeout', node.timeout is not None)):
            if told and not node_type.passes_on:
                message = f'`{node.id}` has a {field} of its own, which does nothing. Set it on the nodes that it runs.'
                yield Problem(severity='warning', code='not_for_bodies', node=node.id, field=field, message=message)

    def _inner_names(self, node_id: str) -> set[str]:
        """What is called by name inside this container, besides nodes."""
        node_type, config = self._configs.get(node_id, (None, Value()))
        return {name.name for name in node_type.names(config)} if isinstance(node_type, BodyNodeType) else set()

    def _joins_nodes(self, edge: Edge) -> bool:
        return edge.source in self._graph.by_id and edge.target in self._graph.by_id

    def _dangling(self, edge: Edge) -> Iterator[Problem]:
        missing = ' and '.join(f'`{end}`' for end in (edge.source, edge.target) if end not in self._graph.by_id)
        known = next((end for end in (edge.source, edge.target) if end in self._graph.by_id), None)
        message = f'The edge {edge.source} → {edge.target} ends at {missing}, which does not exist.'
        yield Problem(code='dangling_edge', node=known, message=message)

    def _edge(self, edge: Edge) -> Iterator[Problem]:
        arrow = f'{edge.source} → {edge.target}'
        for end in (edge.source, edge.target):
            if not self._runs(self._graph.by_id[end]):
                yield Problem(code='edge_at_note', node=end, message=f'The edge {arrow} leads to or from a note.')
        if self._graph.by_id[edge.source].parent != self._graph.by_id[edge.target].parent:
            message = f'The edge {arrow} leads into a container or out of it. Connect the container itself.'
            yield Problem(code='crosses_container', node=edge.target, message=message)
        if edge.target_handle != IN:
            message = f'`{edge.target}` has no input handle {edge.target_handle!r}; it has: {IN}.'
            yield Problem(code='unknown_handle', node=edge.target, message=message)
        if edge.source in self._configs:
            handles = self._handles(edge.source)
            if edge.source_handle not in handles:
                message = f'`{edge.source}` has no output handle {edge.source_handle!r}; it has: {", ".join(handles)}.'
                yield Problem(code='unknown_handle', node=edge.source, message=message)

    def _handles(self, node_id: str) -> list[str]:
        node_type, config = self._configs[node_id]
        own = [handle.name for handle in node_type.handles(config)]
        return [*own, ERROR] if self._graph.by_id[node_id].on_error == 'handle' else own

    def _reachable(self) -> Iterator[Problem]:
        nodes = [node for node in self._graph.nodes if node.id in self._configs and self._runs(node)]
        starts = [node for node in nodes if self._configs[node.id][0].starts]
        for node in nodes:
            outside = node.parent is None
            if outside and not self._graph.edges_into[node.id] and node not in starts and starts and len(nodes) > 1:
                message = f'Nothing leads to `{node.id}`. Connect it, or delete it.'
                yield Problem(code='unreachable', node=node.id, message=message)
            if node.on_error == 'handle' and not any(
                edge.source_handle == ERROR for edge in self._graph.edges_from[node.id]
            ):
                message = f'When `{node.id}` fails it goes by its handle `{ERROR}`, but nothing is connected there.'
                yield Problem(severity='warning', code='unused_error_handle', node=node.id, message=message)
        if nodes and not any(node.type == 'output' and not node.disabled and node.parent is None for node in nodes):
            yield Problem(
                severity='warning', code='no_output', message='There is no output node, so the run gives nothing back.'
            )

    def _references(self, ancestors: Ancestors) -> Iterator[Problem]:
        for node_id, (_, config) in self._configs.items():
            for field, language, source in marked_fields(config):
                try:
                    names = self._names(language, source)
                except TemplateError as error:
                    yield Problem(code='bad_template', node=node_id, field=field, message=f'`{node_id}`: {error}')
                    continue
                for name in sorted(names - ALWAYS_THERE - self._names_at(node_id, field)):
                    if not ancestors.has(node_id, name):
                        yield self._not_upstream(node_id, field, name, ancestors)

    def _names(self, language: str, source: str) -> frozenset[str]:
        """The names that must be upstream; of those that code takes from elsewhere only those of nodes are known."""
        if language == 'python':
            return read_source(source).free & self._graph.by_id.keys()
        return names_in(source, expression=language == 'expression')

    def _names_at(self, node_id: str, field: str) -> set[str]:
        """What the containers around this field give names to."""
        node_type = self._configs[node_id][0]
        own = (
            self._inner_names(node_id)
            if isinstance(node_type, BodyNodeType) and field in node_type.inner_fields
            else set()
        )
        return own.union(*map(self._inner_names, containers(self._graph, node_id)))

    def _not_upstream(self, node_id: str, field: str, name: str, ancestors: Ancestors) -> Problem:
        why = 'comes later or on another way' if name in self._graph.by_id else 'does not exist'
        near = ancestors.nearest(node_id, _NAMED + 1)
        known = ', '.join(near if len(near) <= _NAMED else ['…', *near[1:]]) or 'nothing'
        message = f'`{node_id}` names `{name}` in {field}, which {why}. Before it there are: {known}.'
        return Problem(code='not_upstream', node=node_id, field=field, message=message)


def _bad_field(node: Node, field: str, kind: str, message: str) -> Problem:
    if kind == 'missing':
        return Problem(code='missing_field', node=node.id, field=field, message=f'`{node.id}` needs {field}.')
    if kind == 'extra_forbidden':
        text = f'`{node.id}` has a field {field}, which nodes of type {node.type} do not have.'
        return Problem(code='unknown_field', node=node.id, field=field, message=text)
    return Problem(code='bad_field', node=node.id, field=field, message=f'`{node.id}`, {field}: {message}.')
