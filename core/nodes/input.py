"""The input node: what a run is started with."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints, ValidationError

from core.errors import InvalidError
from core.ids import in_words
from core.llm.images import read_image, read_images
from core.nodes.node_type import Completed, ComputingNodeType, ForType, NodeContext, OutputField, Widget
from core.values import Json, Value
from core.workflows.graph import Graph, Node
from core.workflows.templates import text_of

FieldType = Literal['text', 'long_text', 'number', 'boolean', 'choice', 'image', 'images']


class InputField(Value):
    """One thing to ask for; the run form is made from these."""

    name: Annotated[str, StringConstraints(pattern=r'^[a-z][a-z0-9_]{0,63}$')] = Field(
        description='What templates call it.'
    )
    title: str = Field(default='', description='The label in the form.')
    description: str = Field(default='', description='Help below the field.')
    type: FieldType = Field(default='text', description='What is entered.')
    required: bool = Field(default=True, description='Without it a run does not start.')
    default: Annotated[Json, Widget(kind='by_type')] = Field(
        default=None, description='What it is where nothing is entered.'
    )
    choices: Annotated[tuple[str, ...], ForType(type='choice')] = Field(
        default=(), description='What there is to choose from.'
    )

    @property
    def label(self) -> str:
        return self.title or in_words(self.name)

    @property
    def must_be_given(self) -> bool:
        """Whether a run cannot start without a value for it."""
        return self.required and _is_empty(self.default)


class InputConfig(Value):
    fields: tuple[InputField, ...] = Field(default=(), description='What to ask for before a run.')


class InputNode(ComputingNodeType[InputConfig]):
    name: ClassVar = 'input'
    title: ClassVar = 'Input'
    description: ClassVar = 'Asks for what the run starts with.'
    category: ClassVar = 'flow'
    icon: ClassVar = 'input'
    Config = InputConfig
    starts: ClassVar = True
    enters: ClassVar = False

    def summary(self, config: InputConfig) -> str:
        return ', '.join(field.label for field in config.fields)

    def outputs(self, config: InputConfig) -> tuple[OutputField, ...]:
        fields = [OutputField(name=field.name, description=field.description or field.label) for field in config.fields]
        own = any(field.name == 'text' for field in fields)
        return (*fields, *([] if own else [OutputField(name='text', description='All that was entered, as one text.')]))

    def compute(self, config: InputConfig, context: NodeContext) -> Completed:
        return Completed(output=given_by(config.fields, context.inputs))


def given_by(fields: Sequence[InputField], inputs: Mapping[str, Json]) -> dict[str, Json]:
    """What an input node gives: its fields, and all of them as one text for a node that takes just what arrives."""
    given = {field.name: inputs.get(field.name) for field in fields}
    texts = {field.label: _in_words(field, given[field.name]) for field in fields}
    lines = [text if len(texts) == 1 else f'{label}: {text}' for label, text in texts.items() if text]
    return {'text': '\n'.join(lines), **given}


def _in_words(field: InputField, value: Json) -> str:
    several = field.type == 'images' and isinstance(value, list)
    return ', '.join(map(text_of, value)) if several else text_of(value)


def fields_of(node: Node) -> tuple[InputField, ...]:
    """What an input node asks for; one that is not valid yet asks for nothing."""
    try:
        return InputConfig.model_validate(node.config).fields
    except ValidationError:
        return ()


@lru_cache(maxsize=100)
def asked_by(graph: Graph) -> tuple[InputField, ...]:
    """What a run of the graph asks for: the fields of the inputs that are neither disabled nor pinned."""
    return tuple(field for node in graph.of_type('input') if not node.idle for field in fields_of(node))


def chat_field(graph: Graph) -> InputField | None:
    """What a message of a chat is given to: the text named `message`, else the only text that is required.

    None where there is no such, or where something else would have to be entered too.
    """
    fields = asked_by(graph)
    texts = [field for field in fields if field.type in {'text', 'long_text'}]
    named = [field for field in texts if field.name == 'message']
    found = named or [field for field in texts if field.required]
    others = [field for field in fields if field not in found and field.must_be_given]
    return found[0] if len(found) == 1 and not others else None


def chat_pictures(graph: Graph) -> InputField | None:
    """What the pictures of a chat's message are given to: the only field for any; None where there is none, or more."""
    found = [field for field in asked_by(graph) if field.type in {'image', 'images'}]
    return found[0] if len(found) == 1 else None


