"""The agent node: asks an agent."""

from typing import ClassVar

from pydantic import Field

from core.agents.answering import Answering
from core.agents.loop import Finished, Lost, NeedsWord
from core.nodes.node_type import (
    AgentId,
    Completed,
    NodeContext,
    NodeType,
    Outcome,
    OutputField,
    Template,
    Unknown,
    Waiting,
)
from core.nodes.shown import Pictures, pictures_of
from core.values import Value


class AgentConfig(Value):
    agent: AgentId = Field(description='Who is asked.')
    prompt: Template = Field(default='{{ incoming }}', description='What the agent is asked.')
    images: Pictures = Field(
        default='',
        description='What it is shown, for a model that can see: pictures, such as an input of type image or images.',
    )
    conversation: Template = Field(
        default='',
        description='The conversation that an agent with a memory goes on with, by its name: a person, a ticket. '
        'Without one it remembers nothing.',
    )


class AgentNode(NodeType[AgentConfig]):
    name: ClassVar = 'agent'
    title: ClassVar = 'Agent'
    description: ClassVar = 'Asks an agent and gives its answer.'
    category: ClassVar = 'ai'
    icon: ClassVar = 'smart_toy'
    Config = AgentConfig

    def summary(self, config: AgentConfig) -> str:
        return config.agent

    def outputs(self, config: AgentConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='text', description='The answer.'),
            OutputField(name='model', description='The model that answered.'),
            OutputField(name='value', description='The answer as data, of an agent with a schema.'),
        )

    def agents(self, config: AgentConfig) -> tuple[str, ...]:
        return (config.agent,)

    async def run(self, config: AgentConfig, context: NodeContext) -> Outcome:
        answering = Answering(
            agent=context.agents[config.agent],
            question=config.prompt,
            images=pictures_of(config.images, context),
            conversation=config.conversation.strip(),
            conversations=context.conversations,
            llm=context.llm,
            toolbox=context.toolbox,
            place=context.place,
            deadline=context.deadline,
        )
        match await answering.run():
            case NeedsWord(request=request):
                return Waiting(approval=request)
            case Lost():
                return Unknown()
            case Finished() as answer:
                await warn_if_cut(answer, context)
                return _completed(answer)


async def warn_if_cut(answer: Finished, context: NodeContext) -> None:
    if answer.stop == 'length':
        await context.log('The answer was cut at the longest allowed length (max_tokens).', level='warning')


def _completed(answer: Finished) -> Completed:
    output = {'text': answer.text, 'model': answer.model}
    return Completed(output=output if answer.value is None else {**output, 'value': answer.value})
