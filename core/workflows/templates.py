"""Text templates and expressions, one sandboxed language over what is upstream."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True, slots=True)
class Scope:
    """The names that a node's templates and expressions can use.

    `values`: the output of each upstream node by its id (`{{ research.text }}`), `incoming` (the text that arrives)
    and `inputs` (what the run was started with). A node that was skipped counts as empty.
    """

    values: Mapping[str, Any]
    skipped: frozenset[str] = field(default_factory=frozenset)

    def render(self, template: str) -> str:
        """The template as text. TemplateError where it names what is not there or grows beyond 20 MB."""
        raise NotImplementedError

    def evaluate(self, expression: str) -> Any:
        """The value of the expression, or TemplateError."""
        raise NotImplementedError


def names_in(source: str, *, expression: bool = False) -> set[str]:
    """The top-level names a template or expression uses; TemplateError where it does not parse."""
    raise NotImplementedError
