"""Whether a value is what a JSON schema says; the library for it is imported when first needed."""

from collections.abc import Mapping
from typing import Any

from core.errors import InvalidError
from core.values import Json

_MOST = 5


def schema_problems(value: Json, schema: Mapping[str, Any]) -> list[str]:
    """What does not fit, each as `place: reason`; empty where all does. References to elsewhere are never fetched."""
    import jsonschema  # noqa: PLC0415
    from jsonschema.exceptions import SchemaError, best_match  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415 - together 50 ms, and most runs need none of it
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(dict(schema))
        errors = list(kind(schema, registry=Registry()).iter_errors(value))
    except SchemaError as error:
        raise InvalidError(f'It is no JSON schema: {error.message}') from None
    except (Unresolvable, RecursionError) as error:
        raise InvalidError(f'The JSON schema cannot be followed: {error}') from None
    if not errors:
        return []
    best = best_match(errors)
    worst = [best, *(error for error in errors if error is not best)][:_MOST]
    return [
        f'{error.json_path.removeprefix("$").lstrip(".") or "it"}: {error.message[:300]}' for error in worst if error
    ]


def check_schema(schema: Mapping[str, Any]) -> None:
    """InvalidError where it is no JSON schema."""
    schema_problems(None, schema)
