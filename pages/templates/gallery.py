"""The gallery that a new workflow begins in: a blank one, and templates with pictures of their graphs."""

from urllib.parse import urlencode

from nicegui import ui

from core.orchestrator import Orchestrator
from core.samples.gallery import WorkflowTemplate
from core.workflows.document import WorkflowDocument
from pages.components.buttons import button
from pages.components.empty import empty_state
from pages.components.fields import search_field
from pages.components.formats import plural
from pages.components.layout import badge, box, icon, row, stack, words
from pages.frame import frame
from pages.routes import page_at
from pages.workflows.creating import begin_with, blank_document
from pages.workflows.picture import thumbnail


def register(orchestrator: Orchestrator) -> None:
    @page_at('/templates')
    async def templates_page(find: str = '', category: str = '') -> None:
        with frame('New workflow', orchestrator, here='/workflows', parent=('Workflows', '/workflows')):
            await Gallery(orchestrator, find=find, category=category).draw()


class Gallery:
    """All cards, narrowed by words and by a category; both stand in the address, so that Back brings them back."""

    def __init__(self, orchestrator: Orchestrator, *, find: str, category: str) -> None:
        self._orchestrator = orchestrator
        self._find = find
        self._category = category
        self._cards: list[tuple[WorkflowTemplate, ui.element]] = []
        self._chips: dict[str, ui.element] = {}

    async def draw(self) -> None:
        templates = await self._orchestrator.templates()
        self._draw_head(dict.fromkeys(template.category for template in templates))
        with box('ao-templates'):
            self._draw_blank()
            self._cards = [(template, self._draw_card(template)) for template in templates]
        self._nothing = box('')
        with self._nothing, empty_state('search_off', 'No template fits', 'Try fewer words, or another category.'):
            button('Show all templates', self._show_all)
        self._narrow()

    def _draw_head(self, categories: dict[str, None]) -> None:
        with stack('ao-gap-1'):
            words('Begin with a template', 'ao-title', tag='h2')
            words(
                'Each is a whole workflow that runs at once. Look at one, take it, and change it as you like.',
                'ao-dim',
                tag='p',
            )
        with row('ao-wrap ao-templates-head'):
            self._field = search_field('Find a template', self._search, value=self._find)
            for name in ('', *categories):
                self._draw_chip(name)

    def _draw_chip(self, category: str) -> None:
        with box('ao-tag', tag='button').props('type=button').mark(f'category-{category}') as chip:
            words(category or 'All')
        self._chips[category] = chip.on('click', lambda: self._choose(category))

    # Cards

    def _draw_blank(self) -> None:
        with box('ao-template', tag='button').props('type=button').mark('blank-workflow') as card:
            with box('ao-template-picture ao-template-picture--blank'):
                icon('add')
            self._draw_words('Blank workflow', 'An input and an output; everything between them is yours.')
        card.on('click', lambda: begin_with(blank_document(), self._orchestrator))

    def _draw_card(self, template: WorkflowTemplate) -> ui.element:
        workflow, node_types = template.document.workflow, self._orchestrator.extensions.node_types
        with ui.link(target=f'/templates/{template.name}').classes('ao-template') as card:
            with box('ao-template-picture'):
                ui.html(thumbnail(workflow.graph, node_types, icons=True), sanitize=False)
            self._draw_words(workflow.name, workflow.description)
            with row('ao-wrap ao-template-foot'):
                for tag in workflow.tags:
                    badge(tag)
                box('ao-grow')
                draw_facts(template.document)
        return card.mark(f'template-{template.name}')

    def _draw_words(self, name: str, description: str) -> None:
        with stack('ao-gap-1 ao-template-words'):
            words(name, 'ao-strong ao-one-line', tag='h3')
            words(description, 'ao-dim ao-small', tag='p')

    # Narrowing

    def _search(self, query: str) -> None:
        self._find = query.strip()
        self._narrow()
        self._note_in_address()

    def _choose(self, category: str) -> None:
        self._category = category
        self._narrow()
        self._note_in_address()

    def _show_all(self) -> None:
        self._choose('')
        self._field.value = ''  # which is heard like typing

    def _narrow(self) -> None:
        """The blank workflow always stays; cards are hidden rather than drawn again, so nothing flickers."""
        for name, chip in self._chips.items():
            chip.props['aria-pressed'] = str(name == self._category).lower()
        for template, card in self._cards:
            card.set_visibility(self._fits(template))
        self._nothing.set_visibility(not any(card.visible for _, card in self._cards))

    def _fits(self, template: WorkflowTemplate) -> bool:
        workflow, agents = template.document.workflow, template.document.agents
        inside = (each.name for each in (*agents, *template.document.workflows))
        told = (template.category, workflow.name, workflow.description, *workflow.tags, *inside)
        text = ' '.join(told).casefold()
        return self._category in {'', template.category} and all(w in text for w in self._find.casefold().split())

    def _note_in_address(self) -> None:
        query = urlencode({k: v for k, v in (('find', self._find), ('category', self._category)) if v})
        ui.navigate.history.replace(f'/templates?{query}' if query else '/templates')


def draw_facts(document: WorkflowDocument) -> None:
    """What it brings, and whether it stops to ask a person."""
    if any(node.type == 'approval' for graph in document.graphs for node in graph.nodes):
        badge('asks you', icon_name='front_hand')
    if document.schedules:
        badge('schedule', icon_name='schedule')
    if document.webhooks:
        badge('webhook', icon_name='webhook')
    if document.workflows:
        badge(plural(len(document.workflows), 'workflow'), icon_name='account_tree')
    badge(plural(len(document.agents), 'agent'), icon_name='smart_toy')
