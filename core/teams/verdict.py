"""What a judge is asked for: an answer with a form."""

from typing import Any


def verdict(*, done: bool) -> dict[str, Any]:
    """Its JSON schema: why, then whether they are `done` (where the judge may say so), then the answer."""
    properties = {
        'reason': {'type': 'string', 'description': 'Why, in a sentence or two.'},
        **({'done': {'type': 'boolean', 'description': 'Whether they are done.'}} if done else {}),
        'answer': {'type': 'string', 'description': 'The answer to the task, in full; empty if they are not done.'},
    }
    return form(properties)


def ballot(options: list[str]) -> dict[str, Any]:
    """Its JSON schema: why, then the option."""
    return form({'reason': {'type': 'string', 'description': 'Why.'}, 'vote': {'type': 'string', 'enum': options}})


def form(properties: dict[str, Any]) -> dict[str, Any]:
    return {'type': 'object', 'properties': properties, 'required': [*properties], 'additionalProperties': False}
