"""Ids that people can read and machines can sort, and the words that they are read as."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Container
from datetime import datetime

_ACRONYMS = ('AI', 'API', 'CSV', 'HTML', 'HTTP', 'ID', 'IP', 'JSON', 'MCP', 'PDF', 'SQL', 'URL', 'UTC', 'XML', 'YAML')
_SPELLED = {word.lower(): word for word in _ACRONYMS} | {f'{word.lower()}s': f'{word}s' for word in _ACRONYMS}

_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'  # Crockford's base 32: no letter is mistaken for a digit


def slug(name: str, *, taken: Container[str] = ()) -> str:
    """The name as an id, e.g. 'Research brief' → 'research-brief', with '-2', '-3' … where that is taken."""
    ascii_name = unicodedata.normalize('NFKD', name).encode('ascii', 'ignore').decode()
    base = re.sub(r'[^a-z0-9]+', '-', ascii_name.lower()).strip('-')[:56].strip('-') or 'untitled'
    candidate, number = base, 2
    while candidate in taken:
        candidate, number = f'{base}-{number}', number + 1
    return candidate


def spelled(words: str) -> str:
    """The words with acronyms as people write them: 'http header' → 'HTTP header'."""
    return ' '.join(_SPELLED.get(word, word) for word in words.split(' '))


def in_words(name: str) -> str:
    """What a name in code is called on a page: 'accept_errors' → 'Accept errors', 'url' → 'URL'."""
    words = spelled(name.replace('_', ' '))
    return words[:1].upper() + words[1:]


def run_id(now: datetime) -> str:
    """A new id of 16 characters that sorts by time: 9 for the milliseconds, 7 of chance (35 bits)."""
    return _base32(int(now.timestamp() * 1000), 9) + _base32(secrets.randbits(35), 7)


def child_run_id(parent: str, call: str) -> str:
    """The id of the run that this call of this run begins, the same each time; it sorts beside its parent."""
    chance = int.from_bytes(hashlib.blake2b(f'{parent} {call}'.encode(), digest_size=8).digest(), 'big')
    return parent[:9] + _base32(chance, 7)


def due_run_id(schedule: str, due: datetime) -> str:
    """The id of the run that this schedule starts at this time, the same each time it is asked."""
    moment = int(due.timestamp() * 1000)
    chance = int.from_bytes(hashlib.blake2b(f'{schedule} {moment}'.encode(), digest_size=8).digest(), 'big')
    return _base32(moment, 9) + _base32(chance, 7)


def _base32(number: int, width: int) -> str:
    return ''.join([_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(width))])
