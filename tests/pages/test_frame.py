"""The frame: rail, title, palette, formats."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nicegui import Client, ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from core.orchestrator import Orchestrator
from pages.components.formats import ago, cost, duration, plural, short, size, tokens
from pages.components.palette import fit
from pages.theme import assets

Field = Callable[[str], ui.element]

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize('path', ['/', '/agents', '/teams', '/settings'])
async def test_every_page_has_the_rail_and_marks_itself_in_it(user: User, path: str) -> None:
    await user.open(path)
    for name in ('Home', 'Agents', 'Workflows', 'Teams', 'Monitor', 'Settings'):
        await user.should_see(name)
    rail = [link for link in user.find(ui.link).elements if 'ao-rail-link' in link.classes]
    here = {link.props['href'] for link in rail if link.props.get('aria-current') == 'page'}
    assert path in here


async def test_ctrl_k_goes_to_an_agent_by_a_few_of_its_letters(
    user: User, orchestrator: Orchestrator, field: Field
) -> None:
    agent = (await orchestrator.agents.all())[0]
    await user.open('/teams')
    UserInteraction(user, {user._client.layout}, None).trigger('aoPalette')
    await user.should_see('Switch between light and dark')
    query = field('Go to anything')
    assert isinstance(query, ui.input)
    query.value = agent.name.lower()
    await user.should_see(agent.name)
    UserInteraction(user, {query}, None).trigger('keydown.enter')
    await user.should_see('Playground')


async def test_nothing_is_loaded_from_elsewhere(user: User) -> None:
    await user.open('/')
    head = Client.shared_head_html
    assert '/theme.css?' in head
    assert 'http:' not in head
    assert 'https:' not in head


async def test_the_style_sheet_and_the_script_that_pages_name_are_served(user: User) -> None:
    await user.open('/')
    for served, names in ((assets.SCRIPT, assets.SCRIPTS), (assets.STYLE, assets.STYLES)):
        assert served.named() in Client.shared_head_html
        response = await user.http_client.get(served.named())
        assert response.status_code == 200
        assert all((assets.FOLDER / name).read_text() in response.text for name in names)


async def test_the_fonts_that_the_style_sheet_names_are_served(user: User) -> None:
    if not assets.has_fonts():
        pytest.skip('The fonts are not in this copy.')
    await user.open('/')
    sheet = (await user.http_client.get(assets.STYLE.address)).text
    addresses = re.findall(r'url\(([^)]+woff2)\)', sheet)
    assert addresses
    for address in addresses:
        assert (await user.http_client.get(address)).status_code == 200, address


def test_the_lock_file_records_integrity_and_no_address() -> None:
    lock = json.loads((ROOT / 'package-lock.json').read_text())
    packages = {name: package for name, package in lock['packages'].items() if name}
    assert packages
    assert all(package['integrity'].startswith('sha512-') for package in packages.values())
    assert not any('resolved' in package for package in packages.values())


def test_the_palette_prefers_letters_that_stand_together() -> None:
    assert fit('xyz', 'Research brief') is None
    assert fit('rb', 'Research brief') is not None
    together, apart = fit('brief', 'Research brief'), fit('brief', 'Big rivers in early fall')
    assert together is not None
    assert apart is not None
    assert together < apart


def test_the_palette_prefers_words_that_begin_like_the_query() -> None:
    names = ['Tester in a line', 'Industrial notes', 'Support triage']
    assert sorted(names, key=lambda name: fit('tri', name) or 0) == ['Support triage', 'Industrial notes', names[0]]
    assert min(names, key=lambda name: fit('support tri', name) is None) == 'Support triage'


def test_numbers_keep_their_unit() -> None:
    assert [duration(s) for s in (None, 0.34, 1.2, 59.96, 200, 7500)] == [
        '–', '340 ms', '1.2 s', '0 min 59 s', '3 min 20 s', '2 h 5 min',
    ]  # fmt: skip
    assert [tokens(n) for n in (840, 11_240, 3_400_000)] == ['840 tok', '11.2k tok', '3.4M tok']
    assert short(999_960) == '1M'
    assert [cost(c) for c in (None, 0, 0.0001, 0.004, 1.27)] == ['–', '$0', '<$0.001', '$0.004', '$1.27']
    assert [size(n) for n in (None, 512, 4_200_000, 8_100_000_000)] == ['–', '512 B', '4.2 MB', '8.1 GB']
    assert (plural(1, 'run'), plural(3, 'run')) == ('1 run', '3 runs')


def test_ages_are_told_in_the_largest_unit() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    ages = [ago(now - timedelta(seconds=s), now=now) for s in (1, 40, 300, 7200, 200_000, 900_000)]
    assert ages == ['just now', '40 s ago', '5 min ago', '2 h ago', '2 d ago', '2026-11-12']
