"""`python -m bench.patches PORT`: a canvas of 300 nodes, 50 of whose states change each second."""

import itertools
import sys

from nicegui import ui

from bench.graphs import layered
from core.nodes.built_in import add_built_in_node_types
from core.nodes.node_type import NodeTypes
from core.registry import Registry
from pages.canvas import canvas
from pages.canvas.tidy import tidy
from pages.canvas.views import views_of
from pages.theme import assets
from pages.workflows.known import Known
from pages.workflows.picture import CardState

NODES, RATE = 300, 50


def main(port: int) -> None:
    node_types: NodeTypes = Registry('node type')
    add_built_in_node_types(node_types)
    views = views_of(tidy(layered(NODES), node_types, Known()), node_types, known=Known())
    assets.register()
    canvas.register()

    @ui.page('/')
    def page() -> None:
        drawn = canvas.Canvas(views).style('height: 100vh')
        ids, counts = itertools.cycle(views.nodes), itertools.count()

        def patch() -> None:
            text = f'Sentence number {next(counts)} of what it says while it works, in the room of three lines.'
            drawn.show_run({next(ids): CardState(status='running', figures='1.2k tok', preview=text)}, {})

        ui.timer(1 / RATE, patch)

    ui.run(host='127.0.0.1', port=port, show=False, reload=False, show_welcome_message=False, tailwind=False)


if __name__ in {'__main__', '__mp_main__'}:
    main(int(sys.argv[1]))
