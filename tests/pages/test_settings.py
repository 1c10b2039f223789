"""Settings: connections, the default model, secrets, data, plugins."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nicegui.testing import User

from core.llm.connection import Connection, ModelRef
from core.orchestrator import Orchestrator
from pages.settings.data import measure
from pages.theme import assets

Field = Callable[[str], Any]


async def test_a_pasted_key_becomes_a_secret_and_is_never_shown(
    user: User, orchestrator: Orchestrator, field: Field
) -> None:
    await user.open('/settings')
    user.find('OpenAI').click()
    await user.should_see('Connect OpenAI')
    field('Key').value = 'sk-very-secret'
    user.find('Save connection').click()
    await user.should_see('OpenAI is saved.')
    saved = await orchestrator.connections.get('openai')
    assert saved.api_key.startswith('${')
    assert await orchestrator.secrets.get(saved.api_key[2:-1]) == 'sk-very-secret'
    await user.should_see('key set')
    assert not any('sk-very-secret' in str(e.props) + str(e._text) for e in user._client.elements.values())


async def test_a_reference_is_kept_as_it_is(user: User, orchestrator: Orchestrator, field: Field) -> None:
    await user.open('/settings')
    user.find('Anthropic').click()
    await user.should_see('Connect Anthropic')
    field('Key').value = '${MY_KEY}'
    field('Max parallel').value = 2
    user.find('Save connection').click()
    await user.should_see('Anthropic is saved.')
    saved = await orchestrator.connections.get('anthropic')
    assert (saved.api_key, saved.max_parallel) == ('${MY_KEY}', 2)
    await user.should_see('key from ${MY_KEY}')


async def test_a_connection_that_is_not_valid_is_explained_and_stays_open(
    user: User, orchestrator: Orchestrator, field: Field
) -> None:
    await user.open('/settings')
    user.find('Anthropic').click()
    await user.should_see('Connect Anthropic')
    field('Name').value = ''
    user.find('Save connection').click()
    await user.should_see('The connection cannot be saved as it is.')
    await user.should_see('Connect Anthropic')
    assert 'anthropic' not in {connection.id for connection in await orchestrator.connections.all()}


async def only(orchestrator: Orchestrator, connection: Connection) -> None:
    """Leaves this connection alone on the page, so that its buttons are the only ones."""
    for other in await orchestrator.connections.all():
        await orchestrator.connections.delete(other.id)
    await orchestrator.connections.create(connection)


async def test_a_test_says_what_is_wrong_and_what_to_do(user: User, orchestrator: Orchestrator) -> None:
    nobody = 'http://127.0.0.1:9'
    await only(orchestrator, Connection(name='Ollama', provider='ollama', base_url=nobody))
    await user.open('/settings')
    user.find('Test').click()
    await user.should_see(f'does not answer at {nobody}')
    await user.should_see('Is it running?')


async def test_a_test_that_succeeds_lists_the_models(user: User, orchestrator: Orchestrator) -> None:
    await only(orchestrator, Connection(name='Practice', provider='practice'))
    await user.open('/settings')
    user.find('Test').click()
    await user.should_see('practice-slow')


async def test_the_default_model_is_chosen_from_what_the_connections_offer(
    user: User, orchestrator: Orchestrator
) -> None:
    await only(orchestrator, Connection(id='practice', name='Practice', provider='practice'))
    await user.open('/settings')
    user.find('Choose a model').click()
    await user.should_see('practice-slow')
    user.find(marker='practice/practice-slow').click()
    await user.should_see('now use practice/practice-slow')
    assert await orchestrator.default_model() == ModelRef.parse('practice/practice-slow')


async def test_connections_of_one_name_are_told_apart_by_their_ids(user: User, orchestrator: Orchestrator) -> None:
    for key in ('desk', 'attic'):
        await orchestrator.connections.create(Connection(id=key, name='My server', provider='ollama'))
    await user.open('/settings')
    await user.should_see('desk · Ollama')
    await user.should_see('attic · Ollama')
    await user.should_not_see('practice · Practice')
    await user.should_see('Delete My server (attic)')


async def test_a_secret_is_set_replaced_and_deleted_by_name_alone(
    user: User, orchestrator: Orchestrator, field: Field
) -> None:
    await user.open('/settings/secrets')
    await user.should_see('No secret yet')
    user.find('Add secret').click()
    await user.should_see('Add a secret')
    field('Name').value = '1 bad name'
    field('Value').value = 'first'
    user.find('Save secret').click()
    await user.should_see('Add a secret')
    field('Name').value = 'MY_KEY'
    user.find('Save secret').click()
    await user.should_see('MY_KEY is set.')
    assert await orchestrator.secrets.get('MY_KEY') == 'first'
    user.find('Delete MY_KEY').click()
    await user.should_see('Delete secret')
    user.find('Delete secret').click()
    await user.should_see('No secret yet')
    assert await orchestrator.secrets.names() == []


async def test_data_shows_the_directory_its_size_and_the_backups(user: User, tmp_path: Path) -> None:
    (tmp_path / 'orchestrator.db').write_bytes(b'x' * 2_500_000)
    (tmp_path / 'backups').mkdir()
    (tmp_path / 'backups' / 'orchestrator-old.db').write_bytes(b'x' * 1_500_000)
    await user.open('/settings/data')
    await user.should_see(str(tmp_path))
    await user.should_see('2.5 MB')
    await user.should_see('orchestrator-old.db')


def test_backups_do_not_count_as_the_database(tmp_path: Path) -> None:
    (tmp_path / 'orchestrator.db').write_bytes(b'x' * 10)
    (tmp_path / 'orchestrator.db-wal').write_bytes(b'x' * 5)
    (tmp_path / 'secret.key').write_bytes(b'x')
    (tmp_path / 'backups').mkdir()
    (tmp_path / 'backups' / 'a.db').write_bytes(b'x' * 3)
    kept = measure(tmp_path)
    assert (kept.database, kept.other, kept.backups) == (15, 1, [('a.db', 3)])


async def test_a_broken_plugin_is_shown_with_its_fault(user: User, orchestrator: Orchestrator) -> None:
    orchestrator.extensions.faults['acme'] = 'ImportError: no acme_core'
    await user.open('/settings/plugins')
    await user.should_see('The plugin acme did not load: ImportError: no acme_core')


async def test_about_says_that_there_is_no_telemetry(user: User) -> None:
    await user.open('/settings/about')
    await user.should_see('No telemetry')
    await user.should_see('MIT')


async def test_the_theme_is_chosen_in_the_browser(user: User) -> None:
    await user.open('/settings/appearance')
    for word in ('System', 'Light', 'Dark'):
        await user.should_see(word)


def test_without_the_fonts_the_style_sheet_names_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*assets.SCRIPTS, *assets.STYLES, assets.ICON):
        (tmp_path / name).write_text('')
    monkeypatch.setattr(assets, 'FOLDER', tmp_path)
    assert not assets.has_fonts()
    assert b'vendor' not in assets.STYLE.content()
    for name in assets.FONTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('src: url(./files/one.woff2)')
    assert b'url(/theme/vendor/geist/files/one.woff2)' in assets.STYLE.content()


async def test_the_levels_of_the_sandbox_are_shown_with_what_they_do_not_stop(user: User) -> None:
    await user.open('/settings/sandbox')
    await user.should_see('used for light Python')
    await user.should_see('A fault in the interpreter itself')
    await user.should_see('not allowed')
    user.find('Test again').click()
    await user.should_see('used for light Python')
