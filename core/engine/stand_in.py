"""The step of a node that is not run: what it gives instead, as a fact for the journal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.engine.plan import Planned, StandIn
from core.nodes.node_type import join_texts
from core.runs.events import StepReused


def instead(
    planned: Planned, stand_in: StandIn, path: str, *, incoming: Sequence[dict[str, Any]], now: datetime
) -> StepReused:
    """The step's result. It has no fingerprint: no later run may take it for what the node itself would have given."""
    output = passed_on(incoming) if stand_in.output is None else stand_in.output
    return StepReused(
        at=now, path=path, node=planned.node.id, why=stand_in.why, output=output, handles=stand_in.handles
    )


def passed_on(incoming: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What arrives, as one result: its text, and all fields where there is a single one; nothing where none is."""
    if not incoming:
        return {}
    fields = incoming[0] if len(incoming) == 1 else {}
    return {'text': join_texts(incoming), **fields}
