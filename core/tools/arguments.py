"""The arguments of a tool, as a person edits them before a call."""

import json

from core.errors import InvalidError


def require_object(text: str) -> None:
    """InvalidError where the text is not a JSON object."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidError(f'The arguments are not JSON: {error}. Correct them, or refuse the call.') from None
    if not isinstance(told, dict):
        raise InvalidError('The arguments are not a JSON object, such as {"path": "notes.txt"}.')
