"""What every Secrets does."""

from core.stores import Stores


async def test_secret_comes_back_as_it_was(stores: Stores) -> None:
    for value in ('sk-123', '', 'ünï 🔑\n', 'x' * 100_000):
        await stores.secrets.set('OPENAI_API_KEY', value)
        assert await stores.secrets.get('OPENAI_API_KEY') == value


async def test_unknown_secret_is_none(stores: Stores) -> None:
    assert await stores.secrets.get('NOTHING') is None


async def test_names_are_sorted_and_hold_no_values(stores: Stores) -> None:
    await stores.secrets.set('B', 'two')
    await stores.secrets.set('A', 'one')
    await stores.secrets.set('B', 'three')
    assert await stores.secrets.names() == ['A', 'B']


async def test_deleted_secret_is_gone_and_deleting_again_is_no_error(stores: Stores) -> None:
    await stores.secrets.set('A', 'one')
    await stores.secrets.delete('A')
    await stores.secrets.delete('A')
    assert await stores.secrets.get('A') is None
    assert await stores.secrets.names() == []
