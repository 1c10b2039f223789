"""The form that follows from a pydantic Config: for each field what it is edited with, its words and its limits."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from core.ids import in_words, spelled
from core.llm.connection import ModelRef
from core.llm.images import Image, read_images
from core.nodes.node_type import ForType, Marker, Widget
from core.values import Json

Kind = Literal[
    'text',
    'long_text',
    'code',
    'template',
    'expression',
    'whole',
    'number',
    'switch',
    'choice',
    'agent',
    'team',
    'workflow',
    'model',
    'tool',
    'image',
    'images',
    'by_type',
    'value',
    'json',
    'json_schema',
    'group',
    'list',
]


class Missing(Enum):
    """Stands for a value that is not there, so that the field's default holds."""

    MISSING = 'missing'


MISSING = Missing.MISSING

Entered = Json | Missing
"""What a form holds for a field: its value, or MISSING."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """One field of a form."""

    name: str
    title: str
    kind: Kind
    help: str = ''
    default: Entered = MISSING
    required: bool = False
    example: str = ''
    options: tuple[Any, ...] = ()
    """What can be chosen, for `choice`."""
    words: tuple[str, ...] = ()
    """What the options are called, where their values do not say it."""
    minimum: float | None = None
    maximum: float | None = None
    inner: tuple['Shape', ...] = ()
    """The fields of a `group`; the one shape of a `list`'s items."""
    for_type: str = ''
    """The value of the field `type` beside it for which it is asked; empty: always."""

    @property
    def item(self) -> 'Shape':
        """What a list holds."""
        return self.inner[0]


def shapes_of(config: type[BaseModel]) -> tuple[Shape, ...]:
    """The fields of the form, in the order of the class."""
    return tuple(_of_field(info.alias or name, info) for name, info in config.model_fields.items())


def fits(shape: Shape, value: Entered) -> bool:
    """Whether the value can be shown as the shape wants it; what cannot is shown as JSON."""
    if value is MISSING or value is None:
        return True
    match shape.kind:
        case 'group':
            return isinstance(value, dict) and value.keys() <= {inner.name for inner in shape.inner}
        case 'list':
            return isinstance(value, list | tuple)
        case 'value' | 'json' | 'json_schema' | 'by_type':
            return True
        case 'image':
            return bool(pictures_in(value, most=1))
        case 'images':
            return bool(pictures_in(value))
        case 'switch':
            return isinstance(value, bool)
        case 'number' | 'whole':
            return isinstance(value, int | float) and not isinstance(value, bool)
        case 'choice':
            return not isinstance(value, dict | list)
        case _:
            return isinstance(value, str)


def pictures_in(value: Entered, *, most: int | None = None) -> list[Image]:
    """The pictures that the value is; none where it is anything else, or more than that."""
    try:
        found = [] if value is MISSING else read_images(value)
    except ValueError:
        return []
    return found if most is None or len(found) <= most else []


def is_named(shape: Shape) -> bool:
    """Whether it is a list of names and values."""
    return shape.kind == 'list' and {inner.name for inner in shape.item.inner} == {'name', 'value'}


def rows_of(told: Mapping[str, Json]) -> list[dict[str, Json]]:
    """Names and values as a list holds them; a value that is no text is written as JSON."""
    return [
        {'name': name, 'value': value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}
        for name, value in told.items()
    ]


def _of_field(name: str, info: FieldInfo) -> Shape:
    default = MISSING if info.is_required() else _plain(info.get_default(call_default_factory=True, validated_data={}))
    return _shape(
        info.annotation,
        info.metadata,
        name=name,
        title=info.title or in_words(name),
        help=info.description or '',
        default=default,
        required=info.is_required(),
        example=str(info.examples[0]) if info.examples else '',
    )


def _shape(annotation: Any, metadata: list[Any], **words: Any) -> Shape:
    annotation, optional = _without_none(annotation)
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        metadata = [*metadata, *more]
    minimum, maximum = _limits(metadata)
    kind, options, inner = _kind(annotation, metadata)
    if kind == 'switch' and (optional or words.get('required')):  # a switch cannot say 'nothing'
        kind, options = 'choice', (True, False)
    for_type = next((said.type for said in metadata if isinstance(said, ForType)), '')
    return Shape(kind=kind, options=options, inner=inner, minimum=minimum, maximum=maximum, for_type=for_type, **words)


def _kind(annotation: Any, metadata: list[Any]) -> tuple[Kind, tuple[Any, ...], tuple[Shape, ...]]:
    for said in metadata:
        match said:
            case Widget():
                return said.kind, (), ()
            case Marker(language='template' | 'expression' as language):
                return language, (), ()
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return 'choice', arguments, ()
    if origin in {list, tuple, set, frozenset} and (item := _item(origin, arguments)) is not None:
        return 'list', (), (_shape(item, [], name='', title=_noun(item)),)
    if annotation is Any:
        return 'value', (), ()
    if origin in {Union, UnionType}:
        return _kind_of_union([_kind(argument, [])[0] for argument in arguments]), (), ()
    if isinstance(annotation, type):
        return _kind_of_class(annotation)
    return 'json', (), ()


def _kind_of_union(kinds: list[Kind]) -> Kind:
    if set(kinds) <= {'text'}:
        return 'text'
    return 'number' if set(kinds) <= {'whole', 'number'} else 'json'


def _kind_of_class(annotation: type) -> tuple[Kind, tuple[Any, ...], tuple[Shape, ...]]:
    if annotation is ModelRef:
        return 'model', (), ()
    if issubclass(annotation, BaseModel):
        return 'group', (), shapes_of(annotation)
    if issubclass(annotation, Enum):
        return 'choice', tuple(member.value for member in annotation), ()
    for known, kind in _CLASSES:
        if issubclass(annotation, known):
            return kind, (), ()
    return 'text', (), ()


_CLASSES: tuple[tuple[type, Kind], ...] = (
    (str, 'text'),
    (bool, 'switch'),  # is an int too, so it comes first
    (int, 'whole'),
    (float, 'number'),
    (Mapping, 'json'),
    (list, 'json'),
    (tuple, 'json'),
)
"""What is none of these (a date, a path, an address) is written as text."""


def _noun(item: Any) -> str:
    """What one item is called: 'input field' for an InputField."""
    if isinstance(item, type) and issubclass(item, BaseModel):
        return spelled(re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', item.__name__).lower())
    return 'entry'


def _item(origin: type, arguments: tuple[Any, ...]) -> Any:
    """What all items of a list are; None where they differ, as in a pair."""
    if origin is tuple:
        return arguments[0] if len(arguments) == 2 and arguments[1] is Ellipsis else None
    return arguments[0] if arguments else None


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) not in {Union, UnionType}:
        return annotation, False
    others = [argument for argument in get_args(annotation) if argument is not NoneType]
    optional = len(others) < len(get_args(annotation))
    return (others[0], optional) if len(others) == 1 else (annotation, optional)


def _limits(metadata: list[Any]) -> tuple[float | None, float | None]:
    minimum = maximum = None
    for said in metadata:
        minimum = getattr(said, 'ge', getattr(said, 'gt', minimum))
        maximum = getattr(said, 'le', getattr(said, 'lt', maximum))
    return minimum, maximum


def _plain(value: Any) -> Json:
    """A default as JSON holds it."""
    match value:
        case BaseModel():
            return value.model_dump(mode='json')
        case Enum():
            return value.value
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case None | str() | bool() | int() | float() | Mapping():
            return value
        case _:
            return str(value)
