"""What a run is a run of, and where that is edited."""

from core.runs.run import Run
from core.teamwork import PREFIX
from pages.components.buttons import link_button


def origin_button(run: Run, *, change: bool = False) -> None:
    """Leads to the workflow, or to the team that was run by itself."""
    of_team = run.workflow_id.startswith(PREFIX)
    word, path = ('team', 'teams') if of_team else ('workflow', 'workflows')
    made = link_button(
        f'Change the {word}' if change else word.capitalize(),
        f'/{path}/{run.workflow_id.removeprefix(PREFIX)}',
        icon='' if change else 'groups' if of_team else 'account_tree',
    )
    if not change:
        made.classes('ao-wide-only')
