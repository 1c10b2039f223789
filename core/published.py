"""Every published workflow as a tool: a call is a run of its own, which is found again after a crash."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import ConflictError, InvalidError, NotFoundError, UnknownNameError
from core.ids import child_run_id
from core.nodes.input import InputField, asked_by, inputs_of
from core.runs import events as e
from core.runs.run import Run, Trigger
from core.tools.schema import schema_problems
from core.tools.tool import Tool, ToolContext, ToolError
from core.values import Json
from core.workflows.workflow import Workflow, WorkflowRepository, WorkflowVersion

MAX_DEPTH = 5
"""How many workflows may call each other as tools, one inside the other."""

_PREFIX = 'workflow:'
_IMAGE = {'type': 'string', 'contentEncoding': 'base64', 'contentMediaType': 'image/*'}


def key_of(workflow_id: str) -> str:
    """The key of the tool that a published workflow is."""
    return f'{_PREFIX}{workflow_id}'


def workflow_of(key: str) -> str:
    """The id of the workflow that the tool of this key is; empty for all other tools."""
    return key.removeprefix(_PREFIX) if key.startswith(_PREFIX) else ''


class CreateRun(Protocol):
    """Starts a run of a version with inputs, under an id and at a depth."""

    async def __call__(
        self, version: WorkflowVersion, inputs: dict[str, Json], *, trigger: Trigger, key: str, depth: int = 0
    ) -> Run: ...


@dataclass(kw_only=True, slots=True)
class ChildRuns:
    """Runs that are begun by calls of tools; made of what the orchestrator can do."""

    create: CreateRun
    get: Callable[[str], Awaitable[Run]]
    watch: Callable[[str], AsyncGenerator[e.RunEvent, None]]
    cancel: Callable[[str], Awaitable[None]]
    stopping: Callable[[], bool]

    async def begin(self, version: WorkflowVersion, inputs: dict[str, Json], context: ToolContext) -> str:
        """The id of the call's run, which is started if this is the first time."""
        key = child_run_id(context.run_id, context.call_id)
        try:
            await self.get(key)
        except NotFoundError:
            given = inputs_of(version.graph, inputs)
            await self.create(version, given, trigger='tool', key=key, depth=context.depth + 1)
        return key

    async def end_of(self, run_id: str) -> e.RunEvent:
        """The event that ends the run, once it has ended."""
        async with aclosing(self.watch(run_id)) as events:
            async for event in events:
                if event.ends_run:
                    return event
        raise ConflictError(f'Run {run_id} has ended without an end.')

    async def abandon(self, run_id: str) -> None:
        """Cancels the run, unless the app stops: then the call is made again after the next start."""
        if not self.stopping():
            with suppress(ConflictError):  # it has ended meanwhile
                await self.cancel(run_id)


class PublishedWorkflows:
    """The source `workflow` of the toolbox."""

    def __init__(self, workflows: WorkflowRepository, runs: ChildRuns) -> None:
        self._workflows = workflows
        self._runs = runs

    async def tools(self) -> list[Tool]:
        return [await self._tool(each) for each in await self._workflows.all() if each.published]

    async def find(self, name: str) -> list[Tool]:
        try:
            workflow = await self._workflows.get(name)
        except NotFoundError:
            known = [each.id for each in await self._workflows.all() if each.published]
            raise UnknownNameError('published workflow', name, known) from None
        if not workflow.published:
            raise ToolError(f'The workflow {workflow.name!r} is not published. Publish it, or use another one.')
        return [await self._tool(workflow)]

    async def _tool(self, workflow: Workflow) -> Tool:
        versions = await self._workflows.versions(workflow.id)
        return WorkflowTool(workflow, versions[0], self._runs)


class WorkflowTool(Tool):
    """Runs the newest published version, and gives what comes out of it."""

    icon = 'account_tree'
    effects = 'idempotent'  # the same call finds the run that it began
    timeout = None

    def __init__(self, workflow: Workflow, version: WorkflowVersion, runs: ChildRuns) -> None:
        self._id = workflow.id
        self._version = version
        self._runs = runs
        self.name = f'run_{workflow.id}'[:64]
        self.title = workflow.name
        self.description = workflow.description or f'Runs the workflow “{workflow.name}” and gives its result.'

    @property
    def key(self) -> str:
        return key_of(self._id)

    @property
    def parameters(self) -> dict[str, Any]:
        fields = asked_by(self._version.graph)
        required = [field.name for field in fields if field.must_be_given]
        properties = {field.name: _schema(field) for field in fields}
        return {'type': 'object', 'properties': properties, 'required': required, 'additionalProperties': False}

    def check(self, arguments: dict[str, Any]) -> None:
        if problems := schema_problems(arguments, self.parameters):
            raise ToolError(f'The arguments do not fit. {" ".join(problems)}')

    async def call(self, arguments: dict[str, Any], context: ToolContext) -> Json:
        if context.depth >= MAX_DEPTH:
            raise ToolError(f'Workflows may call each other {MAX_DEPTH} deep; this would be one more.')
        try:
            run_id = await self._runs.begin(self._version, arguments, context)
        except InvalidError as error:
            raise ToolError(str(error)) from error
        context.say(f'Running {self.title}')
        try:
            end = await self._runs.end_of(run_id)
        except asyncio.CancelledError:
            await self._runs.abandon(run_id)
            raise
        match end:
            case e.RunSucceeded(output=output):
                return next(iter(output.values())) if len(output) == 1 else output
            case e.RunFailed(error=reason):
                raise ToolError(f'The workflow failed. {reason}')
            case _:
                raise ToolError('The workflow was cancelled.')


def _schema(field: InputField) -> dict[str, Any]:
    told: dict[str, Any] = {'title': field.label}
    if field.description:
        told['description'] = field.description
    match field.type:
        case 'number' | 'boolean':
            told['type'] = field.type
        case 'choice':
            told |= {'type': 'string', 'enum': list(field.choices)}
        case 'image':
            told |= _IMAGE
        case 'images':
            told |= {'type': 'array', 'items': _IMAGE}
        case 'text' | 'long_text':
            told['type'] = 'string'
    if field.default in (None, '') or field.type in {'image', 'images'}:  # nobody who calls it wants to read a picture
        return told
    return {**told, 'default': field.default}
