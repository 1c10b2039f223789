"""The two shapes of everything that crosses a border: a frozen value, and an entity that is saved under an id."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

Json = Any
"""Whatever JSON can hold: a dict, list, string, number, boolean or None."""

Slug = Annotated[str, StringConstraints(pattern=r'^[a-z0-9][a-z0-9-]{0,63}$')]
"""A readable id: lower-case letters, digits and hyphens, at most 64; it never changes when the name does."""


class Value(BaseModel):
    """Frozen and strict about unknown fields; changed with `model_copy(update=…)`."""

    # JSON has no infinity: it would be stored as null, and what holds it could never be read again.
    model_config = ConfigDict(frozen=True, extra='forbid', allow_inf_nan=False)


class Entity(Value):
    """A value with an identity that a repository keeps.

    `revision` counts saves from 1; a save must carry the stored revision or it is refused as stale (0: never saved).
    An empty `id` is filled from the name when the entity is created.
    """

    id: Slug | str = ''
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    revision: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None
