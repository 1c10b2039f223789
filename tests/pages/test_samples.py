"""Every sample runs to its end through the pages alone."""

import asyncio
from pathlib import Path

import pytest
from nicegui import ui
from nicegui.testing import User

from core.orchestrator import Orchestrator
from core.runs.run import Run, RunFilter
from pages.canvas.canvas import Canvas
from pages.theme import assets
from tests.conftest import needs_canvas

RESULTS = {
    'research-brief': 'electricity at the depot',
    'support-triage': 'The support team',
    'meeting-notes': 'We agreed to take the big hall',
}


@needs_canvas
@pytest.mark.parametrize('sample', RESULTS)
async def test_a_sample_runs_to_its_result(user: User, orchestrator: Orchestrator, sample: str) -> None:
    await user.open(f'/workflows/{sample}')
    user.find(marker='run-workflow').click()
    await user.should_see(marker='start-run')
    user.find(marker='start-run').click()
    await user.should_see(marker='run-panel')
    if sample == 'support-triage':
        await user.should_see('What is approved')
        user.find(kind=ui.button, content='Approve').click()
    run = await ended(orchestrator)
    await user.should_see('Succeeded')
    output = ' '.join((await orchestrator.state(run.id)).output.values())
    assert RESULTS[sample].lower() in output.lower()


async def test_in_a_copy_without_the_canvas_a_workflow_is_edited_and_run_from_its_text(
    user: User, orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(assets, 'CANVAS_LIBRARY', tmp_path)
    await user.open('/workflows/research-brief')
    await user.should_see(kind=ui.codemirror)
    await user.should_not_see(kind=Canvas)
    user.find(marker='run-workflow').click()
    await user.should_see(marker='start-run')
    user.find(marker='start-run').click()
    await user.should_see('Succeeded', retries=100)
    assert (await ended(orchestrator)).status == 'succeeded'


async def ended(orchestrator: Orchestrator) -> Run:
    """The only run, once it has ended."""
    async with asyncio.timeout(60):
        async for _ in orchestrator.watch_runs():
            (run,) = await orchestrator.runs(RunFilter())
            if run.ended:
                return run
    raise AssertionError
