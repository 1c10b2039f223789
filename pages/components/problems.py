"""What is wrong with what was typed, in words, at its field."""

from collections.abc import Iterable, Mapping
from typing import Any

from nicegui.elements.mixins.validation_element import ValidationElement
from pydantic import ValidationError

Fields = Mapping[str, ValidationElement[Any]]
"""Fields by the dotted place of their value, for example 'timeouts.connect'."""


def problems_of(error: ValidationError) -> list[tuple[str, str]]:
    """Each fault as (place, what is wrong and what is right)."""
    return [('.'.join(str(part) for part in fault['loc']), _told(fault)) for fault in error.errors()]


def show_problems(problems: Iterable[tuple[str, str]], fields: Fields) -> list[tuple[str, str]]:
    """Puts each problem below its field and leads to the first; gives those that have no field."""
    told = dict(problems)
    for place, made in fields.items():
        made.error = told.get(place, '').replace('`', '') or None
    wrong = [made for place, made in fields.items() if place in told]
    if wrong:
        wrong[0].run_method('focus')
    return [(place, what) for place, what in told.items() if place not in fields]


def _told(fault: Mapping[str, Any]) -> str:
    limits = fault.get('ctx', {})
    match fault['type']:
        case 'string_too_short' | 'missing':
            return 'It is empty.'
        case 'string_too_long':
            return f'It is too long; at most {limits["max_length"]} characters.'
        case 'greater_than_equal':
            return f'At least {limits["ge"]}.'
        case 'greater_than':
            return f'More than {limits["gt"]}.'
        case 'less_than_equal':
            return f'At most {limits["le"]}.'
        case 'int_from_float' | 'int_type' | 'int_parsing':
            return 'A whole number.'
        case 'float_type' | 'float_parsing':
            return 'A number.'
        case 'value_error':
            text = str(limits['error'])
            return f'{text[:1].upper()}{text[1:].removesuffix(".")}.'
        case _:
            return str(fault['msg'])
