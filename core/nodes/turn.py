"""The turn node: a member of a team is asked. Teams put it into the rounds that they run; nobody else does."""

from collections.abc import Sequence
from typing import Any, ClassVar

from core.agents.agent import Agent
from core.agents.loop import AgentLoop, Delegating, Finished, Lost, NeedsWord
from core.llm.images import read_image
from core.llm.messages import Message
from core.nodes.agent import warn_if_cut
from core.nodes.node_type import Completed, NodeContext, NodeType, Outcome, Unknown, Waiting
from core.teams.turn import Said, Turn
from core.values import Json


class TurnNode(NodeType[Turn]):
    name: ClassVar = 'turn'
    title: ClassVar = 'Turn'
    description: ClassVar = 'Asks a member of a team.'
    category: ClassVar = 'ai'
    icon: ClassVar = 'smart_toy'
    offered: ClassVar = False
    Config = Turn

    def summary(self, config: Turn) -> str:
        return config.agent

    def agents(self, config: Turn) -> tuple[str, ...]:
        return (config.agent,)

    async def run(self, config: Turn, context: NodeContext) -> Outcome:
        loop = AgentLoop(
            agent=_speaking(context.agents[config.agent], config),
            talk=_seeing(config.talk, context),
            delegates=config.delegates,
            last=config.last,
            llm=context.llm,
            toolbox=context.toolbox,
            place=context.place,
            deadline=context.deadline,
        )
        match await loop.run_or_delegate():
            case NeedsWord(request=request):
                return Waiting(approval=request)
            case Lost():
                return Unknown()
            case Delegating() as asking:
                text = asking.messages[-1].text
                messages = tuple(message.unseen for message in asking.messages)
                going_on = {'delegations': asking.calls, 'messages': messages, 'results': asking.results}
                return _completed(Said(text=text, model=context.calls[-1].model, spent=loop.spent, **going_on))
            case Finished() as answer:
                await warn_if_cut(answer, context)
                return _completed(Said(text=answer.text, value=answer.value, model=answer.model, spent=loop.spent))


def arriving(pictures: Sequence[dict[str, Json]]) -> Sequence[dict[str, Any]]:
    """How pictures come to turns: beside what is said, so that the journal holds them once a call and no more."""
    return ({'images': pictures},) if pictures else ()


def _seeing(talk: tuple[Message, ...], context: NodeContext) -> tuple[Message, ...]:
    """The conversation, in which its first message, the task, comes with the pictures."""
    images = [read_image(each) for arrived in context.incoming for each in arrived.get('images', ())]
    if not images:
        return talk
    first, *rest = talk
    return (first.model_copy(update={'parts': (*images, *first.parts)}), *rest)


def _speaking(agent: Agent, turn: Turn) -> Agent:
    """The agent as it speaks in the team."""
    changes: dict[str, Any] = {
        'instructions': '\n\n'.join(filter(None, [agent.instructions.strip(), turn.instructions])),
        'budget': agent.budget.within(turn.budget),
    }
    return agent.model_copy(update=changes if turn.form is None else {**changes, 'output_schema': turn.form})


def _completed(said: Said) -> Completed:
    """Only what there is, so that a result reads well."""
    output = {name: value for name, value in said.model_dump(mode='json').items() if value not in (None, '', [])}
    return Completed(output={'text': '', **output})
