"""The form of an agent's answer: whether a text is the JSON that a schema asks for."""

import json
import re
from collections.abc import Mapping
from typing import Any

from core.tools.schema import schema_problems
from core.values import Json

_FENCED = re.compile(r'```[a-z]*\s*\n(.*?)\n?\s*```', re.DOTALL)


def read_answer(text: str, schema: Mapping[str, Any]) -> tuple[Json, list[str]]:
    """The value in the text, and what is wrong with it; nothing where it fits."""
    try:
        value = json.loads(_bare(text))
    except (ValueError, RecursionError):
        return None, ['The answer is not JSON.']
    return value, schema_problems(value, schema)


def repair_wish(problems: list[str], schema: Mapping[str, Any]) -> str:
    """What a model is told whose answer does not fit."""
    listed = '\n'.join(f'- {problem}' for problem in problems)
    return (
        f'Your answer does not have the form that is needed:\n{listed}\n\n'
        f'Answer again with nothing but JSON that fits this schema:\n{json.dumps(schema, ensure_ascii=False)}'
    )


def _bare(text: str) -> str:
    """The JSON without what models like to put around it."""
    text = text.strip()
    if fenced := _FENCED.search(text):
        return fenced[1]
    return text