def inputs_of(graph: Graph, given: Mapping[str, Any]) -> dict[str, Json]:
    """What the graph's runs are started with: the given values as it asks for them; see `read_inputs`.

    An input that is pinned asks for nothing: what it gives are the inputs.
    """
    pinned: dict[str, Json] = {}
    for node in graph.of_type('input'):
        if node.pinned is not None and not node.disabled:
            pinned |= {**dict.fromkeys(field.name for field in fields_of(node)), **node.pinned}
    entered = {name: value for name, value in given.items() if name not in pinned}
    return {**read_inputs(asked_by(graph), entered), **pinned}


def read_inputs(fields: Iterable[InputField], given: Mapping[str, Any]) -> dict[str, Json]:
    """The given values as the fields want them, defaults filled in; InvalidError lists (field, what is wrong)."""
    by_name = {field.name: field for field in fields}
    problems = [
        (name, f'There is no input {name!r}; there are: {", ".join(by_name) or "none"}.')
        for name in given
        if name not in by_name
    ]
    values: dict[str, Json] = {}
    for field in by_name.values():
        try:
            values[field.name] = _read(field, given.get(field.name))
        except ValueError as error:
            problems.append((field.name, str(error)))
    if problems:
        raise InvalidError('; '.join(what for _, what in problems), problems=problems)
    return values


def _read(field: InputField, value: Json) -> Json:
    value = field.default if _is_empty(value) else value
    if _is_empty(value):
        if field.required:
            raise ValueError(f'{field.label} is required.')
        return _nothing(field)
    match field.type:
        case 'number':
            return _number(field, value)
        case 'boolean':
            return _boolean(field, value)
        case 'choice':
            return _choice(field, value)
        case 'image' | 'images':
            return _seen(field, value)
        case 'text' | 'long_text':
            if isinstance(value, dict | list):
                raise ValueError(f'{field.label} must be a text.')
            return str(value)


def _is_empty(value: Json) -> bool:
    return value in (None, '', [])


def _nothing(field: InputField) -> Json:
    match field.type:
        case 'number' | 'boolean' | 'image':
            return None
        case 'images':
            return []
        case 'text' | 'long_text' | 'choice':
            return ''


def _choice(field: InputField, value: Json) -> Json:
    if value not in field.choices:
        raise ValueError(f'{field.label} must be one of: {", ".join(field.choices)}.')
    return value


def _seen(field: InputField, value: Json) -> Json:
    try:
        if field.type == 'image':
            return read_image(value).model_dump()
        return [image.model_dump() for image in read_images(value)]
    except ValueError as error:
        raise ValueError(f'{field.label} {error}.') from None


def _number(field: InputField, value: Json) -> float | int:
    number = value
    if isinstance(value, str):
        try:
            number = int(value) if value.strip().lstrip('+-').isdigit() else float(value)
        except ValueError:
            number = None
    if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
        raise ValueError(f'{field.label} must be a number, not {value!r}.')
    return number


def _boolean(field: InputField, value: Json) -> bool:
    if isinstance(value, bool):
        return value
    words = {'true': True, 'yes': True, 'on': True, '1': True, 'false': False, 'no': False, 'off': False, '0': False}
    try:
        return words[str(value).strip().lower()]
    except KeyError:
        raise ValueError(f'{field.label} must be yes or no, not {value!r}.') from None
