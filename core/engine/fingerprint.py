"""Whether two steps would do the same: the key under which results are taken over from an earlier run."""

import hashlib
from collections.abc import Sequence
from typing import Any

from pydantic_core import to_json

from core.agents.agent import Agent
from core.engine.plan import Planned
from core.runs.state import RunState
from core.sandbox.source import read_source
from core.values import Json, Value
from core.workflows.templates import Scope, names_in


def fingerprint(planned: Planned, config: Value, *, incoming: Sequence[Json], scope: Scope, state: RunState) -> str:
    """A hash of type, resolved configuration, what arrives, what expressions and code read, and the agents now."""
    identity: dict[str, Any] = {
        'type': planned.node.type,
        'config': config,
        'incoming': incoming,
        'read': {source: scope.values(_names(language, source)) for language, source in planned.looked_up},
        'agents': [
            _behaviour(state.agents[agent]) for agent in planned.type.agents(planned.config) if agent in state.agents
        ],
    }
    if planned.type.starts:  # it gives what the run was started with
        identity['inputs'] = scope.values({'inputs'})
    return hashlib.blake2b(to_json(identity), digest_size=16).hexdigest()


def _names(language: str, source: str) -> frozenset[str]:
    return read_source(source).reads if language == 'python' else names_in(source, expression=True)


def _behaviour(agent: Agent) -> dict[str, Any]:
    told = agent.model_dump(include={'instructions', 'model', 'parameters'})
    # What came later counts only where it is used, so that results of older runs are still found.
    later = {'tools', 'ask_before', 'output_schema', 'max_turns', 'budget', 'memory'}
    return told | agent.model_dump(mode='json', include=later, exclude_defaults=True)
