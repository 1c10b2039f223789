"""Why a model did not answer: provider, address, cause and way out in one sentence each."""

from typing import Literal

from core.errors import StepError

ErrorKind = Literal[
    'auth',
    'not_found',
    'rate_limit',
    'quota',
    'overloaded',
    'server',
    'unreachable',
    'timeout',
    'truncated',
    'malformed',
    'context_length',
    'bad_request',
    'configuration',
]

_WORTH_A_RETRY = {'rate_limit', 'overloaded', 'server', 'unreachable', 'timeout', 'truncated', 'malformed'}


class ModelError(StepError):
    """A model call failed; the message names provider, address and cause, `remedy` what to do.

    `retryable`: another attempt may help. `retry_after`: seconds the provider asked to wait.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: ErrorKind,
        remedy: str = '',
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f'{message} {remedy}'.strip(), retryable=kind in _WORTH_A_RETRY, retry_after=retry_after)
        self.kind: ErrorKind = kind
        self.remedy = remedy
        self.status = status
