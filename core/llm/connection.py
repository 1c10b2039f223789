"""A connection: one configured provider; and the name of one model behind it."""

from typing import Annotated, Any, Self

from pydantic import Field, GetJsonSchemaHandler, StringConstraints, model_serializer, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from core.errors import InvalidError
from core.values import Entity, Value


class ModelRef(Value):
    """A model behind a connection; written `ollama/llama3.2` (the model's own name may hold slashes)."""

    connection: Annotated[str, StringConstraints(min_length=1)]
    model: Annotated[str, StringConstraints(min_length=1)]

    @classmethod
    def parse(cls, text: str) -> Self:
        connection, slash, model = text.partition('/')
        if not (connection and slash and model):
            raise InvalidError(f'{text!r} is not a model; write CONNECTION/MODEL, for example ollama/llama3.2.')
        return cls(connection=connection, model=model)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {'type': 'string', 'title': 'ModelRef', 'pattern': '^[^/]+/.+$', 'examples': ['ollama/llama3.2']}

    @model_validator(mode='before')
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        connection, slash, model = data.partition('/')
        if not (connection and slash and model):
            raise ValueError(f'{data!r} is not a model; write CONNECTION/MODEL, for example ollama/llama3.2')
        return {'connection': connection, 'model': model}

    @model_serializer
    def _to_text(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f'{self.connection}/{self.model}'


class Timeouts(Value):
    """How long to wait, in seconds; loading a local model counts as none of them."""

    connect: float = Field(default=5.0, gt=0, description='For the connection.')
    first_token: float = Field(default=120.0, gt=0, description='From the request to the first token.')
    between_tokens: float = Field(default=60.0, gt=0, description='From one token to the next.')


class Connection(Entity):
    """A provider with an address, a key and limits.

    `provider` is a name in the registry of providers; `base_url` empty means the provider's usual address.
    `api_key` is a reference and never the key itself: `${OPENAI_API_KEY}` names a secret, else an environment variable.
    """

    provider: str
    base_url: str = ''
    api_key: Annotated[str, StringConstraints(pattern=r'^(\$\{[A-Za-z_][A-Za-z0-9_.-]*\})?$')] = ''
    max_parallel: int = Field(default=8, ge=1, le=256, description='Requests at the same time.')
    attempts: int = Field(default=3, ge=1, le=10, description='Attempts before an error is given up on.')
    timeouts: Timeouts = Timeouts()
