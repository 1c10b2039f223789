"""Where others add to the app; what is built in takes the same road."""

import logging
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points

from core.llm.provider import ProviderType
from core.nodes.node_type import NodeTypes
from core.registry import Registry
from core.sandbox.sandbox import Sandbox
from core.teams.strategy import Strategies
from core.tools.tool import Tools

GROUP = 'agent_orchestrator'

log = logging.getLogger(__name__)

Register = Callable[['Extensions'], None]


class Extensions:
    """All that can be extended.

    A plugin is a function `register(extensions)` that is named in the entry point group `agent_orchestrator`.
    """

    def __init__(self) -> None:
        self.node_types: NodeTypes = Registry('node type')
        self.providers: Registry[ProviderType] = Registry('provider')
        self.sandboxes: Registry[Sandbox] = Registry('sandbox level')
        self.strategies: Strategies = Registry('strategy')
        self.tools: Tools = Registry('tool')
        self.faults: dict[str, str] = {}
        """Plugins that did not load, and why."""


def load_extensions(built_in: Iterable[Register], *, plugins: Iterable[EntryPoint] | None = None) -> Extensions:
    """The built-in extensions and those of installed plugins; a broken plugin is noted and stops nothing."""
    extensions = Extensions()
    for register in built_in:
        register(extensions)
    for plugin in entry_points(group=GROUP) if plugins is None else plugins:
        try:
            plugin.load()(extensions)
        except Exception as error:  # whatever a stranger's code raises
            log.exception('Plugin %s did not load', plugin.name)
            extensions.faults[plugin.name] = f'{type(error).__name__}: {error}'
    return extensions
