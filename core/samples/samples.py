"""The sample workflows that ship with the app, as files next to this one."""

from functools import lru_cache
from importlib.resources import files

from core.workflows.document import WorkflowDocument, read_document

NAMES = ('research-brief', 'support-triage', 'meeting-notes')


@lru_cache(maxsize=1)
def samples() -> tuple[WorkflowDocument, ...]:
    """All samples, in the order in which a new person should meet them; read at the first call."""
    return tuple(read_document(text_of(name)) for name in NAMES)


def text_of(name: str) -> str:
    """The YAML of one sample."""
    return files('core.samples').joinpath(f'{name}.yaml').read_text(encoding='utf-8')
