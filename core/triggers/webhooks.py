"""The webhooks of this instance: made, changed, looked at, and what is delivered to them."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.clock import Clock
from core.errors import ConflictError, InvalidError, TemplateError
from core.ids import run_id, slug
from core.nodes.input import asked_by, inputs_of
from core.repository import Secrets
from core.runs.run import Run
from core.triggers.signature import signed
from core.triggers.starting import Starter
from core.triggers.webhook import Delivery, Webhook, WebhookRepository
from core.values import Json
from core.workflows.graph import Graph
from core.workflows.templates import Scope

REMEMBERED = timedelta(days=7)
"""How long a delivery is known, so that it starts nothing when it comes again."""

LONGEST_NAME = 200
"""Characters of an `Idempotency-Key`."""

KEPT_BACK = frozenset({'authorization', 'cookie', 'x-signature', 'x-hub-signature-256'})
"""Headers that no template sees: they would end up in the journal."""


@dataclass(kw_only=True, slots=True, frozen=True)
class Posted:
    """What was posted; headers by lower-case name. `data` is what the body means."""

    body: bytes
    data: Json
    headers: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(kw_only=True, slots=True, frozen=True)
class Accepted:
    """The run of a delivery, and whether it was started by an earlier one."""

    run: Run
    replayed: bool


@dataclass(kw_only=True, slots=True, frozen=True)
class Credentials:
    """What the sender has to know."""

    token: str
    """The last part of the address; who knows it may deliver."""
    key: str
    """What deliveries are signed with."""

    @classmethod
    def new(cls) -> 'Credentials':
        return cls(token=secrets.token_urlsafe(32), key=secrets.token_urlsafe(32))

    @property
    def digest(self) -> str:
        """By which the webhook is found."""
        return _digest(self.token.encode())

    def as_secrets(self, webhook_id: str) -> dict[str, str]:
        """Under the names that they are kept by."""
        return dict(zip(_secret_names(webhook_id), (self.token, self.key), strict=True))


class Webhooks:
    """A Repository that checks what it is given and makes tokens and keys, which are stored encrypted.

    A delivery finds its webhook by the SHA-256 of its token, so that no clock tells how much of a guess was right.
    """

    def __init__(self, kept: WebhookRepository, secrets: Secrets, starter: Starter, clock: Clock) -> None:
        self._kept = kept
        self._secrets = secrets
        self._starter = starter
        self._clock = clock

    # What a person does with them

    async def all(self) -> list[Webhook]:
        return await self._kept.all()

    async def of(self, workflow_id: str) -> list[Webhook]:
        """Those of one workflow, by name."""
        return [webhook for webhook in await self._kept.all() if webhook.workflow_id == workflow_id]

    async def get(self, key: str) -> Webhook:
        return await self._kept.get(key)

    async def create(self, item: Webhook) -> Webhook:
        """Stores a new one with a token and a key; InvalidError where the workflow or an input does not fit."""
        await self._check(item)
        made = await self._kept.create(item)
        await self.rotate(made.id)
        return made

    async def save(self, item: Webhook) -> Webhook:
        """Stores a change; its address and its key stay."""
        await self._check(item)
        return await self._kept.save(item)

    async def delete(self, key: str) -> None:
        await self._kept.delete(key)
        for name in _secret_names(key):
            await self._secrets.delete(name)

    async def rotate(self, key: str) -> Credentials:
        """A new token and a new key; those from before are worth nothing from now on."""
        webhook = await self._kept.get(key)
        made = Credentials.new()
        for name, value in made.as_secrets(webhook.id).items():
            await self._secrets.set(name, value)
        await self._kept.set_token(webhook.id, made.digest)
        return made

    async def credentials(self, key: str) -> Credentials:
        """Its token and its key; ConflictError where somebody deleted them among the secrets."""
        webhook = await self._kept.get(key)
        token, signing_key = [await self._secrets.get(name) for name in _secret_names(webhook.id)]
        if not token or not signing_key:
            raise ConflictError(
                f'The secrets of the webhook {webhook.name!r} are not there any more. Give it a new address and key.'
            )
        return Credentials(token=token, key=signing_key)

    async def arriving(self, items: Iterable[Webhook], *, ids: Mapping[str, str]) -> list[Webhook]:
        """Those that a file holds, as they are to be stored: switched off and under free ids.

        `ids` are those of their workflows, by those in the file.
        """
        taken = {webhook.id for webhook in await self._kept.all()}
        arriving = []
        for item in items:
            changes = {'id': slug(item.name, taken=taken), 'workflow_id': ids[item.workflow_id], 'enabled': False}
            arriving.append(item.model_copy(update=changes))
            taken.add(arriving[-1].id)
        return arriving

    async def latest(self, key: str) -> Delivery | None:
        """What was delivered to it last."""
        return await self._kept.latest(key)

    # What is delivered

    async def find(self, token: str) -> Webhook:
        """The webhook of this address; NotFoundError, or ConflictError where it is switched off."""
        webhook = await self._kept.by_token(_digest(token.encode()))
        if not webhook.enabled:
            raise ConflictError(f'The webhook {webhook.name!r} is switched off.')
        return webhook

    async def accept(self, webhook: Webhook, posted: Posted) -> Accepted:
        """Starts the run of a delivery, or finds the one that it started before.

        UnauthorizedError where its signature is not right, InvalidError where its inputs do not fit, ConflictError
        where nothing is published.
        """
        names = await self._names(webhook, posted)
        version = await self._starter.version(webhook.workflow_id)
        inputs = _inputs(webhook, version.graph, posted)
        now = self._clock.now()
        new = Delivery(run_id=run_id(now), digest=_digest(posted.body), at=now)
        claimed = await self._kept.claim(webhook.id, names or (f'run:{new.run_id}',), new, forget=now - REMEMBERED)
        if claimed.digest != new.digest:
            raise InvalidError('This Idempotency-Key came with another body before. Use a new one for each delivery.')
        run = await self._run(webhook, claimed, inputs)
        if names and not claimed.started:
            await self._kept.confirm(webhook.id, names, claimed)
        return Accepted(run=run, replayed=claimed.run_id != new.run_id)

    async def _run(self, webhook: Webhook, claimed: Delivery, inputs: dict[str, Json]) -> Run:
        """The run of a delivery; started also where it was claimed before, but the app was killed before the start."""
        if not claimed.started:
            return await self._starter.start(webhook.workflow_id, inputs, trigger='webhook', run_id=claimed.run_id)
        run = await self._starter.find(claimed.run_id, workflow_id=webhook.workflow_id)
        if run is None:
            raise ConflictError(
                'This delivery came before, and the run that it started was deleted. It starts no other.'
            )
        return run

    async def _names(self, webhook: Webhook, posted: Posted) -> tuple[str, ...]:
        """What the delivery will be known by: its signature, which is of its body, and what its sender calls it."""
        key = (await self.credentials(webhook.id)).key if webhook.signature != 'none' else ''
        now = self._clock.now()
        signature = signed(webhook.signature, key=key, body=posted.body, headers=posted.headers, now=now)
        called = posted.headers.get('idempotency-key') or posted.headers.get('x-github-delivery') or ''
        if len(called) > LONGEST_NAME:
            raise InvalidError(f'The Idempotency-Key has more than {LONGEST_NAME} characters.')
        known = {'signature': signature, 'id': called}
        return tuple(f'{kind}:{name}' for kind, name in known.items() if name)

    async def _check(self, item: Webhook) -> None:
        known = {field.name for field in asked_by(await self._starter.graph(item.workflow_id))}
        problems = [
            (f'inputs.{name}', f'There is no input {name!r}; there are: {", ".join(sorted(known)) or "none"}.')
            for name in item.inputs
            if name not in known
        ]
        if problems:
            raise InvalidError(' '.join(what for _, what in problems), problems=problems)


def _inputs(webhook: Webhook, graph: Graph, posted: Posted) -> dict[str, Json]:
    """What the run is started with; InvalidError names each input that is missing or does not fit."""
    fields = posted.data if isinstance(posted.data, dict) else {}
    given: dict[str, Any] = {field.name: fields[field.name] for field in asked_by(graph) if field.name in fields}
    headers = {name: value for name, value in posted.headers.items() if name not in KEPT_BACK}
    scope = Scope(lookup={'body': posted.data, 'headers': headers, 'query': dict(posted.query)}.__getitem__)
    for name, template in webhook.inputs.items():
        try:
            given[name] = scope.render(template)
        except TemplateError as error:
            raise InvalidError(f'{name}: {error}', problems=[(name, str(error))]) from None
    return inputs_of(graph, given)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _secret_names(key: str) -> tuple[str, str]:
    name = key.upper().replace('-', '_')
    return f'WEBHOOK_{name}_TOKEN', f'WEBHOOK_{name}_KEY'
