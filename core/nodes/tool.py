"""The tool node: calls one tool, without a model."""

import json
from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from core.agents.using import ToolUser
from core.errors import StepError, UnknownNameError
from core.llm.messages import ToolCall
from core.nodes.arguments import Arguments
from core.nodes.node_type import Completed, NodeContext, NodeType, Outcome, OutputField, ToolKey, Unknown, Waiting
from core.runs.state import ToolUse
from core.tools.tool import Tool, ToolError
from core.values import Json, Value


class ToolConfig(Value):
    tool: ToolKey = Field(description='What is called.')
    arguments: Arguments = Field(default=(), description='What it is called with.')
    ask: bool = Field(default=False, description='Whether a person must allow each call.')


class ToolNode(NodeType[ToolConfig]):
    name: ClassVar = 'tool'
    title: ClassVar = 'Tool'
    description: ClassVar = 'Calls one tool, without a model.'
    category: ClassVar = 'tools'
    icon: ClassVar = 'build'
    Config = ToolConfig

    def summary(self, config: ToolConfig) -> str:
        return config.tool

    def outputs(self, config: ToolConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='text', description='What the tool gave.'),
            OutputField(name='value', description='The same as data, where it is JSON.'),
        )

    def tools(self, config: ToolConfig) -> tuple[str, ...]:
        return (config.tool,)

    async def run(self, config: ToolConfig, context: NodeContext) -> Outcome:
        if any(use.unknown for use in context.tools.values()):
            return Unknown()
        if (done := _done(context)) is None:
            tool = await _tool(config, context)
            user = ToolUser(
                tools={tool.name: tool},
                ask_before=frozenset([tool.key] if config.ask else ()),
                toolbox=context.toolbox,
                place=context.place,
            )
            call = ToolCall(id=_call_id(context), name=tool.name, arguments=_written(config, tool))
            if (request := await user.use([call], refusal='', left=None)) is not None:
                return Waiting(approval=request)
            done = context.tools[call.id]
        return _completed(done)


def _done(context: NodeContext) -> ToolUse | None:
    return next((use for use in context.tools.values() if use.result and not use.result.is_error), None)


def _call_id(context: NodeContext) -> str:
    """That of the call which was cut off or is to be decided, else the next: a failed one is not made under its own."""
    return f'call_{1 + sum(use.result is not None for use in context.tools.values())}'


async def _tool(config: ToolConfig, context: NodeContext) -> Tool:
    try:
        tools = await context.toolbox.find([config.tool])
    except (UnknownNameError, ToolError) as error:
        raise StepError(
            f'{error} Choose another tool for this node.', retryable=isinstance(error, ToolError)
        ) from error
    if len(tools) != 1:
        raise StepError(f'{config.tool!r} stands for {len(tools)} tools; choose one of them.')
    return tools[0]


def _written(config: ToolConfig, tool: Tool) -> str:
    properties = tool.parameters.get('properties') or {}
    told = {each.name: _value(each.value, properties.get(each.name)) for each in config.arguments}
    return json.dumps(told, ensure_ascii=False)


def _value(text: str, schema: Json) -> Json:
    """The text, or what it says in JSON where the schema wants something else than a text."""
    kinds = schema.get('type') if isinstance(schema, Mapping) else None
    if kinds == 'string' or (isinstance(kinds, list) and 'string' in kinds):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _completed(use: ToolUse) -> Completed:
    """What the tool gave; StepError for what went wrong, worth a retry where the tool was called at all."""
    if use.result is None or use.result.is_error:
        reason = use.result.text if use.result else 'It was not called.'
        raise StepError(f'{use.name}: {reason}', retryable=use.started_at is not None)
    text = use.result.text
    value = _value(text, None) if text[:1] in ('{', '[') else None
    return Completed(output={'text': text} if value is None or value == text else {'text': text, 'value': value})
