"""Long strings are stored once, come back where they were, and go with the last run that used them."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StorageError
from core.runs import events as e
from core.runs.run import Run
from storage import blobs
from storage.store import OpenStores

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG = 'The quick brown fox. ' * 5_000


@pytest.fixture
def path(stores: OpenStores, tmp_path: Path) -> Path:
    return tmp_path / 'data' / 'orchestrator.db'


async def run_with(stores: OpenStores, run_id: str, *texts: str) -> None:
    run = Run(id=run_id, workflow_id='w', workflow_name='W', version_id='v', created_at=T0)
    await stores.journal.create(run, e.RunCreated(at=T0, version_id='v'))
    await stores.journal.append(run_id, [e.Logged(at=T0, message=text) for text in texts])
    await stores.journal.append(run_id, [e.RunSucceeded(at=T0)])


async def test_long_string_is_stored_once_and_compressed(stores: OpenStores, path: Path) -> None:
    await run_with(stores, 'a', LONG, LONG)
    await run_with(stores, 'b', LONG)
    [(size,)] = query(path, 'SELECT length(data) FROM blobs')
    assert size < len(LONG) / 10
    assert query(path, 'SELECT max(length(body)) < 500 FROM events') == [(1,)]


async def test_string_of_just_the_limit_stays_in_its_event(stores: OpenStores, path: Path) -> None:
    await run_with(stores, 'a', 'x' * blobs.LONG)
    assert query(path, 'SELECT * FROM blobs') == []
    await run_with(stores, 'b', 'x' * (blobs.LONG + 1))
    assert query(path, 'SELECT count(*) FROM blobs') == [(1,)]


async def test_deleting_a_run_deletes_what_only_it_used(stores: OpenStores, path: Path) -> None:
    await run_with(stores, 'a', LONG, LONG + 'only a')
    await run_with(stores, 'b', LONG)
    await stores.journal.delete('a')
    assert query(path, 'SELECT count(*) FROM blobs') == [(1,)]
    assert [event.message for event in await stores.journal.read('b') if isinstance(event, e.Logged)] == [LONG]
    await stores.journal.delete('b')
    assert query(path, 'SELECT count(*) FROM blobs') == [(0,)]
    assert query(path, 'SELECT count(*) FROM blob_uses') == [(0,)]


async def test_missing_blob_is_named_as_damage(stores: OpenStores, path: Path) -> None:
    await run_with(stores, 'a', LONG)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute('DELETE FROM blobs')
    with pytest.raises(StorageError, match='1 long texts are missing'):
        await stores.journal.read('a')


async def test_text_that_looks_like_a_reference_is_only_text(stores: OpenStores) -> None:
    await run_with(stores, 'a', LONG)
    lookalike = blobs.references({('message',): '0' * 64})
    await run_with(stores, 'b', lookalike, '["message"]')
    messages = [event.message for event in await stores.journal.read('b') if isinstance(event, e.Logged)]
    assert messages == [lookalike, '["message"]']


texts = st.text(st.characters(exclude_categories=['Cs'])) | st.builds(
    lambda char, count: char * count, st.sampled_from('aé😀"\\\n'), st.integers(0, 40_000)
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=6,
)


@given(value=st.dictionaries(texts, values, max_size=3))
def test_any_json_comes_back_as_it_was(value: dict[str, object]) -> None:
    body, found = blobs.take_out(json.dumps(value, ensure_ascii=False))
    places = blobs.dereference(blobs.references({place: str(n) for n, place in enumerate(found)}))
    assert list(places) == list(found)
    assert json.loads(blobs.put_back(body, found)) == value
    assert all(len(text.encode()) > blobs.LONG for text in found.values())


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()
