"""The live tree of a run in a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live as LiveDisplay
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text
from rich.tree import Tree

from app.commands.views import View, print_result, progress, read_line, summary
from app.instance import Instance
from core.runs.events import Logged, RunEvent, StepEvent
from core.runs.nesting import Nesting, around
from core.runs.run import PendingApproval, Run
from core.runs.state import RunState, StepState, StepStatus
from core.workflows.workflow import Workflow

MARKS: dict[StepStatus, tuple[str, str]] = {
    'pending': ('○', 'bright_black'),
    'running': ('●', 'magenta'),
    'waiting': ('◷', 'blue'),
    'succeeded': ('✓', 'green'),
    'failed': ('✗', 'red'),
    'skipped': ('–', 'bright_black'),
    'cancelled': ('⊘', 'bright_black'),
    'unknown': ('?', 'yellow'),
}

INNER = 6
"""As many steps inside a step are shown."""


@contextmanager
def live_tree(workflow: Workflow, run: Run, instance: Instance) -> Iterator['TreeView']:
    """The tree, drawn again eight times a second while this lasts."""
    console = Console(stderr=True)
    view = TreeView(workflow, run, instance, console)
    with view.display:
        yield view
    view.finish()


class TreeView(View):
    """All steps under the run's name, with what running ones write."""

    def __init__(self, workflow: Workflow, run: Run, instance: Instance, console: Console) -> None:
        super().__init__(workflow, run)
        self._instance = instance
        self._state = RunState()
        self._nesting = Nesting()
        self._console = console
        self._ended = False
        self.display = LiveDisplay(console=console, refresh_per_second=8, get_renderable=self._tree)

    @property
    def asks(self) -> bool:  # type: ignore[override]
        return sys.stdin.isatty()

    def show(self, event: RunEvent, state: RunState) -> None:
        self._state = state
        if isinstance(event, StepEvent):
            self._nesting.note(state.steps[event.path])
        if isinstance(event, Logged):
            self.say(f'{event.path or "run"}: {event.level}: {event.message}')

    def say(self, message: str) -> None:
        self.display.console.print(escape(message))

    def end(self, state: RunState) -> None:
        self._state, self._ended = state, True

    def finish(self) -> None:
        """Prints the result below the tree, if there is one."""
        if self._ended:
            print_result(self._state, self.run)

    async def ask(self, approval: PendingApproval) -> str:
        self.display.stop()
        title = ' · '.join(filter(None, (approval.title, around(approval.path))))
        shown = [Text(text) for text in (approval.message, approval.value) if text]
        self._console.print(Panel(Group(*shown), title=Text(title), border_style='blue'))
        self._console.print('Approve? [bold]y[/] approves, [bold]n[/] or a reason rejects: ', end='')
        answer = await read_line()
        self.display.start()
        return answer

    def _tree(self) -> RenderableType:
        status = self._state.status
        part = f' · {self.run.part}' if self.run.part else ''
        facts = (f'{status} · {self.run.id}', 'bright_black')
        tree = Tree(Text.assemble((self.workflow.name, 'bold'), part, ' ', facts))
        for path in list(self._nesting.inside()):
            self._add(tree, path)
        return tree

    def _add(self, tree: Tree, path: str) -> None:
        """A step with what it writes; of one that runs others how far it is, what failed in it and what runs now."""
        step = self._state.steps[path]
        branch = tree.add(self._line(path, step))
        if self._nesting.inside(path):
            for inner in self._worth_a_line(path):
                self._add_leaf(branch, inner)
        else:
            self._add_written(branch, path)

    def _worth_a_line(self, path: str) -> list[str]:
        """Some of the steps inside it: those that failed or wait first, then those that run."""
        inside = [
            each
            for each in self._nesting.with_status('failed', 'unknown', 'waiting', 'running')
            if each.startswith(f'{path}[') and not each.endswith(']') and not self._nesting.inside(each)
        ]
        order = ('unknown', 'waiting', 'running', 'failed')
        return sorted(inside, key=lambda each: order.index(self._state.steps[each].status))[:INNER]

    def _add_leaf(self, tree: Tree, path: str) -> None:
        step = self._state.steps[path]
        mark, colour = MARKS[step.status]
        told = ('  ', (summary(step), 'bright_black')) if step.status != 'running' else ()
        self._add_written(tree.add(Text.assemble((f'{mark} ', colour), path, *told)), path)

    def _add_written(self, branch: Tree, path: str) -> None:
        live = self._instance.live(self.run.id)
        if self._state.steps[path].status == 'running' and path in live:
            written = live[path].status or last_line(live[path].text or live[path].thinking)
            branch.add(Text(written, 'bright_black', no_wrap=True, overflow='ellipsis'))

    def _line(self, path: str, step: StepState) -> Text:
        mark, colour = MARKS[step.status]
        node = self.workflow.graph.by_id.get(step.node)
        title = node.title if node else path
        facts = [summary(step)]
        if self._nesting.inside(path):
            facts.insert(0, progress(self._nesting, path, step))
        return Text.assemble((f'{mark} ', colour), title, '  ', (' · '.join(facts), 'bright_black'))


def last_line(text: str) -> str:
    """The end of what has been written, as one line."""
    return text.rstrip().rsplit('\n', 1)[-1][-200:]
