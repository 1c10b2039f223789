"""Real processes of the app: one for this machine only, one that is shared."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.app_process import AppProcess

PASSWORD = 'drei kurze Wörter'


@pytest.fixture(scope='package')
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an instance without a password."""
    yield from served(tmp_path_factory.mktemp('local') / 'data')


@pytest.fixture(scope='package')
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an instance with a password, also known as lab.local."""
    access = {'AGENT_ORCHESTRATOR_PASSWORD': PASSWORD, 'AGENT_ORCHESTRATOR_ALLOWED_HOSTS': 'lab.local'}
    yield from served(tmp_path_factory.mktemp('shared') / 'data', **access)


def served(data_dir: Path, **env: str) -> Iterator[str]:
    app = AppProcess(data_dir, env=env)
    try:
        yield app.start().url
    finally:
        app.close()
