"""An LLM service over connections held in memory, and short ways to ask it."""

from contextlib import aclosing
from datetime import UTC, datetime

from core.errors import NotFoundError
from core.llm.connection import Connection, ModelRef
from core.llm.messages import Message
from core.llm.parameters import Parameters
from core.llm.requests import ModelAnswered, ModelEvent, ModelRequest, TextDelta
from core.llm.service import LLMService


class Connections:
    """A repository that holds what it is given."""

    def __init__(self) -> None:
        self.items: dict[str, Connection] = {}

    def put(self, connection: Connection) -> Connection:
        self.items[connection.id] = connection
        return connection

    async def get(self, key: str) -> Connection:
        if key not in self.items:
            raise NotFoundError('connection', key)
        return self.items[key]


class HeldSecrets:
    """Secrets in a dict."""

    def __init__(self) -> None:
        self.items: dict[str, str] = {}

    async def get(self, name: str) -> str | None:
        return self.items.get(name)


class QuickClock:
    """Notes each sleep instead of sleeping it."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def request(
    model: str, prompt: str = 'Hello', *, instructions: str = '', parameters: Parameters | None = None
) -> ModelRequest:
    return ModelRequest(
        model=ModelRef.parse(model),
        instructions=instructions,
        messages=(Message.user(prompt),),
        parameters=parameters or Parameters(),
    )


async def events_of(llm: LLMService, asked: ModelRequest) -> list[ModelEvent]:
    async with aclosing(llm.stream(asked)) as events:
        return [event async for event in events]


async def answer_of(llm: LLMService, asked: ModelRequest) -> ModelAnswered:
    last = (await events_of(llm, asked))[-1]
    assert isinstance(last, ModelAnswered)
    return last


def text_of(events: list[ModelEvent]) -> str:
    return ''.join(event.text for event in events if isinstance(event, TextDelta))
