"""Two people saved the same graph: both are shown, one is chosen, nothing is lost silently."""

from core.drafts.draft import Draft
from core.nodes.node_type import NodeTypes
from core.orchestrator import Orchestrator
from core.workflows.graph import Graph
from pages.builder.compared import Compared
from pages.builder.comparison import Comparison
from pages.builder.taking_back import offer_to_take_back
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.layout import box, icon, row, words
from pages.workflows.known import Known


async def settle(draft: Draft, orchestrator: Orchestrator) -> None:
    """Shows what is here and what somebody else stored, each with what it changed; the person chooses one, or none."""
    if draft.theirs is None:
        return
    known = await Known.of(orchestrator)
    types = orchestrator.extensions.node_types
    base, mine, theirs = draft.workflow.graph, draft.graph, draft.theirs.graph
    with dialog('Somebody saved first', width=1280) as asked:
        words(
            'This workflow was stored by somebody else since you began to change it. Nothing was overwritten, and '
            'what you did is kept here. Choose what to go on with.',
            'ao-dim',
            tag='p',
        )
        _draw_both(Comparison.of(base, mine), Comparison.of(base, theirs))
        with box('ao-versus-graphs'):
            _draw_side('Yours', 'Your changes', base, mine, types=types, known=known)
            _draw_side('Stored now', 'Their changes', base, theirs, types=types, known=known)
        with row('ao-wrap').style('align-self: flex-end'):
            button('Back to editing', asked.close, kind='quiet')
            button('Take the stored one', lambda: asked.submit('theirs'))
            button('Save mine over it', lambda: asked.submit('mine'), kind='primary')
    match await asked_once(asked):
        case 'mine':
            await draft.keep_mine()
        case 'theirs':
            await draft.take_theirs()
            offer_to_take_back(draft, 'Going on with what was stored.')
        case _:
            pass


def _draw_both(mine: Comparison, theirs: Comparison) -> None:
    """Names the nodes that both have touched, since only there something is lost whatever is chosen."""
    both = [key for key in mine.marks if key in theirs.marks]
    with row('ao-small ao-versus-both'):
        icon('call_split' if both else 'check', 'ao-faint')
        if both:
            names = ', '.join(mine.title(key) for key in both[:6]) + (' …' if len(both) > 6 else '')
            words(f'Changed by both: {names}', 'ao-strong')
        elif theirs.diff.same_work:
            words('Their graph is the one you began with.', 'ao-dim')
        else:
            words('No node was changed by both.', 'ao-dim')


def _draw_side(title: str, who: str, base: Graph, graph: Graph, *, types: NodeTypes, known: Known) -> None:
    comparison = Comparison.of(base, graph)
    with box('ao-versus-side', tag='section'):
        with row('ao-wrap'):
            words(title, 'ao-strong', tag='h3')
            words(f'{who}: {comparison.diff.summary().lower()}', 'ao-dim ao-small')
        Compared(comparison, types, known, unchanged='The graph is as it was; only name, description or tags differ.')
