"""What the card of a node tells of its step."""

from collections.abc import Iterable

from core.runs.state import StepState
from pages.components.formats import cost, duration, short
from pages.components.status import NOT_RUN, step_shown
from pages.live import FollowedRun
from pages.runs.places import card_of, usage_of
from pages.runs.values import text_in
from pages.workflows.picture import CardState


def card_states(run: FollowedRun) -> dict[str, CardState]:
    """Of each node that runs, heard of or not."""
    unheard = {node.id: card_state(run, StepState(path=node.id, node=node.id)) for node in run.version.graph.nodes}
    return unheard | cards_told(run, run.state.steps)


def cards_told(run: FollowedRun, changed: Iterable[str]) -> dict[str, CardState]:
    """Of the nodes whose cards tell of these steps, by their paths."""
    told = {card_of(path, run.version.graph) for path in changed if path in run.state.steps}
    steps = [run.state.steps[path] for path in sorted(filter(None, told))]
    return {step.node: card_state(run, step) for step in steps}


def card_state(run: FollowedRun, step: StepState) -> CardState:
    live = (run.live(step.path) or run.live_inside(step.path)) if step.status == 'running' else None
    usage = usage_of(run.state, step) if step.settled else step.usage
    figures = [f'{short(usage.tokens)} tok'] if usage.calls else []
    if step.settled and step.started_at and step.not_run is None:
        figures.append(duration(run.step_seconds(step)))
    if usage.cost:
        figures.append(cost(usage.cost))
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
