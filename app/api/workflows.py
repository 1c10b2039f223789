"""Workflows: the draft that is edited, its published versions, and the way to run it."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field, model_validator

from app.api.entities import Core, IfMatch, at, created, new, save, tagged
from app.api.problems import problem_responses
from app.documents import import_text
from core.errors import InvalidError, NotFoundError
from core.runs.run import Run
from core.values import Value
from core.workflows.diff import GraphDiff, diff
from core.workflows.document import write_document
from core.workflows.graph import Graph
from core.workflows.validation import Problem
from core.workflows.workflow import Workflow, WorkflowVersion

router = APIRouter(prefix='/workflows', tags=['Workflows'])

GRAPH = {
    'nodes': [
        {'id': 'topic', 'type': 'input', 'config': {'fields': [{'name': 'topic'}]}},
        {'id': 'title', 'type': 'template', 'config': {'text': 'About {{ topic.topic }}'}},
        {'id': 'result', 'type': 'output'},
    ],
    'edges': [{'source': 'topic', 'target': 'title'}, {'source': 'title', 'target': 'result'}],
}
GraphBody = Annotated[Graph, Body(examples=[GRAPH])]
WorkflowBody = Annotated[Workflow, Body(examples=[{'name': 'Titles', 'graph': GRAPH, 'revision': 1}])]

YAML = 'application/yaml'
_YAML_BODY = {'requestBody': {'required': True, 'content': {YAML: {'schema': {'type': 'string'}}}}}


class Execution(Value):
    """What to run a workflow with."""

    inputs: dict[str, Any] = Field(default={}, examples=[{'topic': 'Tides'}], description='By the name of the input.')
    reuse_from: str | None = Field(default=None, description='An earlier run whose equal steps are taken over.')
    until: str | None = Field(
        default=None,
        examples=['title'],
        description='A node: only it and what is upstream of it run; equal steps of earlier runs are taken over.',
    )
    only: str | None = Field(
        default=None,
        examples=['title'],
        description='A node that runs alone, on what `given` says, else on the newest results of those upstream of it.',
    )
    given: dict[str, Any] = Field(
        default={},
        examples=[{'topic': {'topic': 'Tides'}}],
        description='Results by node, for `only`: each the fields of a result, or a text.',
    )

    @model_validator(mode='after')
    def _one_part(self) -> Self:
        if self.only is not None and (self.until is not None or self.reuse_from is not None):
            raise ValueError('`only` goes with neither `until` nor `reuse_from`')
        if self.given and self.only is None:
            raise ValueError('`given` goes only with `only`')
        return self


class Publication(Value):
    """How a version is published."""

    note: str = Field(default='', max_length=2000, examples=['Shorter summaries'])


@router.get('', summary='List workflows')
async def list_workflows(core: Core) -> list[Workflow]:
    """All workflows, by name."""
    return await core.workflows.all()


@router.post('', status_code=201, summary='Create a workflow', responses=problem_responses(409))
async def create_workflow(workflow: WorkflowBody, core: Core, response: Response) -> Workflow:
    """Stores a new draft, valid or not; its id is made from its name where none is given."""
    item = new(workflow).model_copy(update={'published': None})
    return created(await core.workflows.create(item), response, at='/api/workflows')


@router.post('/validate', summary='Check a graph')
async def validate_graph(graph: GraphBody, core: Core) -> list[Problem]:
    """What keeps the graph from running, and what looks wrong; nothing is stored."""
    return await core.validate(graph)


@router.post(
    '/import',
    status_code=201,
    summary='Import a workflow file',
    responses=problem_responses(409),
    openapi_extra=_YAML_BODY,
)
async def import_workflow(request: Request, core: Core, response: Response, *, once: bool = False) -> Workflow:
    """Stores the workflow and all that it names, under new ids where theirs are taken; nothing in the file is executed.

    Workflows that it runs are published, if they can run.

    With `once`, a file that was imported before and whose workflow was not changed since is not imported again.
    """
    try:
        text = (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise InvalidError(f'The file is not UTF-8 text: {error.reason} at byte {error.start}.') from None
    return created(await import_text(core, text, once=once), response, at='/api/workflows')


@router.get('/{workflow_id}', summary='Get a workflow', responses=problem_responses(404))
async def get_workflow(workflow_id: str, core: Core, response: Response) -> Workflow:
    """One workflow with its draft; its ETag goes back in If-Match when it is saved."""
    return tagged(await core.workflows.get(workflow_id), response)


@router.put('/{workflow_id}', summary='Save a workflow', responses=problem_responses(404, 409, 412))
async def save_workflow(
    workflow_id: str, workflow: WorkflowBody, core: Core, response: Response, if_match: IfMatch = None
) -> Workflow:
    """Stores the draft. It must carry the revision that was read; a stale save is refused with what changed."""
    published = (await core.workflows.get(workflow_id)).published
    item = at(workflow, workflow_id, if_match=if_match).model_copy(update={'published': published})
    return tagged(await save(core.workflows, item, if_match=if_match), response)


@router.delete('/{workflow_id}', status_code=204, summary='Delete a workflow', responses=problem_responses(404))
async def delete_workflow(workflow_id: str, core: Core) -> None:
    """Removes the workflow; its runs and the versions they pinned stay."""
    await core.delete_workflow(workflow_id)


@router.post('/{workflow_id}/execute', status_code=202, summary='Run a workflow', responses=problem_responses(404, 409))
async def execute_workflow(workflow_id: str, core: Core, response: Response, execution: Execution | None = None) -> Run:
    """Queues a run of the draft, or of a part of it, and answers at once; follow it at `/api/runs/{id}/events`."""
    run = await _start(execution or Execution(), workflow_id, core)
    response.headers['Location'] = f'/api/runs/{run.id}'
    return run


async def _start(asked: Execution, workflow_id: str, core: Core) -> Run:
    if asked.only is None:
        reuse_from, until = asked.reuse_from, asked.until
        return await core.start_run(workflow_id, asked.inputs, trigger='api', reuse_from=reuse_from, until=until)
    inputs = asked.inputs or None
    return await core.run_node(workflow_id, asked.only, given=asked.given, inputs=inputs, trigger='api')


@router.get('/{workflow_id}/problems', summary='Check a workflow', responses=problem_responses(404))
async def workflow_problems(workflow_id: str, core: Core) -> list[Problem]:
    """What keeps the draft from running, and what looks wrong."""
    return await core.validate((await core.workflows.get(workflow_id)).graph)


@router.post(
    '/{workflow_id}/publish', status_code=201, summary='Publish a version', responses=problem_responses(404, 409)
)
async def publish_workflow(workflow_id: str, core: Core, publication: Publication | None = None) -> WorkflowVersion:
    """Freezes the draft as the next version; refused with all problems if it cannot run."""
    return await core.publish(workflow_id, note=publication.note if publication else '')


@router.get('/{workflow_id}/versions', summary='List versions', responses=problem_responses(404))
async def list_versions(workflow_id: str, core: Core) -> list[WorkflowVersion]:
    """The published versions, newest first."""
    await core.workflows.get(workflow_id)
    return await core.workflows.versions(workflow_id)


@router.get('/{workflow_id}/versions/{version_id}', summary='Get a version', responses=problem_responses(404))
async def get_version(workflow_id: str, version_id: str, core: Core) -> WorkflowVersion:
    """One frozen version: a published one, or one that a run pinned."""
    return await _version(workflow_id, version_id, core)


@router.get('/{workflow_id}/versions/{version_id}/diff', summary='Compare a version', responses=problem_responses(404))
async def compare_version(workflow_id: str, version_id: str, core: Core, to: str = '') -> GraphDiff:
    """What differs between a version and the one whose id is `to`; without it, the draft."""
    before = await _version(workflow_id, version_id, core)
    after = await (_version(workflow_id, to, core) if to else core.workflows.get(workflow_id))
    return diff(before.graph, after.graph)


async def _version(workflow_id: str, version_id: str, core: Core) -> WorkflowVersion:
    version = await core.version(version_id)
    if version.workflow_id != workflow_id:
        raise NotFoundError('version', version_id)
    return version


@router.get(
    '/{workflow_id}/export',
    summary='Export a workflow',
    response_class=PlainTextResponse,
    responses=problem_responses(404) | {200: {'content': {YAML: {}}, 'description': 'The workflow as a file.'}},
)
async def export_workflow(workflow_id: str, core: Core) -> Response:
    """The draft and all that it names as readable YAML; it holds references, never secrets."""
    text = write_document(await core.export_document(workflow_id))
    disposition = f'attachment; filename="{workflow_id}.yaml"'
    return Response(text, media_type=YAML, headers={'Content-Disposition': disposition})
