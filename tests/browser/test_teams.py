"""Trying a team in a real browser: its talk grows while it speaks, and stays at its end."""

from playwright.sync_api import Page, expect

from core.samples.gallery import template_text
from tests.e2e.app_process import AppProcess

TASK = 'Shall we open on Sundays? It would cost two salaries. Many visitors asked for it.'


def test_a_team_is_tried_and_its_talk_is_followed_to_its_end(app: AppProcess, page: Page) -> None:
    app.import_workflow(template_text('decision-debate'))
    page.goto('/teams/decision-panel')
    page.get_by_label('Task').fill(TASK)
    page.get_by_label('Task').press('Enter')
    expect(page.locator('.ao-turn', has_text='Advocate').first).to_be_visible(timeout=20_000)
    expect(page.get_by_role('button', name='Stop')).to_be_visible()
    expect(page.get_by_text('Answer of the team')).to_be_visible(timeout=40_000)
    assert page.locator('.ao-turn').count() == 6
    assert page.locator('.ao-play-talk').evaluate('pane => Math.abs(pane.scrollTop)') < 2, 'it stays at its end'
    page.get_by_role('link', name='Open the run').click()
    expect(page.locator('.ao-timeline-row[data-path="team[2].debate_judge"]')).to_be_visible(timeout=20_000)
