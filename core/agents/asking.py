"""One call of a model for a step: shown while it streams, held while a model is loaded, written down when answered."""

from contextlib import aclosing
from dataclasses import dataclass
from typing import assert_never

from core.agents.using import Place
from core.errors import StepError
from core.llm.messages import Message, Part, ToolCall
from core.llm.requests import (
    ModelAnswered,
    ModelLoading,
    ModelRequest,
    ModelRetrying,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
)
from core.llm.service import LLMService
from core.runs import events as e
from core.runs.deadline import Deadline


@dataclass(kw_only=True, slots=True)
class Asking:
    """Asks models for one step."""

    llm: LLMService
    place: Place
    deadline: Deadline

    async def ask(
        self, request: ModelRequest, new: tuple[Message, ...], *, summarises: int | None = None
    ) -> e.ModelCalled:
        """The call, which is noted. `new`: the messages that no earlier call of the step had."""
        answered = await self._answered(request, aloud=summarises is None)
        called = e.ModelCalled(
            at=self.place.clock.now(),
            path=self.place.path,
            model=str(request.model),
            instructions=request.instructions,
            messages=new,
            answer=self._with_own_ids(answered.message),
            stop=answered.stop,
            usage=answered.usage,
            first_token_after=answered.first_token_after,
            seconds=answered.seconds,
            tools=tuple(tool.name for tool in request.callable_tools),
            summarises=summarises,
        )
        await self.place.note(called)
        return called

    async def _answered(self, request: ModelRequest, *, aloud: bool) -> ModelAnswered:
        place = self.place
        async with aclosing(self.llm.stream(request)) as stream:
            async for event in stream:
                if not isinstance(event, ModelLoading):
                    self.deadline.go_on()
                match event:
                    case TextDelta(text=text):
                        place.show(text if aloud else '', '')
                    case ThinkingDelta(text=text):
                        place.show('', text if aloud else '')
                    case ToolCallDelta(name=name):
                        place.say(f'Writing a call of {name}')
                    case ModelLoading():
                        self.deadline.hold()
                        place.say('Loading the model')
                    case ModelRetrying():
                        place.say(f'Trying again in {event.delay:.0f} s: {event.error}')
                        await place.record(
                            e.Logged(at=place.clock.now(), path=place.path, level='warning', message=event.error)
                        )
                    case ModelAnswered():
                        return event
                    case _:
                        assert_never(event)
        raise StepError(f'{request.model} ended without an answer.', retryable=True)

    def _with_own_ids(self, message: Message) -> Message:
        """The answer with ids that no earlier call of this step has; some servers count from 0 in each answer."""
        taken = {call.id for called in self.place.past.calls for call in called.answer.tool_calls}
        parts: list[Part] = []
        for part in message.parts:
            if isinstance(part, ToolCall):
                id_, number = part.id, 2
                while id_ in taken:
                    id_, number = f'{part.id}_{number}', number + 1
                taken.add(id_)
                part = part.model_copy(update={'id': id_})  # noqa: PLW2901 - the same call under its own id
            parts.append(part)
        return message.model_copy(update={'parts': tuple(parts)})
