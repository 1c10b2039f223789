"""The workflow node: runs another workflow inside this run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from core.errors import InvalidError, StepError
from core.nodes.arguments import Arguments
from core.nodes.body import BodyNodeType, Round, Rounds
from core.nodes.input import asked_by, inputs_of
from core.nodes.node_type import Completed, NodeContext, OutputField, WorkflowId
from core.values import Json, Value
from core.workflows.graph import Graph


class WorkflowConfig(Value):
    workflow: WorkflowId = Field(description='Which workflow is run: its newest published version.')
    inputs: Arguments = Field(
        default=(), description='What it is started with; what arrives goes to an input that is required and not named.'
    )


class WorkflowNode(BodyNodeType[WorkflowConfig]):
    name: ClassVar = 'workflow'
    title: ClassVar = 'Workflow'
    description: ClassVar = 'Runs another workflow inside this run; its steps are seen in their places.'
    category: ClassVar = 'tools'
    icon: ClassVar = 'account_tree'
    Config = WorkflowConfig
    round_name: ClassVar = ''

    def summary(self, config: WorkflowConfig) -> str:
        return config.workflow

    def outputs(self, config: WorkflowConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='text', description='What it gave back, as text.'),
            OutputField(name='value', description='The same as data; by output node where it has several.'),
        )

    def workflows(self, config: WorkflowConfig) -> tuple[str, ...]:
        return (config.workflow,)

    def rounds(self, config: WorkflowConfig, context: NodeContext) -> Rounds:
        version = context.workflows[config.workflow]
        return _Once(body=version.graph, inputs=_inputs(config, version.graph, context))


@dataclass(kw_only=True)
class _Once(Rounds):
    """One round of a whole workflow."""

    body: Graph
    inputs: dict[str, Json]
    begun: bool = False
    completed: Completed | None = None
    error: str = ''

    @property
    def total(self) -> int:
        return 1

    def ready(self) -> Iterator[Round]:
        if not self.begun:
            self.begun = True
            yield Round(index=0, body=self.body, inputs=self.inputs)

    def ended(self, index: int, output: dict[str, Any], error: str) -> None:
        if error:
            self.error = error
        else:
            self.completed = Completed(output=output)

    def result(self) -> Completed | None:
        if self.error:
            raise StepError(self.error)
        return self.completed


def _inputs(config: WorkflowConfig, graph: Graph, context: NodeContext) -> dict[str, Json]:
    """What the workflow is started with; StepError names what it lacks."""
    told: dict[str, Any] = {given.name: given.value for given in config.inputs}
    lacking = [field.name for field in asked_by(graph) if field.must_be_given and field.name not in told]
    if len(lacking) == 1 and context.incoming_text:
        told[lacking[0]] = context.incoming_text
    try:
        return inputs_of(graph, told)
    except InvalidError as error:
        raise StepError(f'Its inputs do not fit. {error}') from error
