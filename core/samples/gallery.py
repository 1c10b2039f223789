"""The templates that a workflow can begin with, as files next to this one; the samples are among them."""

from functools import lru_cache
from importlib.resources import files

from core.samples.samples import NAMES, text_of
from core.values import Value
from core.workflows.document import WorkflowDocument, read_document

CATEGORIES = {
    'Research': ('research-brief', 'compare-texts', 'article-summaries', 'brainstorm'),
    'Writing': ('blog-post', 'until-approved', 'social-posts', 'translation-check'),
    'Support': ('support-triage', 'inbox-routing', 'faq-answers', 'review-replies'),
    'Office': (
        'meeting-notes',
        'email-reply',
        'daily-digest',
        'shared-costs',
        'receipt-check',
        'application-screening',
    ),
    'Review': ('contract-review', 'code-review'),
    'Learning': ('study-buddy',),
    'Operations': ('site-check',),
    'Decisions': ('decision-debate',),
}
"""The names of all templates, in the order in which they are shown."""


class WorkflowTemplate(Value):
    """A workflow to begin with; nothing of it is stored before somebody uses it."""

    name: str
    """Of its file; links name it."""
    category: str
    document: WorkflowDocument


@lru_cache(maxsize=1)
def templates() -> tuple[WorkflowTemplate, ...]:
    """All templates; read at the first call, which takes some 50 ms, and never at the start."""
    return tuple(
        WorkflowTemplate(name=name, category=category, document=read_document(template_text(name)))
        for category, names in CATEGORIES.items()
        for name in names
    )


def template_text(name: str) -> str:
    """The YAML of one template."""
    if name in NAMES:
        return text_of(name)
    return files('core.samples').joinpath('templates', f'{name}.yaml').read_text(encoding='utf-8')
