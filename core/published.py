"""Every published workflow as a tool: a call is a run of its own, which is found again after a crash."""

import asyncio
from typing import Any, Protocol

from core.errors import InvalidError, NotFoundError, UnknownNameError
from core.nodes.input import InputField, asked_by
from core.runs import events as e
from core.tools.schema import schema_problems
from core.tools.tool import Tool, ToolContext, ToolError
from core.values import Json
from core.workflows.workflow import Workflow, WorkflowRepository, WorkflowVersion

MAX_DEPTH = 5
"""How many workflows may call each other as tools, one inside the other."""


class ChildRuns(Protocol):
    """Runs that are begun by a call of a tool; the orchestrator's, or a test's."""

    async def begin(self, version: WorkflowVersion, inputs: dict[str, Json], context: ToolContext) -> str:
        """The id of the call's run, which is started if this is the first time."""
        ...

    async def end_of(self, run_id: str) -> e.RunEvent:
        """The event that ends the run, once it has ended."""
        ...

    async def abandon(self, run_id: str) -> None:
        """Cancels the run, unless the app stops: then the call is made again after the next start."""
        ...


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
        return f'workflow:{self._id}'

    @property
    def parameters(self) -> dict[str, Any]:
        fields = asked_by(self._version.graph)
        required = [field.name for field in fields if field.required and field.default in (None, '')]
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
        case 'text' | 'long_text':
            told['type'] = 'string'
    return told if field.default in (None, '') else {**told, 'default': field.default}
