"""A webhook: an address that starts a workflow when something is posted to it."""

from datetime import datetime
from typing import Annotated, Literal, Protocol

from pydantic import AfterValidator, Field

from core.errors import TemplateError
from core.repository import Repository
from core.values import Entity, Value
from core.workflows.templates import names_in

SOURCES = ('body', 'headers', 'query')
"""What the templates of a webhook can use."""

Signature = Literal['none', 'timestamped', 'github']


def _of_what_comes(template: str) -> str:
    try:
        unknown = sorted(names_in(template) - set(SOURCES))
    except TemplateError as error:
        raise ValueError(f'it cannot be read: {error}') from None
    if unknown:
        raise ValueError(f'there is no {unknown[0]!r} here; there are: {", ".join(SOURCES)}')
    return template


class Webhook(Entity):
    """Starts the published version of a workflow. Its token and key are kept elsewhere."""

    workflow_id: str
    enabled: bool = True
    signature: Signature = Field(
        default='none',
        description='How a delivery is signed: not at all, as `X-Signature: t=TIME,v1=HMAC`, or as GitHub does.',
    )
    inputs: dict[str, Annotated[str, AfterValidator(_of_what_comes)]] = Field(
        default={},
        description='What inputs get, as templates over `body`, `headers` and `query`; an input that is not named '
        'here takes the field of the body that has its name.',
        examples=[{'notes': '{{ body | tojson }}', 'kind': "{{ headers['x-github-event'] }}"}],
    )


class Delivery(Value):
    """Something that was posted, and the run that it started."""

    run_id: str
    digest: str
    """The SHA-256 of the body."""
    at: datetime
    started: bool = False
    """Whether the run was created; that it is not there any more then means that somebody deleted it."""


class WebhookRepository(Repository[Webhook], Protocol):
    """Keeps webhooks, the digests of their tokens, and what was delivered to them."""

    async def set_token(self, key: str, digest: str) -> None:
        """The webhook is reached by the token of this digest from now on, and by no other; NotFoundError."""
        ...

    async def by_token(self, digest: str) -> Webhook:
        """The one that is reached by this token, or NotFoundError."""
        ...

    async def claim(self, key: str, names: tuple[str, ...], delivery: Delivery, *, forget: datetime) -> Delivery:
        """Remembers a delivery under its names, unless one of them is known: then it gives that earlier delivery.

        Deliveries from before `forget` are forgotten. NotFoundError where there is no such webhook.
        """
        ...

    async def confirm(self, key: str, names: tuple[str, ...], delivery: Delivery) -> None:
        """Notes under its names that the run of a claimed delivery was created."""
        ...

    async def latest(self, key: str) -> Delivery | None:
        """What was delivered last."""
        ...
