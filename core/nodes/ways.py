"""Named ways out of a node, as people write them in its configuration."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import StringConstraints

from core.workflows.graph import ERROR

HandleName = Annotated[str, StringConstraints(pattern=r'^[a-z][a-z0-9_]{0,63}$')]


def check_distinct(names: Iterable[str]) -> None:
    """ValueError where two ways have the same name, or one that the engine gives."""
    taken = [*names, ERROR]
    if len(set(taken)) < len(taken):
        raise ValueError(f'each way needs a name of its own, and `{ERROR}` is taken')
