"""The pages over an orchestrator in memory, as a simulated person sees them."""

import re
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
from nicegui import ui
from nicegui.testing import User, user_simulation

from core.orchestrator import Orchestrator
from pages import site

LOOKS = 100
"""As often a person looks, ten times a second, before what should be there counts as missing."""


@pytest.fixture
async def user(
    orchestrator: Orchestrator, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[User]:
    """A person at a browser. The pages are registered anew, for each simulation begins with none; an error that a
    page only logs fails the test."""
    async with user_simulation() as person:
        person.javascript_rules[re.compile('^true$')] = lambda _: True  # a page asks whether what it told is drawn
        for looks in ('should_see', 'should_not_see'):
            monkeypatch.setattr(person, looks, partial(getattr(person, looks), retries=LOOKS))
        site.register(orchestrator, data_dir=tmp_path)
        yield person
    errors = [record.getMessage() for record in caplog.get_records('call') if record.levelname == 'ERROR']
    assert not errors


Field = Callable[[str], ui.element]


@pytest.fixture
def field(user: User) -> Field:
    """Finds the field with this label on the page."""

    def find(label: str) -> ui.element:
        found = [e for e in user._client.elements.values() if e.props.get('aria-label') == label]
        assert found, f'there is no field {label!r} on the page'
        return found[0]

    return find
