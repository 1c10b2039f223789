"""Words for what goes wrong between us and a provider: who, where, why, and what to do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.llm.connection import Connection
from core.llm.errors import ErrorKind, ModelError
from core.llm.provider import ProviderType

_OVERFLOW = (
    'context length', 'context window', 'context size', 'context_length', 'prompt is too long', 'maximum context',
    'exceeds the available context', 'input length', 'exceed context', 'exceeds context',
)  # fmt: skip
_QUOTA = ('insufficient_quota', 'exceeded your current quota', 'credit balance', 'billing')
_LONGEST_CAUSE = 300

_KINDS: dict[int, ErrorKind] = {
    401: 'auth',
    402: 'quota',
    403: 'auth',
    404: 'not_found',
    408: 'timeout',
    409: 'server',
    429: 'rate_limit',
    503: 'overloaded',
    529: 'overloaded',
}

_REMEDIES: dict[ErrorKind, str] = {
    'auth': 'Check the key of the connection “{connection}” in Settings › Connections.',
    'not_found': 'Check the model name {model!r} and the address of the connection “{connection}”.',
    'rate_limit': 'Wait, or lower “max parallel” of the connection “{connection}”.',
    'quota': 'Add credit to the account, or choose a model of another connection.',
    'overloaded': 'Try again later, or choose another model.',
    'server': 'Try again; if it stays, look at the log of the server.',
    'unreachable': 'Is it running? Check the address of the connection “{connection}” in Settings › Connections.',
    'timeout': 'Choose a smaller model, or raise the time-outs of the connection “{connection}”.',
    'truncated': 'Try again; if it stays, look at the log of the server or of a proxy before it.',
    'malformed': 'Is the address {url} that of a model server? Check the connection “{connection}”.',
    'context_length': 'Shorten the prompt, ask for a shorter answer, or choose a model with a larger context.',
    'bad_request': 'Check the parameters of the agent; the model may not know one of them.',
    'configuration': 'Correct the connection “{connection}” in Settings › Connections.',
}

_SAID: dict[ErrorKind, str] = {
    'auth': 'refused the key',
    'not_found': 'does not know the model {model!r} or the address',
    'rate_limit': 'asks to slow down',
    'quota': 'has no credit left for this account',
    'overloaded': 'is overloaded',
    'server': 'failed',
    'timeout': 'gave up waiting',
    'context_length': 'cannot take a prompt this long with the model {model!r}',
    'bad_request': 'did not accept the request',
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Faults:
    """Makes the errors of one connection; each names provider, address, cause and way out, and none shows the key."""

    provider: ProviderType
    connection: Connection
    secret: str = field(default='', repr=False)

    @property
    def url(self) -> str:
        return self.connection.base_url or self.provider.default_url

    def unreachable(self, cause: str) -> ModelError:
        return self._error('unreachable', f'{self._title} does not answer at {self.url}: {self._clean(cause)}.')

    def slow_to_connect(self) -> ModelError:
        seconds = self.connection.timeouts.connect
        return self._error(
            'unreachable', f'{self._title} does not answer at {self.url}: no connection within {seconds:g} s.'
        )

    def slow_to_start(self) -> ModelError:
        seconds = self.connection.timeouts.first_token
        return self._error('timeout', f'{self._title} at {self.url} sent nothing for {seconds:g} s.')

    def slow_to_load(self) -> ModelError:
        return self._error('timeout', f'{self._title} at {self.url} did not get the model loaded, and says no more.')

    def stalled(self) -> ModelError:
        seconds = self.connection.timeouts.between_tokens
        return self._error(
            'timeout', f'{self._title} at {self.url} went silent in the middle of the answer for {seconds:g} s.'
        )

    def truncated(self, cause: str = 'it ended without the mark of a complete answer') -> ModelError:
        return self._error('truncated', f'The answer of {self._title} at {self.url} was cut off: {self._clean(cause)}.')

    def malformed(self, body: str) -> ModelError:
        return self._error(
            'malformed', f'{self._title} at {self.url} sent what is not an answer: {self._clean(body) or "nothing"!r}.'
        )

    def configuration(self, cause: str, *, remedy: str = '') -> ModelError:
        return self._error('configuration', f'{self._title} at {self.url} cannot be asked: {cause}', remedy=remedy)

    def no_tools(self, model: str) -> ModelError:
        return self._error(
            'bad_request',
            f'The model {model!r} of {self._title} at {self.url} cannot call tools.',
            remedy='Choose a model that can (the list in Settings › Connections says which), or take the tools away '
            'from the agent.',
        )

    def cannot_see(self, model: str) -> ModelError:
        return self._error(
            'bad_request',
            f'The model {model!r} of {self._title} at {self.url} cannot see images.',
            remedy='Choose a model that can (the list in Settings › Connections says which), or take the images away '
            'from the node.',
        )

    def address(self, cause: str) -> ModelError:
        example = self.provider.default_url or 'http://localhost:8000'
        return self.configuration(
            f'its address is not valid ({self._clean(cause)}).',
            remedy=f'Write the whole address of the connection “{self.connection.name}” in Settings › Connections, '
            f'for example {example}.',
        )

    def status(self, status: int, body: str, *, model: str = '', retry_after: float | None = None) -> ModelError:
        """The error for an HTTP status, or for an error inside a stream (then with the status it stands for)."""
        if status in range(300, 400):
            return self.address('it redirects to another')
        cause = self._clean(_message(body))
        kind = _kind(status, cause or body)
        if kind == 'not_found' and not model:
            return self._nothing_there(status, cause)
        said = _SAID[kind].format(model=model)
        wait = f' It asks to wait {retry_after:.0f} s.' if retry_after else ''
        told = f'{status}: {cause}' if cause else str(status)
        return self._error(
            kind,
            f'{self._title} at {self.url} {said} ({told}).{wait}',
            model=model,
            status=status,
            retry_after=retry_after,
        )

    def _nothing_there(self, status: int, cause: str) -> ModelError:
        """For requests that name no model, such as for the list of models."""
        told = f'{status}: {cause}' if cause else str(status)
        return self._error(
            'not_found',
            f'{self._title} was not found at {self.url}: something else answers there ({told}).',
            remedy=f'Check the address of the connection “{self.connection.name}”, its port and path; '
            f'the usual one is {self.provider.default_url}.',
            status=status,
        )

    @property
    def _title(self) -> str:
        return self.provider.title

    def _error(
        self,
        kind: ErrorKind,
        message: str,
        *,
        remedy: str = '',
        model: str = '',
        status: int | None = None,
        retry_after: float | None = None,
    ) -> ModelError:
        remedy = remedy or (self.provider.remedies.get(kind) or _REMEDIES[kind]).format(
            connection=self.connection.name, model=model, url=self.url
        )
        return ModelError(message, kind=kind, remedy=remedy, status=status, retry_after=retry_after)

    def _clean(self, text: str) -> str:
        """One line of bounded length, without the key: some servers repeat it in their errors."""
        if self.secret:
            text = text.replace(self.secret, '•••')
        text = ' '.join(text.split()).rstrip('.')
        return text if len(text) <= _LONGEST_CAUSE else text[:_LONGEST_CAUSE] + '…'


def _kind(status: int, cause: str) -> ErrorKind:
    words = cause.lower()
    if 400 <= status < 500 and any(mark in words for mark in _QUOTA):
        return 'quota'
    if status in (400, 413, 422, 500) and any(mark in words for mark in _OVERFLOW):
        return 'context_length'
    return _KINDS.get(status) or ('server' if status >= 500 else 'bad_request')


def _message(body: str) -> str:
    """The sentence inside an error body, whichever of the usual shapes it has; a body of another shape as it is."""
    try:
        told: Any = json.loads(body)
    except ValueError:
        return body
    for key in ('error', 'message', 'detail'):
        if isinstance(told, Mapping) and key in told:
            told = told[key]
    return told if isinstance(told, str) else body
