"""The app with one page more: /inspect/{workflow_id}, an inspector beside buttons that select what it shows."""

import sys
from collections.abc import Callable
from pathlib import Path

from nicegui import ui

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.cli import main
from core.orchestrator import Orchestrator
from pages import site
from pages.builder.inspector.inspector import Inspector
from pages.components.buttons import button
from pages.components.dialogs import dialog
from pages.components.layout import box, row, words
from pages.components.template_field import TemplateField
from pages.frame import frame
from tests.fixtures.every_field import EveryNode

register_all = site.register


def register(orchestrator: Orchestrator, *, data_dir: Path) -> None:
    register_all(orchestrator, data_dir=data_dir)
    if EveryNode.name not in orchestrator.extensions.node_types:
        orchestrator.extensions.node_types.add(EveryNode.name, EveryNode())

    @ui.page('/inspect/{workflow_id}')
    async def inspect(workflow_id: str, show: str = '') -> None:
        draft = await orchestrator.drafts.open(workflow_id)

        async def travel(there: Callable[[], None]) -> None:
            there()
            await draft.save()

        def ask() -> None:
            with dialog('A template') as asked:
                made = TemplateField('In the dialog', on_type=lambda _: None)
                made.on('focusin', lambda: made.know([{'name': 'topic', 'fields': []}], {}))
            asked.open()

        with frame('Inspector', orchestrator, here='/workflows', fill=True), row().style('height: 100%; gap: 0'):
            with box('ao-stack').style('flex: 1; padding: 16px'):
                with row('ao-wrap'):
                    button('None', lambda: inspector.show(()))
                    for node in draft.graph.nodes:
                        button(node.id, lambda key=node.id: inspector.show((key,)))
                    button('All', lambda: inspector.show([node.id for node in draft.graph.nodes]))
                with row():
                    button('Undo', lambda: travel(draft.undo))
                    button('Redo', lambda: travel(draft.redo))
                    button('In a dialog', ask)
                chosen = words('')
            inspector = Inspector(draft, orchestrator, on_choose=lambda key: chosen.set_text(f'chosen: {key}'))
            if show:
                inspector.show(show.split(','))


site.register = register
if __name__ == '__main__':
    sys.exit(main())
