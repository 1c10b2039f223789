"""What a parser says about a template or an expression, as a person would say it."""

import re
from types import MappingProxyType

_SAID = MappingProxyType(
    {
        r"unexpected 'end of template'": 'A place begins with {{ and has no }}.',
        r"unexpected end of template, expected 'end of print statement'": 'A place begins with {{ and has no }}.',
        r"unexpected end of template, expected 'end of statement block'": 'A block begins with {% and has no %}.',
        r"Expected an expression, got 'end of print statement'": 'There is nothing between {{ and }}.',
        r'expected name or number': 'A name is missing after the dot.',
        r"expected token 'name'": 'A name is missing after the bar.',
        r"expected token '(?:end of print statement|\))', got '(.+)'": r'Something is missing before `\1`.',
        r"unexpected '}', expected '\)'": 'A ( has no ).',
        r"""unexpected char ['"]{3}""": 'A text in quotes has no end.',
        r"unexpected char '(.)'": r'`\1` cannot stand here.',
        r"Unexpected end of template.* closed is '(.+)'": r'A {% \1 %} has no {% end\1 %}.',
        r"Encountered unknown tag '(.+)'": r'There is no {% \1 %} here.',
        r'Missing end of comment tag': 'A comment begins with {# and has no #}.',
    }
)
"""Patterns of what Jinja says, and our words for it."""


def said(message: str, *, expression: bool) -> str:
    """The message in our words; those of the parser where there are none."""
    if expression and message == "unexpected ')'":  # of the brackets that are put around it to be read
        return 'Something is missing at the end, or there is one ) too many.'
    for pattern, words in _SAID.items():
        if match := re.match(pattern, message):
            return match.expand(words)
    return message
