"""What a workflow is called, and its tags."""

from core.workflows.workflow import Workflow
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import text_area, text_field
from pages.components.layout import row


async def ask_details(workflow: Workflow) -> Workflow | None:
    """Asks for name, description and tags; the changed workflow, not saved yet, or None."""
    with dialog('Name and tags', width=520) as asked:
        name = text_field('Name', workflow.name).mark('workflow-name')
        description = text_area('Description', workflow.description, rows=3)
        tags = text_field('Tags', ', '.join(workflow.tags), help_text='Separated by commas.')

        def submit() -> None:
            if not (name.value or '').strip():
                name.error = 'A workflow needs a name.'
                return
            asked.submit(
                workflow.model_copy(
                    update={
                        'name': name.value.strip()[:200],
                        'description': (description.value or '').strip(),
                        'tags': _tags(tags.value or ''),
                    }
                )
            )

        with row().style('align-self: flex-end'):
            button('Cancel', asked.close, kind='quiet')
            button('Save', submit, kind='primary')
    changed: Workflow | None = await asked_once(asked)
    return changed


def _tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.strip() for tag in text.split(',') if tag.strip()))
