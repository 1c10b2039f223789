"""Workflow files on their way in."""

import hashlib

from core.errors import NotFoundError
from core.orchestrator import Orchestrator
from core.workflows.document import read_document, write_document
from core.workflows.workflow import Workflow


async def import_text(orchestrator: Orchestrator, text: str, *, once: bool = False) -> Workflow:
    """Imports a file. With `once`, takes what this very file became earlier, if nobody changed it since."""
    document = read_document(text)
    if once and (known := await _imported_before(orchestrator, text)):
        return known
    workflow = await orchestrator.import_document(document)
    await orchestrator.preferences.set(_name(text), f'{workflow.id} {await _fingerprint(orchestrator, workflow.id)}')
    return workflow


async def _imported_before(orchestrator: Orchestrator, text: str) -> Workflow | None:
    workflow_id, _, fingerprint = (await orchestrator.preferences.get(_name(text)) or '').partition(' ')
    try:
        unchanged = bool(workflow_id) and await _fingerprint(orchestrator, workflow_id) == fingerprint
        return await orchestrator.workflows.get(workflow_id) if unchanged else None
    except NotFoundError:  # it was deleted since
        return None


async def _fingerprint(orchestrator: Orchestrator, workflow_id: str) -> str:
    return _hash(write_document(await orchestrator.export_document(workflow_id)))


def _name(text: str) -> str:
    return f'imported:{_hash(text)}'


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
