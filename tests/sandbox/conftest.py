"""All levels that this machine has; one that is missing is skipped, and the reason says how to get it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.registry import Registry
from core.sandbox.built_in import add_built_in_sandboxes
from core.sandbox.container import ENGINES
from core.sandbox.sandbox import Sandbox
from core.sandbox.self_test import self_test
from tests.sandbox.ground import Ground, prepared
from tests.sandbox.image import IMAGE, make_image

LEVELS = ('light', 'container', 'bubblewrap', 'landlock', 'process', 'direct')

REQUIRED = os.environ.get('AGENT_ORCHESTRATOR_REQUIRE_SANDBOXES', '').split()
"""Levels whose absence is a failure here, not a skipped test."""


def built_in() -> Registry[Sandbox]:
    levels: Registry[Sandbox] = Registry('sandbox')
    add_built_in_sandboxes(levels, image=IMAGE)
    return levels


@pytest.fixture(scope='session', autouse=True)
def image() -> None:
    for engine in filter(shutil.which, ENGINES):
        if make_image(engine):
            return


@pytest.fixture(params=LEVELS)
async def level(request: pytest.FixtureRequest, missing: dict[str, str]) -> Sandbox:
    """Each level in turn."""
    sandbox = built_in().get(request.param)
    if sandbox.name not in missing:
        lack = await sandbox.lack()
        missing[sandbox.name] = f'{lack.problem} {lack.remedy}' if lack else await self_test(sandbox) or ''
    if missing[sandbox.name]:
        (pytest.fail if sandbox.name in REQUIRED else pytest.skip)(f'{sandbox.title}: {missing[sandbox.name]}')
    return sandbox


@pytest.fixture(scope='session')
def missing() -> dict[str, str]:
    """Why a level is not here, by its name; empty where it is."""
    return {}


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with prepared(tmp_path) as ground:
        yield ground
