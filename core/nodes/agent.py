"""The agent node: asks an agent."""

from typing import Annotated, ClassVar

from pydantic import Field

from core.agents.answering import Answering
from core.agents.loop import Finished, Lost, NeedsWord
from core.errors import StepError
from core.llm.images import Image, read_image
from core.nodes.node_type import (
    AgentId,
    Completed,
    Marker,
    NodeContext,
    NodeType,
    Outcome,
    OutputField,
    Template,
    Unknown,
    Waiting,
)
from core.values import Value


class AgentConfig(Value):
    agent: AgentId = Field(description='Who is asked.')
    prompt: Template = Field(default='{{ incoming }}', description='What the agent is asked.')
    images: Annotated[str, Marker(language='expression')] = Field(
        default='',
        description='What it is shown, for a model that can see: an input of type image, or a list of them.',
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
            images=_images(config, context),
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


def _images(config: AgentConfig, context: NodeContext) -> list[Image]:
    """What the agent is shown; what is empty shows nothing."""
    given = context.evaluate(config.images) if config.images else []
    wanted = [each for each in (given if isinstance(given, list | tuple) else [given]) if each not in (None, '')]
    try:
        return [read_image(each) for each in wanted]
    except ValueError as error:
        raise StepError(f'What `{config.images}` gives {error}.') from None


async def warn_if_cut(answer: Finished, context: NodeContext) -> None:
    if answer.stop == 'length':
        await context.log('The answer was cut at the longest allowed length (max_tokens).', level='warning')


def _completed(answer: Finished) -> Completed:
    output = {'text': answer.text, 'model': answer.model}
    return Completed(output=output if answer.value is None else {**output, 'value': answer.value})
