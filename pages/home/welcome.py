"""Home for a person who has run nothing yet."""

from nicegui import ui

from core.llm.connection import ModelRef
from core.workflows.workflow import Workflow
from pages.components.buttons import button, link_button
from pages.components.empty import empty_state
from pages.components.formats import plural
from pages.components.layout import badge, box, icon, notice, panel, row, stack, words
from pages.home.picture import Picture, Starts


def draw_welcome(picture: Picture, run: Starts) -> None:
    with stack('ao-gap-1'):
        words('Run your first workflow', 'ao-title', tag='h2')
        words(
            'A workflow wires agents together: each works on what the ones before it found. '
            'These are ready to run; watch one, then change it.',
            'ao-dim',
            tag='p',
        ).style('max-width: 64ch')
    draw_model(picture.model)
    with box('ao-cards'):
        for workflow in picture.workflows:
            _draw_card(workflow, run)
    with row():
        link_button('More templates', '/templates', icon='dashboard_customize')
    if not picture.workflows:
        with empty_state('account_tree', 'There is no workflow yet', 'Make one, or import one from a file.'):
            link_button('Open workflows', '/workflows', kind='primary')


def _draw_card(workflow: Workflow, run: Starts) -> None:
    agents = sum(1 for _ in workflow.graph.of_type('agent'))
    with panel('ao-card'):
        with row('ao-gap-3'):
            with box('ao-chip-icon'):
                icon('account_tree')
            words(workflow.name, 'ao-strong ao-grow ao-one-line', tag='h3')
        words(workflow.description, 'ao-dim ao-small ao-grow', tag='p')
        with row():
            badge(plural(agents, 'agent'), icon_name='smart_toy')
            if any(True for _ in workflow.graph.of_type('approval')):
                badge('asks you', icon_name='front_hand')
            box('ao-grow')
            link_button('Open', f'/workflows/{workflow.id}', kind='quiet')
            button('Run', lambda: run(workflow), icon='play_arrow').mark(f'run-{workflow.id}')


def draw_model(model: ModelRef) -> None:
    if model.connection != 'practice':
        return
    with notice(
        'Agents without a model of their own use the practice model. It is built in, works offline and costs nothing, '
        'but it is not a language model: it answers with fitting sentences of its input.'
    ):
        ui.link('Choose your own model in Settings', '/settings').classes('ao-link')
