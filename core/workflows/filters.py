"""The filters of templates and expressions."""

from collections.abc import Mapping
from types import MappingProxyType

FILTERS: Mapping[str, str] = MappingProxyType(
    {
        'abs': 'a number without its sign',
        'capitalize': 'the first letter large, the others small',
        'count': 'how many items, or characters',
        'd': 'the same as default',
        'default': 'another value where there is none: default("none")',
        'dictsort': 'names and values, sorted by name',
        'first': 'the first item',
        'float': 'as a number with decimals',
        'int': 'as a whole number',
        'items': 'names and values, in pairs',
        'join': 'a list as one text: join(", ")',
        'last': 'the last item',
        'length': 'how many items, or characters',
        'list': 'as a list',
        'lower': 'in small letters',
        'map': 'a filter or a field of each item: map("upper")',
        'max': 'the largest item',
        'min': 'the smallest item',
        'reject': 'without the items that pass a test',
        'rejectattr': 'without the items whose field passes a test',
        'replace': 'one text in place of another: replace("a", "b")',
        'reverse': 'the other way round',
        'round': 'rounded: round(2)',
        'select': 'only the items that pass a test',
        'selectattr': 'only the items whose field passes a test',
        'sort': 'in order',
        'string': 'as text',
        'sum': 'the numbers added up',
        'title': 'each word with a capital letter',
        'tojson': 'as JSON',
        'trim': 'without blanks around it',
        'truncate': 'cut at a length: truncate(80)',
        'unique': 'each item once',
        'upper': 'in capital letters',
        'wordcount': 'how many words',
    }
)
"""What can stand after a bar, and what it gives."""
