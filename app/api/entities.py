"""What the routers share: the orchestrator, and saving that never overwrites what somebody else saved."""

import re
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response

from app.api.problems import StaleSaveError
from core.errors import InvalidError, StaleError
from core.orchestrator import Orchestrator
from core.repository import Repository
from core.values import Entity

E = TypeVar('E', bound=Entity)


def _orchestrator(request: Request) -> Orchestrator:
    orchestrator: Orchestrator = request.app.state.orchestrator
    return orchestrator


Core = Annotated[Orchestrator, Depends(_orchestrator)]

IfMatch = Annotated[
    str | None,
    Header(description='The ETag that was read; a save of anything older is refused with 412.', examples=['"3"']),
]


def new(item: E) -> E:
    """The item as one that was never saved; InvalidError where its id is none that we give."""
    if item.id and not re.fullmatch(r'[a-z0-9][a-z0-9-]{0,63}', item.id):
        reason = 'An id has lower-case letters, digits and hyphens, at most 64; leave it out to get one.'
        raise InvalidError(f'{item.id!r} cannot be an id. {reason}', problems=[('body.id', reason)])
    return item.model_copy(update={'revision': 0, 'created_at': None, 'updated_at': None})


def at(item: E, key: str, *, if_match: str | None = None) -> E:
    """The item under the id of the address, at the revision that If-Match names, if it names one."""
    if item.id and item.id != key:
        raise InvalidError(
            f'The body is {item.id!r}, the address {key!r}; ids never change.',
            problems=[('body.id', 'Not the address.')],
        )
    revision = item.revision if if_match is None else _revision(if_match)
    return item.model_copy(update={'id': key, 'revision': revision})


async def save(repository: Repository[E], item: E, *, if_match: str | None) -> E:
    """Saves, or says what is stored and field by field what differs (409; 412 where If-Match was given)."""
    try:
        return await repository.save(item)
    except StaleError as error:
        raise stale(error, item, if_match=if_match) from None


def stale(error: StaleError, mine: Entity, *, if_match: str | None) -> StaleSaveError:
    return StaleSaveError(error, mine=mine, status=409 if if_match is None else 412)


def tagged(item: E, response: Response) -> E:
    """The item, with its revision as the response's ETag."""
    response.headers['ETag'] = f'"{item.revision}"'
    return item


def created(item: E, response: Response, *, at: str) -> E:
    """A new item, with its address."""
    response.headers['Location'] = f'{at}/{item.id}'
    return tagged(item, response)


def _revision(if_match: str) -> int:
    match = re.fullmatch(r'(?:W/)?"?(\d{1,18})"?', if_match.strip())
    if not match:
        raise InvalidError(f'If-Match: {if_match} is not the ETag of a save; send back the one you read, e.g. "3".')
    return int(match[1])
