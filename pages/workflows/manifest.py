"""What a file holds, for a person to see before it is stored."""

from collections import Counter
from collections.abc import Callable

from nicegui import ui

from core.agents.agent import Agent
from core.orchestrator import Orchestrator
from core.workflows.document import WorkflowDocument
from pages.components.buttons import icon_button
from pages.components.formats import plural
from pages.components.layout import badge, box, icon, notice, row, stack, words
from pages.workflows.picture import thumbnail


def draw_manifest(
    document: WorkflowDocument,
    file_name: str,
    orchestrator: Orchestrator,
    leave_out: Callable[[], None],
    *,
    reason: str = '',
) -> None:
    """The workflow in a file, and what comes along with it; `reason` says why it could not be stored."""
    workflow = document.workflow
    with box('ao-manifest'):
        with row('ao-gap-4'):
            with box('ao-thumbnail'):
                ui.html(thumbnail(workflow.graph, orchestrator.extensions.node_types), sanitize=False)
            with stack('ao-grow').style('gap: 0'):
                words(workflow.name, 'ao-strong ao-one-line')
                words(workflow.description or file_name, 'ao-faint ao-small ao-two-lines')
            icon_button('close', f'Leave {file_name} out', leave_out)
        with row('ao-wrap'):
            for kind, count in sorted(Counter(node.type for node in workflow.graph.nodes).items()):
                badge(f'{count} × {kind}')
        draw_agents(document.agents)
        if document.teams:
            told = ', '.join(f'{team.name} ({plural(len(team.agents), "agent")})' for team in document.teams)
            words(f'It brings {plural(len(document.teams), "team")}: {told}.', 'ao-dim ao-small')
        _draw_workflows(document)
        _draw_triggers(document)
        _draw_unknown(document, orchestrator)
        if reason:
            notice(reason, 'bad')


def draw_agents(agents: tuple[Agent, ...]) -> None:
    """The agents that come along, and the model that each will ask."""
    if not agents:
        words('It brings no agents of its own.', 'ao-dim ao-small')
        return
    words(f'It brings {plural(len(agents), "agent")} and asks these models:', 'ao-dim ao-small')
    for agent in agents:
        with row('ao-gap-3'):
            icon('smart_toy', 'ao-faint')
            words(agent.name, 'ao-small ao-one-line ao-grow')
            words(str(agent.model) if agent.model else 'your default model', 'ao-number ao-faint')
        if agent.tools:
            words(f'with the tools {", ".join(agent.tools)}', 'ao-faint ao-tiny').style('padding-left: 30px')


def _draw_workflows(document: WorkflowDocument) -> None:
    """Those that it runs; here too they must be published to be run."""
    if not document.workflows:
        return
    words(f'It runs {plural(len(document.workflows), "workflow")}, to be stored and published:', 'ao-dim ao-small')
    for workflow in document.workflows:
        with row('ao-gap-3'):
            icon('account_tree', 'ao-faint')
            words(workflow.name, 'ao-small ao-one-line ao-grow')
            words(plural(sum(1 for node in workflow.graph.nodes if node.type != 'note'), 'step'), 'ao-faint ao-small')


def draw_refusal(file_name: str, reason: str, leave_out: Callable[[], None]) -> None:
    """A file that cannot be imported, and why."""
    with row('ao-refusal'):
        with box('ao-grow'):
            notice(f'{file_name} cannot be imported. {reason}', 'bad')
        icon_button('close', f'Leave {file_name} out', leave_out)


def _draw_triggers(document: WorkflowDocument) -> None:
    """What would start the workflow by itself, once a person switches it on."""
    if not (document.schedules or document.webhooks):
        return
    words('It brings what starts it by itself; all of it stays off until you switch it on:', 'ao-dim ao-small')
    for schedule in document.schedules:
        with row('ao-gap-3'):
            icon('schedule', 'ao-faint')
            words(schedule.name, 'ao-small ao-one-line ao-grow')
            words(f'{schedule.said} · {schedule.zone}' if schedule.cron else schedule.said, 'ao-faint ao-small')
    for webhook in document.webhooks:
        with row('ao-gap-3'):
            icon('webhook', 'ao-faint')
            words(webhook.name, 'ao-small ao-one-line ao-grow')
            words('webhook', 'ao-faint ao-small')


def _draw_unknown(document: WorkflowDocument, orchestrator: Orchestrator) -> None:
    node_types = orchestrator.extensions.node_types
    unknown = sorted({node.type for graph in document.graphs for node in graph.nodes} - set(node_types.names()))
    if unknown:
        notice(f'This app has no node type {", ".join(unknown)}; the workflow cannot run until it does.', 'warning')
