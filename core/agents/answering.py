"""An answer in a conversation: what was said before is told, and what is said now is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.agents.agent import Agent
from core.agents.asking import Asking
from core.agents.conversation import Turns
from core.agents.loop import AgentLoop, Finished, Outcome
from core.agents.remembering import Remembering
from core.agents.using import Place
from core.llm.images import Image
from core.llm.messages import Message
from core.llm.service import LLMService
from core.runs.deadline import Deadline
from core.tools.toolbox import Toolbox


@dataclass(kw_only=True, slots=True)
class Answering:
    """One answer of an agent to one question; without a `conversation` it stands alone."""

    agent: Agent
    question: str
    images: Sequence[Image] = ()
    conversation: str
    conversations: Turns
    llm: LLMService
    toolbox: Toolbox
    place: Place
    deadline: Deadline

    async def run(self) -> Outcome:
        """As a loop's: goes on from where the past ends. The turn is kept when there is an answer."""
        remembering = Remembering(
            agent=self.agent,
            conversation=self.conversation,
            conversations=self.conversations,
            asking=Asking(llm=self.llm, place=self.place, deadline=self.deadline),
        )
        loop = AgentLoop(
            agent=self.agent,
            talk=(*await remembering.recall(), Message.user(self.question, self.images)),
            llm=self.llm,
            toolbox=self.toolbox,
            place=self.place,
            deadline=self.deadline,
        )
        outcome = await loop.run()
        if isinstance(outcome, Finished):
            await remembering.keep(self.question, outcome.text)
        return outcome
