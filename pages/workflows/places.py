"""Where in the YAML of a graph a thing is written."""

from functools import cached_property

import yaml


class Places:
    """Finds lines (from 1) in a text that `read_graph` took for YAML; finds nothing where it is not."""

    def __init__(self, text: str) -> None:
        self._text = text

    def line_of(self, place: str) -> int | None:
        """The line of a place such as `nodes.plan.config` or `edges.3`, or of what holds it; a number is a line."""
        if place.isdigit():
            return int(place)
        return self._way(place)[0]

    def line_of_field(self, node_id: str, field: str | None) -> int | None:
        """The line of a node's field, wherever the node holds it, or of the node."""
        for place in (f'nodes.{node_id}.config.{field}', f'nodes.{node_id}.{field}') if field else ():
            line, complete = self._way(place)
            if complete:
                return line
        return self._way(f'nodes.{node_id}')[0]

    def _way(self, place: str) -> tuple[int | None, bool]:
        """The line of the last part of the place that is there, and whether that is all of it."""
        line, here = None, self._root
        for part in place.split('.'):
            found = _child(here, part)
            if found is None:
                return line, False
            line, here = found
        return line, True

    def node_at(self, line: int) -> str | None:
        """The id of the node whose lines hold this one."""
        nodes = _child(self._root, 'nodes')
        for key, value in nodes[1].value if nodes and isinstance(nodes[1], yaml.MappingNode) else ():
            if key.start_mark.line < line <= max(value.end_mark.line, key.start_mark.line + 1):
                return str(key.value)
        return None

    @cached_property
    def _root(self) -> yaml.Node | None:
        try:
            return yaml.compose(self._text, Loader=getattr(yaml, 'CSafeLoader', yaml.SafeLoader))
        except (yaml.YAMLError, ValueError, RecursionError):
            return None


def _child(parent: yaml.Node | None, name: str) -> tuple[int, yaml.Node] | None:
    """The line and the value under a key, or of the n-th entry of a list, counted from 1."""
    if isinstance(parent, yaml.MappingNode):
        for key, value in parent.value:
            if key.value == name:
                return key.start_mark.line + 1, value
    if isinstance(parent, yaml.SequenceNode) and name.isdigit() and 0 < int(name) <= len(parent.value):
        entry = parent.value[int(name) - 1]
        return entry.start_mark.line + 1, entry
    return None
