"""What a person sees when something is not there, or fails where no page expected it."""

import logging

import pytest
from nicegui import ui
from nicegui.testing import User

from core.errors import StorageError
from core.orchestrator import Orchestrator


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """These faults are meant to be logged."""
    caplog.set_level(logging.CRITICAL, logger='nicegui')


async def test_a_page_that_is_not_there_is_explained_in_the_frame(user: User) -> None:
    response = await user.http_client.get('/nowhere')
    assert response.status_code == 404
    assert 'There is no such page' in response.text
    assert 'Nothing is at /nowhere' in response.text


async def test_a_missing_file_is_no_page(user: User) -> None:
    response = await user.http_client.get('/theme/nothing.css')
    assert response.status_code == 404
    assert response.json() == {'detail': 'Not Found'}


async def test_a_page_that_cannot_be_read_says_why(
    user: User, orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch, quiet: None
) -> None:
    async def broken() -> None:
        raise StorageError('The disk is full. Make room, then reload.')

    monkeypatch.setattr(orchestrator.teams, 'all', broken)
    response = await user.http_client.get('/teams')
    assert response.status_code == 500
    assert 'This page cannot be shown' in response.text
    assert 'The disk is full. Make room, then reload.' in response.text


async def test_what_no_handler_expected_is_shown(
    user: User, orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch, quiet: None
) -> None:
    async def broken(key: str) -> None:
        raise RuntimeError('a mistake')

    await user.open('/agents/brief-editor')
    monkeypatch.setattr(orchestrator.agents, 'delete', broken)
    user.find('Delete').click()
    await user.should_see('Delete agent')
    user.find(kind=ui.button, content='Delete agent').click()
    await user.should_see('Something in the app failed; its log says more.')
