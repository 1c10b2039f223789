"""The agent node: asks an agent."""

from contextlib import aclosing
from typing import ClassVar

from pydantic import Field

from core.agents.agent import Agent
from core.errors import StepError
from core.llm.messages import Message
from core.llm.requests import ModelAnswered, ModelLoading, ModelRequest, ModelRetrying, TextDelta, ThinkingDelta
from core.nodes.node_type import AgentId, Completed, NodeContext, NodeType, OutputField, Template
from core.runs.events import ModelCalled
from core.values import Value


class AgentConfig(Value):
    agent: AgentId = Field(description='Who is asked.')
    prompt: Template = Field(default='{{ incoming }}', description='What the agent is asked.')


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
        )

    def agents(self, config: AgentConfig) -> tuple[str, ...]:
        return (config.agent,)

    async def run(self, config: AgentConfig, context: NodeContext) -> Completed:
        answer = context.calls[-1] if context.calls else await self._ask(config, context)
        if answer.stop == 'length':
            await context.log('The answer was cut at the longest allowed length (max_tokens).', level='warning')
        return Completed(output={'text': answer.answer.text, 'model': answer.model})

    async def _ask(self, config: AgentConfig, context: NodeContext) -> ModelCalled:
        agent = context.agents[config.agent]
        request = _request(agent, config.prompt)
        async with aclosing(context.llm.stream(request)) as stream:
            async for event in stream:
                if not isinstance(event, ModelLoading):
                    context.deadline.go_on()
                match event:
                    case TextDelta():
                        context.show(event.text, '')
                    case ThinkingDelta():
                        context.show('', event.text)
                    case ModelLoading():
                        context.deadline.hold()
                        context.say('Loading the model')
                    case ModelRetrying():
                        context.say(f'Trying again in {event.delay:.0f} s: {event.error}')
                        await context.log(event.error, level='warning')
                    case ModelAnswered():
                        call = _called(request, event, context)
                        await context.record(call)
                        return call
        raise StepError(f'{request.model} ended without an answer.', retryable=True)


def _request(agent: Agent, prompt: str) -> ModelRequest:
    if agent.model is None:  # the run's agents were frozen with their model
        raise StepError(f'Agent {agent.name!r} has no model.')
    return ModelRequest(
        model=agent.model,
        instructions=agent.instructions,
        messages=(Message.user(prompt),),
        parameters=agent.parameters,
    )


def _called(request: ModelRequest, answered: ModelAnswered, context: NodeContext) -> ModelCalled:
    return ModelCalled(
        at=context.clock.now(),
        path=context.path,
        model=str(request.model),
        instructions=request.instructions,
        messages=request.messages,
        answer=answered.message,
        stop=answered.stop,
        usage=answered.usage,
        first_token_after=answered.first_token_after,
        seconds=answered.seconds,
    )
