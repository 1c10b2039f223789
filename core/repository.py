"""What the core asks of whatever keeps its entities."""

from typing import Protocol, TypeVar

from core.errors import InvalidError
from core.values import Entity, Value

T = TypeVar('T', bound=Entity)


class Repository(Protocol[T]):
    """Keeps entities of one kind under their ids; contract: tests/contract/test_repositories.py."""

    async def all(self) -> list[T]:
        """All of them, by name."""
        ...

    async def get(self, key: str) -> T:
        """The one under this id, or NotFoundError."""
        ...

    async def create(self, item: T) -> T:
        """Stores a new one at revision 1; an empty id is made from the name, a taken one is a ConflictError."""
        ...

    async def save(self, item: T) -> T:
        """Stores a change and counts the revision up; StaleError if `item.revision` is not the stored one."""
        ...

    async def delete(self, key: str) -> None:
        """Removes it, or NotFoundError."""
        ...


class Secrets(Protocol):
    """Keeps API keys and passwords, encrypted at rest; contract: tests/contract/test_secrets.py."""

    async def names(self) -> list[str]: ...

    async def get(self, name: str) -> str | None: ...

    async def set(self, name: str, value: str) -> None: ...

    async def delete(self, name: str) -> None: ...


class Preferences(Protocol):
    """Small settings of this instance that a person changes in the app, by name; None where never set."""

    async def get(self, name: str) -> str | None: ...

    async def set(self, name: str, value: str) -> None: ...


def stored_json(value: Value, *, what: str) -> str:
    """The value as it is stored; InvalidError where it holds what JSON cannot."""
    try:
        return value.model_dump_json()
    except ValueError as error:
        raise InvalidError(f'{what} cannot be stored as JSON: {error}') from error
