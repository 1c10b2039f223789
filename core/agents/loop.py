"""An agent at work: its model and its tools in turns, until there is an answer or a limit is reached.

The loop keeps nothing of its own. What it does next follows from what the journal has of the step, so after a crash,
a failed attempt or a person's answer it goes on after the last call, and pays for none twice.
"""

from dataclasses import dataclass

from core.agents.agent import Agent
from core.agents.asking import Asking
from core.agents.budget import Spent
from core.agents.form import read_answer, repair_wish
from core.agents.using import Place, ToolUser
from core.errors import StepError, UnknownNameError
from core.llm.messages import Message, ToolCall, ToolResult, ToolSpec
from core.llm.requests import ModelRequest
from core.llm.service import LLMService
from core.runs import events as e
from core.runs.deadline import Deadline
from core.runs.state import ToolUse
from core.tools.tool import ToolError
from core.tools.toolbox import Toolbox
from core.values import Json

REPAIRS = 2
"""How often a model is asked again whose answer does not have the form that is asked for."""


class FormError(StepError):
    """The answer does not have the form that its schema asks for, however often it was asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """The answer; `value` is what it says where the agent has a schema."""

    text: str
    value: Json
    model: str
    stop: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedsWord:
    """A person must allow a call first; run the loop again when they have decided."""

    request: e.ApprovalRequest


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """A call was cut off that may have acted on the world; run the loop again when a person said what became of it."""

    use: ToolUse


@dataclass(frozen=True, kw_only=True, slots=True)
class Delegating:
    """Others are to be asked before it goes on: as a new answer, to this conversation and what they say."""

    calls: tuple[ToolCall, ...]
    messages: tuple[Message, ...]
    """The conversation, up to and with the calls."""
    results: tuple[ToolResult, ...]
    """What tools of its own gave to other calls beside them."""


Outcome = Finished | NeedsWord | Lost


@dataclass(kw_only=True, slots=True)
class AgentLoop:
    """One answer of one agent. `talk` is what it is asked: the conversation up to here.

    `delegates` are tools that somebody else sees to: a call of one ends the answer. With `last` no tool may be called.
    """

    agent: Agent
    talk: tuple[Message, ...]
    llm: LLMService
    toolbox: Toolbox
    place: Place
    deadline: Deadline
    delegates: tuple[ToolSpec, ...] = ()
    last: bool = False

    async def run(self) -> Outcome:
        """Goes on from where the past ends; StepError or ModelError where there can be no answer."""
        outcome = await self.run_or_delegate()
        if isinstance(outcome, Delegating):
            raise TypeError('An answer with delegates is asked for by `run_or_delegate`.')
        return outcome

    async def run_or_delegate(self) -> Outcome | Delegating:
        """The same, of an agent that has delegates."""
        lost = next((use for use in self.place.past.tools.values() if use.unknown), None)
        if lost is not None:
            return Lost(use=lost)
        user = await self._user()
        while True:
            last = self.place.past.calls[-1] if self.place.past.calls else None
            if last is None:
                await self._ask(self.talk, user)
            elif last.tools and last.answer.tool_calls:
                delegated = self._delegated(last.answer.tool_calls)
                own = tuple(call for call in last.answer.tool_calls if call not in delegated)
                asked = await self._use(own, user)
                if asked is not None:
                    return NeedsWord(request=asked)
                if delegated:
                    results = user.results(own, '').tool_results
                    return Delegating(calls=delegated, messages=tuple(self._so_far), results=results)
                await self._ask((user.results(own, self._note()),), user)
            elif (finished := self._finished(last)) is not None:
                return finished
            else:
                await self._ask((Message.user(self._repair(last)),), user)

    def _delegated(self, calls: tuple[ToolCall, ...]) -> tuple[ToolCall, ...]:
        names = {tool.name for tool in self.delegates}
        return tuple(call for call in calls if call.name in names)

    # Limits

    @property
    def spent(self) -> Spent:
        past = self.place.past
        calls = (*past.calls, *past.summaries)
        results = [use.result for use in past.tools.values() if use.result is not None]
        return Spent(
            tokens=sum(call.usage.tokens for call in calls),
            cost=sum(call.usage.cost or 0.0 for call in calls),
            seconds=sum(call.seconds for call in calls) + sum(result.seconds for result in results),
            tool_calls=sum(bool(use.started_at and use.result) for use in past.tools.values()),
        )

    def _limit(self) -> str:
        """The limit that is reached, in words; empty while the model may go on calling tools."""
        spent, budget = self.spent, self.agent.budget
        # Delegates cost no calls of tools: whoever has them goes on, and further calls of its own tools are refused.
        if budget.tool_calls is not None and spent.tool_calls >= budget.tool_calls and not self.delegates:
            return f'{budget.tool_calls} tool calls'
        if len(self.place.past.calls) >= self.agent.max_turns:
            return f'{self.agent.max_turns} turns'
        return spent.beyond(budget)

    def _note(self) -> str:
        limit = self._limit()
        return f'The limit of {limit} is reached. Answer now with what you have, without tools.' if limit else ''

    # Turns

    async def _user(self) -> ToolUser:
        try:
            tools = await self.toolbox.find(self.agent.tools)
        except (UnknownNameError, ToolError) as error:
            raise StepError(
                f'A tool of the agent {self.agent.name!r} is not there: {error}',
                retryable=isinstance(error, ToolError),
            ) from error
        return ToolUser(
            tools={tool.name: tool for tool in tools},
            ask_before=frozenset(self.agent.ask_before),
            toolbox=self.toolbox,
            place=self.place,
        )

    async def _use(self, calls: tuple[ToolCall, ...], user: ToolUser) -> e.ApprovalRequest | None:
        spent, budget = self.spent, self.agent.budget
        used_up = spent.beyond(budget)
        refusal = f'Not called: the limit of {used_up} is reached.' if used_up else ''
        left = None if budget.tool_calls is None else max(0, budget.tool_calls - spent.tool_calls)
        return await user.use(calls, refusal=refusal, left=left)

    async def _ask(self, new: tuple[Message, ...], user: ToolUser) -> None:
        """One call of the model, recorded."""
        if self.agent.model is None:  # the run's agents were frozen with their model
            raise StepError(f'Agent {self.agent.name!r} has no model.')
        before = self._so_far
        request = ModelRequest(
            model=self.agent.model,
            instructions=self.agent.instructions,
            messages=(*before, *new),
            parameters=self.agent.parameters,
            tools=(*(tool.spec for tool in user.tools.values()), *self.delegates),
            may_call=not self.last and not self._limit() and not self._endings(),
            output_schema=self.agent.output_schema,
        )
        if before:
            self.place.show('\n\n', '')
        await Asking(llm=self.llm, place=self.place, deadline=self.deadline).ask(request, new)

    @property
    def _so_far(self) -> list[Message]:
        """The conversation as far as the model has answered."""
        return [message for call in self.place.past.calls for message in (*call.messages, call.answer)]

    # The end

    def _finished(self, last: e.ModelCalled) -> Finished | None:
        """The answer; None where it does not fit its schema and is to be asked for again."""
        text = last.answer.text
        if self.agent.output_schema is None:
            return Finished(text=text, value=None, model=last.model, stop=last.stop)
        value, problems = read_answer(text, self.agent.output_schema)
        if not problems:
            return Finished(text=text, value=value, model=last.model, stop=last.stop)
        if self._endings() <= REPAIRS:
            return None
        raise FormError(f'The answer does not have the form that its schema asks for: {" ".join(problems)}')

    def _repair(self, last: e.ModelCalled) -> str:
        schema = self.agent.output_schema or {}
        return repair_wish(read_answer(last.answer.text, schema)[1], schema)

    def _endings(self) -> int:
        """How many answers called no tool so far; each but the last did not have its form."""
        return sum(not (call.tools and call.answer.tool_calls) for call in self.place.past.calls)
