"""What differs between two graphs: nodes, their fields, edges; where nodes stand is told apart from what they are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from core.values import Json, Value
from core.workflows.graph import Edge, Graph, Node, Position, Size

Path = tuple[str | int, ...]
"""The way to a value: names of fields, places in lists from 0; an entry of a list that has a name goes by that."""

_DRAWN = {'id', 'position', 'size'}


class FieldChange(Value):
    """One value that differs; `before` is None where it was added, `after` where it was removed."""

    path: Path
    kind: Literal['added', 'removed', 'changed'] = 'changed'
    before: Json = None
    after: Json = None

    @property
    def place(self) -> str:
        """The path as text, for example `config.branches.good.when`."""
        return '.'.join(map(str, self.path))


class NodeChange(Value):
    """A node that is in both graphs and is not the same; `was` is its id in the earlier one."""

    id: str
    was: str
    fields: tuple[FieldChange, ...] = ()

    @property
    def renamed(self) -> bool:
        return self.id != self.was


class GraphDiff(Value):
    """All that differs; the order of nodes and edges says nothing and is not compared."""

    added: tuple[Node, ...] = ()
    removed: tuple[Node, ...] = ()
    changed: tuple[NodeChange, ...] = ()
    moved: tuple[str, ...] = ()
    """Ids (as they are now) of the nodes that stand elsewhere or are drawn in another size."""
    placed: tuple[str, ...] = ()
    """Ids of those that had no place or size of their own and have one now, or the other way round; not told in words,
    since whoever opens a canvas first does that."""
    added_edges: tuple[Edge, ...] = ()
    removed_edges: tuple[Edge, ...] = ()

    @property
    def same_work(self) -> bool:
        """Whether both graphs do the same: nothing but places differs."""
        return not (self.added or self.removed or self.changed or self.added_edges or self.removed_edges)

    @property
    def empty(self) -> bool:
        return self.same_work and not self.moved and not self.placed

    def summary(self) -> str:
        """In words, for example '2 nodes added, 1 changed, 3 edges removed'."""
        nodes = {
            'added': len(self.added),
            'removed': len(self.removed),
            'changed': sum(not node.renamed for node in self.changed),
            'renamed': sum(node.renamed for node in self.changed),
            'moved': len(self.moved),
        }
        edges = {'added': len(self.added_edges), 'removed': len(self.removed_edges)}
        return ', '.join([*_counted('node', nodes), *_counted('edge', edges)]) or 'No changes'


def _counted(noun: str, counts: Mapping[str, int]) -> Iterator[str]:
    for number, (what, count) in enumerate((w, c) for w, c in counts.items() if c):
        named = f' {noun}{"" if count == 1 else "s"}' if number == 0 else ''
        yield f'{count}{named} {what}'


def diff(before: Graph, after: Graph) -> GraphDiff:
    """What has to be done to `before` so that it becomes `after`; ids are taken to be unique in each."""
    removed = [node for node in before.nodes if node.id not in after.by_id]
    added = [node for node in after.nodes if node.id not in before.by_id]
    names = _renamed(removed, added)
    kept = {node.id: node.id for node in before.nodes if node.id in after.by_id} | names
    both = [(before.by_id[was], after.by_id[now]) for was, now in kept.items()]
    lost_edges, new_edges = _edges(before.edges, after.edges, names)
    return GraphDiff(
        added=tuple(node for node in added if node.id not in names.values()),
        removed=tuple(node for node in removed if node.id not in names),
        changed=tuple(change for was, now in both if (change := _change(was, now, names))),
        moved=tuple(now.id for was, now in both if _moved(was, now)),
        placed=tuple(now.id for was, now in both if _drawn(was) != _drawn(now) and not _moved(was, now)),
        added_edges=tuple(new_edges),
        removed_edges=tuple(lost_edges),
    )


def _renamed(removed: Iterable[Node], added: Iterable[Node]) -> dict[str, str]:
    """The new ids of nodes in which nothing else changed; where two could be meant, none is."""
    gone, come = _by_content(removed), _by_content(added)
    return {nodes[0]: come[key][0] for key, nodes in gone.items() if len(nodes) == len(come.get(key, ())) == 1}


def _by_content(nodes: Iterable[Node]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in nodes:
        found.setdefault(node.model_dump_json(exclude=_DRAWN), []).append(node.id)
    return found


def _change(was: Node, now: Node, names: Mapping[str, str]) -> NodeChange | None:
    if was is now:
        return None
    old, new = was.model_dump(mode='json', exclude=_DRAWN), now.model_dump(mode='json', exclude=_DRAWN)
    old['parent'] = names.get(old['parent'], old['parent'])
    fields = differences(old, new)
    if was.id != now.id:
        fields = (FieldChange(path=('id',), before=was.id, after=now.id), *fields)
    return NodeChange(id=now.id, was=was.id, fields=fields) if fields else None


def _drawn(node: Node) -> tuple[Position | None, Size | None]:
    return node.position, node.size


def _moved(was: Node, now: Node) -> bool:
    return any(a and b and a != b for a, b in zip(_drawn(was), _drawn(now), strict=True))


def _edges(before: Iterable[Edge], after: Iterable[Edge], names: Mapping[str, str]) -> tuple[list[Edge], list[Edge]]:
    """The edges that went, as they were, and those that came; one may be there twice in a draft."""
    renamed = [(_between(edge, names), edge) for edge in before]
    come = Counter(after)
    lost = [edge for now, edge in renamed if not _take(come, now)]
    went = Counter(now for now, _ in renamed)
    return lost, [edge for edge in after if not _take(went, edge)]


def _between(edge: Edge, names: Mapping[str, str]) -> Edge:
    ends = {'source': names.get(edge.source, edge.source), 'target': names.get(edge.target, edge.target)}
    return edge.model_copy(update=ends)


def _take(edges: Counter[Edge], wanted: Edge) -> bool:
    if not edges[wanted]:
        return False
    edges[wanted] -= 1
    return True


def differences(before: Json, after: Json, path: Path = ()) -> tuple[FieldChange, ...]:
    """The values that differ between two JSON values, as deep inside as they can be told."""
    return tuple(_differences(before, after, path))


def _differences(before: Any, after: Any, path: Path) -> Iterator[FieldChange]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before | after:
            yield from _entry(before, after, key, (*path, key))
    elif (keys := _entries(before)) is not None and keys == _entries(after):
        for key, old, new in zip(keys, before, after, strict=True):
            yield from _differences(old, new, (*path, key))
    elif not _equal(before, after):
        yield FieldChange(path=path, before=before, after=after)


def _entry(before: dict[str, Any], after: dict[str, Any], key: str, path: Path) -> Iterator[FieldChange]:
    if key not in before:
        yield FieldChange(path=path, kind='added', after=after[key])
    elif key not in after:
        yield FieldChange(path=path, kind='removed', before=before[key])
    else:
        yield from _differences(before[key], after[key], path)


def _entries(value: Any) -> list[str | int] | None:
    """What the entries of a list go by: their names if each has its own, else their places; None: it is no list."""
    if not isinstance(value, list):
        return None
    names = [entry.get('name') if isinstance(entry, dict) else None for entry in value]
    if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
        return [str(name) for name in names]
    return list(range(len(value)))


def _equal(before: Any, after: Any) -> bool:
    """Equal as JSON: a truth value is no number."""
    return before == after and isinstance(before, bool) == isinstance(after, bool)
