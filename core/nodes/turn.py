"""The turn node: a member of a team is asked. Teams put it into the rounds that they run; nobody else does."""

from typing import Any, ClassVar

from core.agents.agent import Agent
from core.agents.loop import AgentLoop, Delegating, Finished, Lost, NeedsWord
from core.nodes.agent import warn_if_cut
from core.nodes.node_type import Completed, NodeContext, NodeType, Outcome, Unknown, Waiting
from core.teams.turn import Said, Turn


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
            talk=config.talk,
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
                going_on = {'delegations': asking.calls, 'messages': asking.messages, 'results': asking.results}
                return _completed(Said(text=text, model=context.calls[-1].model, spent=loop.spent, **going_on))
            case Finished() as answer:
                await warn_if_cut(answer, context)
                return _completed(Said(text=answer.text, value=answer.value, model=answer.model, spent=loop.spent))


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
