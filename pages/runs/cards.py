"""What the card of a node tells of its step."""

from core.runs.state import StepState
from pages.components.formats import cost, duration, short
from pages.components.status import NOT_RUN, step_shown
from pages.live import FollowedRun
from pages.runs.values import text_in
from pages.workflows.picture import CardState


def card_states(run: FollowedRun) -> dict[str, CardState]:
    """Of each node that runs, heard of or not."""
    steps = {step.node: step for step in run.state.steps.values()}
    return {
        node.id: card_state(run, steps.get(node.id) or StepState(path=node.id, node=node.id))
        for node in run.version.graph.nodes
    }


def card_state(run: FollowedRun, step: StepState) -> CardState:
    live = run.live(step.path) if step.status == 'running' else None
    figures = [f'{short(step.usage.tokens)} tok'] if step.calls else []
    if step.settled and step.started_at and step.not_run is None:
        figures.append(duration(run.step_seconds(step)))
    if step.usage.cost:
        figures.append(cost(step.usage.cost))
    return CardState(
        status=step_shown(step, ended=run.ended),
        figures=' · '.join(figures),
        preview=(live.text or live.thinking) if live else step.error or text_in(step.output),
        word=_word(step, live.status if live else ''),
    )


def _word(step: StepState, status: str) -> str:
    if step.status == 'succeeded' and step.not_run is not None:
        return NOT_RUN[step.not_run]
    if step.status == 'running':
        return status or (f'Attempt {step.attempt}' if step.attempt > 1 else '')
    return ''
