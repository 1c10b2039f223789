"""A toolbox over a folder, and a short way to call."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from core.clock import SystemClock
from core.plugins import Extensions
from core.sandbox.sandboxes import Sandboxes
from core.stores import Stores
from core.tools.toolbox import Toolbox

Use = Callable[..., Awaitable[Any]]


@pytest.fixture
def toolbox(extensions: Extensions, stores: Stores, tmp_path: Path) -> Toolbox:
    return Toolbox(
        extensions.tools,
        preferences=stores.preferences,
        secrets=stores.secrets,
        sandboxes=Sandboxes(extensions.sandboxes),
        clock=SystemClock(),
        files=tmp_path / 'files',
    )


@pytest.fixture
def use(toolbox: Toolbox) -> Use:
    async def call(key: str, **arguments: Any) -> Any:
        [tool] = await toolbox.find([key])
        return await toolbox.call(tool, arguments, run_id='run', call_id='c', depth=0, say=lambda _: None)

    return call
