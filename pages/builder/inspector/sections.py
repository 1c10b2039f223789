"""What every node has besides its own settings: what happens when it fails, whether it is disabled, what is pinned."""

from dataclasses import replace

from nicegui import ui

from core.workflows.graph import Node, Retry
from pages.builder.inspector.form import Form
from pages.builder.inspector.shapes import Shape, shapes_of
from pages.components.buttons import button
from pages.components.layout import box, row, words

ON_ERROR = {
    'stop': 'Stop the run',
    'continue': 'Go on without a result',
    'value': 'Go on with a value',
    'handle': 'Take the way “error”',
}

TITLES = {
    'attempts': 'Attempts',
    'delay': 'First wait, s',
    'factor': 'Growth',
    'max_delay': 'Longest wait, s',
    'jitter': 'Chance',
}

TIMEOUT = Shape(
    name='timeout',
    title='Time limit, s',
    kind='number',
    help=Node.model_fields['timeout'].description or '',
    default=None,
    minimum=0,
    example='none',
)
THEN = Shape(
    name='on_error',
    title='Then',
    kind='choice',
    help='What its failure means for the run.',
    default='stop',
    options=tuple(ON_ERROR),
    words=tuple(ON_ERROR.values()),
)
VALUE = Shape(name='error_value', title='The value', kind='value', default=None, help='JSON, or a text.')
DISABLED = Shape(
    name='disabled',
    title='Disabled',
    kind='switch',
    default=False,
    help='It does nothing and passes on what arrives.',
)
PINNED = Shape(
    name='pinned',
    title='Pinned result',
    kind='json',
    default=None,
    help='It is given instead of running the node. A JSON object.',
)


class WhenItFails:
    """Attempts, time limit, and what then."""

    def __init__(self, node: Node, form: Form, *, tries: bool) -> None:
        """tries: whether it is timed and tried again as a whole; of what runs others, those are."""
        retry = {shape.name: shape for shape in shapes_of(Retry)}
        chosen = [replace(retry[name], title=title) for name, title in TITLES.items()]
        with fold('When it fails', opened=_says_something(node)) as self.fold:
            with box('ao-grid-small') as self._tries:
                form.add(chosen[:1] if tries else (), at=('retry',))
                form.add([TIMEOUT] if tries else ())
            with box('ao-grid-small') as self._waits:
                form.add(chosen[1:] if tries else (), at=('retry',))
            self._tries.set_visibility(tries)
            form.add([THEN])
            with box('ao-slot') as self._value:
                form.add([VALUE])
            self._hint = words('Connect the handle “error” of the node.', 'ao-field-help')

    def show(self, node: Node) -> None:
        self._waits.set_visibility(node.retry.attempts > 1 and self._tries.visible)
        self._value.set_visibility(node.on_error == 'value')
        self._hint.set_visibility(node.on_error == 'handle')


class More:
    """Disabled, and the pinned result."""

    def __init__(self, node: Node, form: Form) -> None:
        self._form = form
        self._node_id = node.id
        with fold('More', opened=node.disabled or node.pinned is not None) as self.fold:
            form.add([DISABLED])
            with box('ao-stack') as self._pinned:
                form.add([PINNED])
                with row():
                    button('Unpin', self._unpin, icon='keep_off')
            with box('ao-field') as self._unpinned:
                words('Pinned result', 'ao-field-label')
                words('A result that is given instead of running the node.', 'ao-field-help')
                with row('ao-wrap'):
                    self._pin_last = button('Pin the last result', self._pin_last_result, icon='keep')
                    button('Enter one', self._enter, icon='edit')

    def show(self, node: Node) -> None:
        self._pinned.set_visibility(node.pinned is not None)
        self._unpinned.set_visibility(node.pinned is None)
        self._pin_last.set_visibility(self._node_id in self._form.last_results())

    def _pin_last_result(self) -> None:
        self._form.pending.set(('pinned',), self._form.last_results()[self._node_id])

    def _enter(self) -> None:
        self._form.pending.set(('pinned',), {'text': ''})

    def _unpin(self) -> None:
        self._form.pending.set(('pinned',), None)


def fold(title: str, *, opened: bool) -> ui.expansion:
    """A part of the form that is folded up until somebody needs it."""
    return ui.expansion(title, value=opened).classes('ao-expansion ao-inspector-fold').props('dense')


def _says_something(node: Node) -> bool:
    return node.retry != Retry() or node.timeout is not None or node.on_error != 'stop'
