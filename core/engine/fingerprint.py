"""Whether two steps would do the same: the key under which results are taken over from an earlier run."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import to_json

from core.agents.agent import Agent
from core.engine.plan import Planned
from core.values import Json, Value
from core.workflows.templates import Scope, names_in


def fingerprint(
    planned: Planned, config: Value, *, incoming: Sequence[Json], scope: Scope, agents: Mapping[str, Agent]
) -> str:
    """A hash of type, resolved configuration, what arrives, what expressions read, and the agents as they are."""
    identity: dict[str, Any] = {
        'type': planned.node.type,
        'config': config,
        'incoming': incoming,
        'read': {source: scope.values(names_in(source, expression=True)) for source in planned.expressions},
        'agents': [_behaviour(agents[agent]) for agent in planned.type.agents(planned.config) if agent in agents],
    }
    if planned.type.starts:  # it gives what the run was started with
        identity['inputs'] = scope.values({'inputs'})
    return hashlib.blake2b(to_json(identity), digest_size=16).hexdigest()


def _behaviour(agent: Agent) -> dict[str, Any]:
    return agent.model_dump(include={'instructions', 'model', 'parameters'})
