"""YAML as plain data: read so that a file from a stranger does no harm, and written as a person would."""

import re
from typing import Any

import yaml

from core.errors import InvalidError

MAX_LENGTH = 16_000_000
"""The longest file, in characters."""
MAX_DEPTH = 100


def read_yaml(text: str) -> dict[str, Any]:
    """The mapping in the text; InvalidError says the line and what is wrong there."""
    if len(text) > MAX_LENGTH:
        raise InvalidError(f'The file is longer than {MAX_LENGTH:,} characters.')
    try:
        _refuse_bombs(text)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f'Line {mark.line + 1}, column {mark.column + 1}: ' if mark else ''
        message = f'{line}{error.problem or error.context or "this is not YAML"}.'
        raise InvalidError(message, problems=[(str(mark.line + 1 if mark else 1), message)]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidError(f'This is not readable YAML: {error}.') from error
    if not isinstance(data, dict):
        raise InvalidError('The file should hold a mapping, with `nodes:` and `edges:`.')
    return data


def _refuse_bombs(text: str) -> None:
    """Aliases of aliases make gigabytes of a hundred bytes; deep nesting overflows the C parser's stack.

    A tag forces a value into a type that it may not fit, which the parser does not expect.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_FastLoader):
        match event:
            case yaml.NodeEvent() if (tag := getattr(event, 'tag', None)) is not None:
                tag = tag.replace('tag:yaml.org,2002:', '!!')
                problem = f'tags such as `{tag}` are not used in workflow files'
            case yaml.AliasEvent():
                problem = f'aliases such as `*{event.anchor}` are not used in workflow files'
            case yaml.CollectionStartEvent():
                depth += 1
                if depth <= MAX_DEPTH:
                    continue
                problem = f'this is nested more than {MAX_DEPTH} levels deep'
            case yaml.CollectionEndEvent():
                depth -= 1
                continue
            case _:
                continue
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)  # type: ignore[arg-type]


def write_yaml(data: dict[str, Any]) -> str:
    """The data in the order it has, long texts as blocks."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


_FastLoader: type[yaml.SafeLoader] = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)


class _Loader(_FastLoader):  # type: ignore[misc, valid-type]
    """A safe loader in which keys are always text and only `true` and `false` are truth values, as in YAML 1.2.

    It refuses duplicate keys: one of the two would be lost in silence.
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem='a name is expected', problem_mark=key.start_mark)
            key.tag = 'tag:yaml.org,2002:str'
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f'`{key.value}` is there twice', problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_BOOL = 'tag:yaml.org,2002:bool'
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r'^(?:true|True|TRUE|false|False|FALSE)$'), list('tTfF'))


class _Dumper(yaml.SafeDumper):
    """Writes long texts as blocks, as a person would."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar('tag:yaml.org,2002:str', text, style='|' if '\n' in text else None)


_Dumper.add_representer(str, _text)
