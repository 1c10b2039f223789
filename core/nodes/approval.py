"""The approval node: a person decides, and may edit."""

from typing import ClassVar

from pydantic import Field

from core.nodes.node_type import (
    Completed,
    ComputingNodeType,
    Handle,
    NodeContext,
    Outcome,
    OutputField,
    Template,
    Waiting,
)
from core.runs.events import ApprovalRequest
from core.values import Value

APPROVED = 'approved'
REJECTED = 'rejected'


class ApprovalConfig(Value):
    message: Template = Field(default='', description='What the person is asked.')
    value: Template = Field(default='{{ incoming }}', description='What is to be approved; the person may edit it.')


class ApprovalNode(ComputingNodeType[ApprovalConfig]):
    name: ClassVar = 'approval'
    title: ClassVar = 'Approval'
    description: ClassVar = 'Waits until a person approves or rejects.'
    category: ClassVar = 'people'
    icon: ClassVar = 'how_to_reg'
    Config = ApprovalConfig

    def handles(self, config: ApprovalConfig) -> tuple[Handle, ...]:
        return (Handle(name=APPROVED, title='Approved'), Handle(name=REJECTED, title='Rejected'))

    def summary(self, config: ApprovalConfig) -> str:
        return config.message or 'A person decides'

    def outputs(self, config: ApprovalConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='text', description='The value as the person left it.'),
            OutputField(name='approved', description='Whether it was approved.'),
            OutputField(name='comment', description='What the person said.'),
            OutputField(name='by', description='Who decided.'),
        )

    def compute(self, config: ApprovalConfig, context: NodeContext) -> Outcome:
        if context.answer is None:
            request = ApprovalRequest(title=context.title, message=config.message, value=config.value)
            return Waiting(approval=request)
        answer = context.answer
        output = {'text': answer.value, 'approved': answer.approved, 'comment': answer.comment, 'by': answer.by}
        return Completed(output=output, handles=(APPROVED if answer.approved else REJECTED,))
