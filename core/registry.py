"""Names and what they stand for; the same for providers, node types and whatever plugins add."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from core.errors import ConflictError, UnknownNameError

T = TypeVar('T')


class Registry(Generic[T]):
    """Looks things up by name; an unknown name lists the known ones, a taken one is refused."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._items: dict[str, T] = {}

    def add(self, name: str, item: T) -> None:
        if name in self._items:
            raise ConflictError(f'There is already a {self._kind} named {name!r}.')
        self._items[name] = item

    def get(self, name: str) -> T:
        try:
            return self._items[name]
        except KeyError:
            raise UnknownNameError(self._kind, name, self._items) from None

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def names(self) -> list[str]:
        return list(self._items)
