"""How an agent remembers: what it is told of a conversation's earlier turns, and what is kept of this one.

What it was told stands in the journal with the step's first call, so a step that goes on after a crash sees no other
past. Runs at the same time in one conversation see what was kept when they began, and wait for nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.agents.agent import Agent
from core.agents.asking import Asking
from core.agents.conversation import Summary, Turn, Turns
from core.errors import StepError
from core.llm.messages import Message
from core.llm.requests import ModelRequest
from core.runs import events as e

LONGEST_NAME = 200
MOST_TURNS = 200
"""Turns that are looked at, the newest; a summary stands for what lies before them."""

INSTRUCTIONS = """\
You keep the memory of a conversation between a person and an assistant. Write in at most 200 words what must not be \
forgotten: who the person is and what they want, facts, names, numbers, decisions, and what is still open. Where there \
is an earlier memory, keep what still matters of it. Write in the language of the conversation, and nothing else."""


@dataclass(kw_only=True, slots=True)
class Remembering:
    """The memory of one agent in one conversation, for one step; without a conversation there is none."""

    agent: Agent
    conversation: str
    conversations: Turns
    asking: Asking

    async def recall(self) -> tuple[Message, ...]:
        """What was said before, as the agent is told it; older turns are put in short first, if it remembers so."""
        if not self._on or self.asking.place.past.calls:  # what it was told stands in the first call
            return ()
        turns = await self.conversations.turns(self.agent.id, self.conversation, last=MOST_TURNS)
        most = self.agent.memory.turns
        if self.agent.memory.kind == 'window':
            return _messages(turns[-most:])
        return await self._with_summary(turns, most)

    async def keep(self, question: str, answer: str) -> None:
        """Keeps this turn, once; pictures are not kept."""
        if not self._on:
            return
        place = self.asking.place
        turn = Turn(
            agent=self.agent.id,
            conversation=self.conversation,
            run_id=place.run_id,
            path=place.path,
            at=place.clock.now(),
            question=question,
            answer=answer,
            summary=_summary_of(place.past.summaries[-1]) if place.past.summaries else None,
        )
        await self.conversations.add(turn)

    @property
    def _on(self) -> bool:
        if len(self.conversation) > LONGEST_NAME:
            raise StepError(f'The name of a conversation has at most {LONGEST_NAME} characters.')
        return bool(self.conversation) and self.agent.memory.kind != 'none'

    async def _with_summary(self, turns: Sequence[Turn], most: int) -> tuple[Message, ...]:
        made = self.asking.place.past.summaries
        summary = _summary_of(made[-1]) if made else _newest(turns)
        turns = [turn for turn in turns if summary is None or turn.number > summary.upto]
        if len(turns) > most and not made:
            kept = max(1, most // 2)  # so that not each turn makes a summary
            summary = await self._summarised(summary, turns[:-kept])
            turns = turns[-kept:]
        return _messages(turns, summary)

    async def _summarised(self, before: Summary | None, turns: Sequence[Turn]) -> Summary:
        if self.agent.model is None:  # the run's agents were frozen with their model
            raise StepError(f'Agent {self.agent.name!r} has no model.')
        self.asking.place.say('Summarising the conversation')
        said = [f'Earlier memory:\n{before.text}'] if before else []
        said += [f'Person:\n{turn.question}\n\nAssistant:\n{turn.answer}' for turn in turns]
        message = Message.user('\n\n'.join(said))
        request = ModelRequest(
            model=self.agent.model,
            instructions=INSTRUCTIONS,
            messages=(message,),
            parameters=self.agent.parameters,
        )
        return _summary_of(await self.asking.ask(request, (message,), summarises=turns[-1].number))


def _newest(turns: Sequence[Turn]) -> Summary | None:
    """The summary that reaches furthest; runs at the same time may have made several."""
    return max((turn.summary for turn in turns if turn.summary), key=lambda each: each.upto, default=None)


def _summary_of(call: e.ModelCalled) -> Summary:
    return Summary(text=call.answer.text, upto=call.summarises or 0)


def _messages(turns: Sequence[Turn], summary: Summary | None = None) -> tuple[Message, ...]:
    """The turns as they were said; the summary stands at the beginning of the first, since turns must alternate."""
    messages: list[Message] = []
    for turn in turns:
        messages += [Message.user(turn.question), Message.assistant(turn.answer)]
    if summary is not None:
        before = f'(What was said before, in short:\n{summary.text.strip()})'
        first = f'{before}\n\n{messages[0].text}' if messages else before
        rest = messages[1:] or [Message.assistant('I remember.')]
        messages = [Message.user(first), *rest]
    return tuple(messages)
