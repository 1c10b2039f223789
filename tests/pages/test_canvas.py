"""What the canvas sends to a browser."""

from typing import Any

import pytest
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from core.drafts.edits import Remove
from core.orchestrator import Orchestrator
from pages.canvas.canvas import Canvas
from tests.conftest import needs_canvas

SAMPLE = 'research-brief'


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The methods that are called in the browser."""
    names: list[str] = []

    def note(_: Canvas, name: str, *__: Any, **___: Any) -> None:
        names.append(name)

    monkeypatch.setattr(Canvas, 'run_method', note)
    return names


@needs_canvas
async def test_the_graph_comes_with_the_page_and_is_not_sent_again(user: User, called: list[str]) -> None:
    await user.open(f'/workflows/{SAMPLE}')
    drawn = canvas(user)
    assert len(drawn.props['graph'][0]['nodes']) == 8
    UserInteraction(user, {drawn}, None).trigger('ready')
    assert 'load' not in called
    assert 'graph' not in drawn.props


@needs_canvas
async def test_a_graph_that_changed_before_the_browser_was_there_is_sent(
    user: User, orchestrator: Orchestrator, called: list[str]
) -> None:
    await user.open(f'/workflows/{SAMPLE}')
    draft = await orchestrator.drafts.open(SAMPLE)
    draft.edit([Remove(nodes=(draft.graph.nodes[0].id,))])
    UserInteraction(user, {canvas(user)}, None).trigger('ready')
    assert called == ['load']


@needs_canvas
async def test_a_browser_that_draws_it_again_is_sent_what_is_there_now(user: User, called: list[str]) -> None:
    await user.open(f'/workflows/{SAMPLE}')
    for _ in range(2):
        UserInteraction(user, {canvas(user)}, None).trigger('ready')
    assert called == ['load']


def canvas(user: User) -> Canvas:
    (found,) = (element for element in user._client.elements.values() if isinstance(element, Canvas))
    return found
