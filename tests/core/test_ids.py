"""Names as people read them."""

import pytest

from core.ids import in_words


@pytest.mark.parametrize(
    ('name', 'words'),
    [
        ('accept_errors', 'Accept errors'),
        ('url', 'URL'),
        ('user_ids', 'User IDs'),
        ('json_schema', 'JSON schema'),
        ('hidden', 'Hidden'),
        ('Content-Type', 'Content-Type'),
        ('', ''),
    ],
)
def test_names_are_read_as_words_and_acronyms_in_capitals(name: str, words: str) -> None:
    assert in_words(name) == words
