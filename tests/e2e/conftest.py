"""The real app, over a data directory that is gone after the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.app_process import AppProcess


@pytest.fixture
def stopped_app(tmp_path: Path) -> Iterator[AppProcess]:
    """The app before its first start."""
    app = AppProcess(tmp_path / 'data')
    yield app
    app.close()


@pytest.fixture
def app(stopped_app: AppProcess) -> AppProcess:
    """The app, serving."""
    return stopped_app.start()


@pytest.fixture(scope='module')
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    """One app for all tests of a module that leave nothing behind which others would mind."""
    app = AppProcess(tmp_path_factory.mktemp('shared') / 'data')
    yield app.start()
    app.close()
