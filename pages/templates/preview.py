"""One template before it is used: the picture of its graph, what it asks for, and what it brings."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from core.agents.agent import Agent
from core.llm.images import read_images
from core.nodes.input import InputConfig, InputField
from core.orchestrator import Orchestrator
from core.samples.gallery import WorkflowTemplate
from core.workflows.graph import Graph
from core.workflows.workflow import Workflow
from pages.components.buttons import busy, button, link_button
from pages.components.empty import empty_state
from pages.components.formats import plural
from pages.components.layout import badge, box, icon, row, section, stack, words
from pages.components.picture import show_image
from pages.components.text import marked_text
from pages.frame import frame
from pages.routes import page_at
from pages.templates.gallery import draw_facts
from pages.workflows.creating import begin_with
from pages.workflows.known import Known
from pages.workflows.picture import Drawing


def register(orchestrator: Orchestrator) -> None:
    @page_at('/templates/{name}')
    async def template_page(name: str) -> None:
        parent = ('Templates', '/templates')
        template = next((each for each in await orchestrator.templates() if each.name == name), None)
        if template is None:
            with (
                frame('Template', orchestrator, here='/workflows', parent=parent),
                empty_state('search_off', 'This template is not here', f'No template is called {name!r}.'),
            ):
                link_button('All templates', '/templates', kind='primary')
            return
        title = template.document.workflow.name
        with frame(title, orchestrator, here='/workflows', parent=parent):
            await Preview(template, orchestrator).draw()


class Preview:
    """A template that can be looked at; only the button stores anything."""

    def __init__(self, template: WorkflowTemplate, orchestrator: Orchestrator) -> None:
        self._document = template.document
        self._workflow = template.document.workflow
        self._orchestrator = orchestrator

    async def draw(self) -> None:
        document = self._document
        inside = {workflow.id: workflow.name for workflow in document.workflows}
        known = await Known.of(self._orchestrator, document.agents, document.teams, inside)
        self._draw_head()
        self._draw_picture(known)
        with box('ao-template-parts'):
            with stack('ao-gap-6'):
                self._draw_agents(known)
                self._draw_workflows(known)
            with stack('ao-gap-6'):
                self._draw_inputs()
                self._draw_triggers()
                self._draw_notes()

    def _draw_head(self) -> None:
        with row('ao-wrap ao-gap-6 ao-template-head'):
            with stack('ao-gap-1 ao-grow'):
                words(self._workflow.name, 'ao-title', tag='h2')
                words(self._workflow.description, 'ao-dim', tag='p')
                with row('ao-wrap').style('margin-top: 4px'):
                    for tag in self._workflow.tags:
                        badge(tag)
                    draw_facts(self._document)
            with stack('ao-gap-1 ao-template-use'):
                self._use = button('Use this template', self._take, icon='add', kind='primary').mark('use-template')
                words('Nothing runs before you say so.', 'ao-faint ao-tiny')

    def _draw_picture(self, known: Known) -> None:
        """As wide as the page if it stays readable so, else it scrolls; it is looked at, not worked on."""
        self._draw_graph(self._workflow, known)

    def _draw_graph(self, workflow: Workflow, known: Known) -> None:
        graph = _without_notes(workflow.graph)
        drawing = Drawing.of(graph, self._orchestrator.extensions.node_types, known=known)
        with box('ao-template-graph') as around:
            around.props['role'] = 'img'
            around.props['aria-label'] = f'Picture of {workflow.name}: {plural(len(graph.nodes), "step")}'
            picture = ui.html(drawing.svg(), sanitize=False).props('inert')
            picture.style(f'--width: {drawing.layout.width:.0f}px')

    async def _take(self) -> None:
        with busy(self._use):
            await begin_with(self._document, self._orchestrator)

    def _draw_inputs(self) -> None:
        fields = [
            field
            for node in self._workflow.graph.of_type('input')
            for field in InputConfig.model_validate(node.config).fields
        ]
        with section('It asks for'), box('ao-pairs', tag='dl'):
            for field in fields:
                words(field.label, tag='dt')
                with box('', tag='dd'):
                    _draw_example(field)

    def _draw_triggers(self) -> None:
        document = self._document
        if not (document.schedules or document.webhooks):
            return
        with section('It can start by itself', 'Off until you switch it on.'):
            for schedule in document.schedules:
                _draw_trigger('schedule', schedule.name, f'{schedule.said} · {schedule.zone}')
            for webhook in document.webhooks:
                _draw_trigger('webhook', webhook.name, 'When a program posts to its address, made for you alone.')

    def _draw_agents(self, known: Known) -> None:
        with section(f'It brings {plural(len(known.agents), "agent")}'), box('ao-template-agents'):
            for agent in known.agents.values():
                self._draw_agent(agent)

    def _draw_agent(self, agent: Agent) -> None:
        model = agent.model.model if agent.model else ''
        with _folded('smart_toy', agent.name, agent.description, model):
            words(agent.instructions, 'ao-dim ao-small', tag='p')

    def _draw_workflows(self, known: Known) -> None:
        """The workflows inside it, each with its picture."""
        brought = self._document.workflows
        if not brought:
            return
        title = f'It brings {plural(len(brought), "workflow")}'
        with section(title, 'Published at once, and of use elsewhere, too.'), box('ao-template-agents'):
            for workflow in brought:
                with _folded('account_tree', workflow.name, workflow.description):
                    self._draw_graph(workflow, known)

    def _draw_notes(self) -> None:
        for node in self._workflow.graph.of_type('note'):
            with section(node.title):
                marked_text(str(node.config.get('text', ''))).classes('ao-dim ao-small')


@contextmanager
def _folded(symbol: str, name: str, description: str, fact: str = '') -> Iterator[None]:
    """One thing that comes along; more of it is seen when it is unfolded."""
    with box('ao-template-agent', tag='details'):
        with box('ao-row ao-gap-3', tag='summary'):
            icon(symbol, 'ao-faint')
            with stack('ao-grow').style('gap: 0'):
                words(name, 'ao-small ao-strong')
                words(description, 'ao-faint ao-tiny')
            words(fact, 'ao-number ao-faint ao-wide-only')
            icon('expand_more', 'ao-faint ao-template-more')
        yield


def _draw_trigger(symbol: str, name: str, when: str) -> None:
    with row('ao-gap-3'):
        icon(symbol, 'ao-faint')
        with stack().style('gap: 0'):
            words(name, 'ao-small')
            words(when, 'ao-faint ao-tiny')


def _draw_example(field: InputField) -> None:
    if field.type in {'image', 'images'} and field.default:
        for image in read_images(field.default):
            show_image(image)
        return
    example = ' '.join(str(field.default or '').split())
    words(example or ('Needed' if field.required else 'May stay empty'), 'ao-two-lines')


def _without_notes(graph: Graph) -> Graph:
    """Notes stand beside the picture, where they can be read in full."""
    return Graph(nodes=tuple(node for node in graph.nodes if node.type != 'note'), edges=graph.edges)
