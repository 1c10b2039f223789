"""The head of a node: its type, its name, and the id that templates call it by."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from nicegui import background_tasks, ui
from pydantic import ValidationError

from core.drafts.draft import Draft
from core.drafts.edits import EditRefusedError, Rename
from core.nodes.node_type import NodeType
from core.workflows.graph import Node
from core.workflows.validation import RESERVED
from pages.builder.inspector.form import Form
from pages.builder.inspector.help import show_help
from pages.builder.inspector.shapes import Shape
from pages.components.buttons import button, icon_button
from pages.components.fields import field, plain
from pages.components.layout import box, icon, row, words
from pages.runs.values import copy_button

NAME_HELP = 'As people read it; empty: made from the id.'
ID_HELP = 'What templates call its result by. Changing it changes them too.'
BAD_ID = 'An id has lower-case letters, digits and underscores, and begins with a letter.'


def draw_type(node: Node, kind: NodeType[Any] | None) -> None:
    """The icon and the name of the type, and the way to its help."""
    with row('ao-inspector-type'):
        with box('ao-chip-icon') as chip:
            icon(kind.icon if kind else 'help')
        chip.props['data-category'] = kind.category if kind else ''
        with box('ao-stack ao-grow ao-gap-0'):
            words(kind.title if kind else node.type, 'ao-strong', tag='h2')
            words(kind.description if kind else 'This type of node is not here.', 'ao-dim ao-small', tag='p')
        if kind:
            icon_button('help', f'Help on {kind.title}', lambda: show_help(kind, node.id))


class Around:
    """The container that the node stands in, and the way to it."""

    def __init__(self, draft: Draft, *, on_choose: Callable[[str], object]) -> None:
        self._draft = draft
        self._parent = ''
        with row('ao-gap-1') as self._row:
            words('Runs inside', 'ao-dim ao-small')
            self._button = button('', lambda: on_choose(self._parent), kind='quiet').classes('ao-inspector-around')

    def show(self, node: Node) -> None:
        parent = self._draft.graph.by_id.get(node.parent or '')
        self._row.set_visibility(parent is not None)
        if parent is not None:
            self._parent, self._button.text = parent.id, parent.title


class NameAndId:
    """The name, which people read, and the id, which templates use."""

    def __init__(self, node: Node, form: Form, draft: Draft) -> None:
        self._id = node.id
        self._first_name = node.name
        self._form = form
        self._draft = draft
        self._wanted = ''
        example = node.title if not node.name else ''
        form.add([Shape(name='name', title='Name', kind='text', help=NAME_HELP, default='', example=example)])
        with field('Id') as self._frame:
            self._input = plain(ui.input(value=node.id), 'Id').classes('ao-mono-input')
            self._input.on('keydown.enter', lambda: self._rename(self._input.value or ''))
            self._input.on('keydown.escape', self._end)
            self._input.on('focusout', self._leave)
            self._help = words(ID_HELP, 'ao-field-help')
            self._offer = button('', lambda: self._rename(self._wanted), icon='sync_alt', kind='quiet')
            self._offer.classes('ao-inspector-offer').mark('take name as id')
            self._offer.set_visibility(False)
        with self._frame.actions, row('ao-inspector-id') as self._shown:
            words(node.id, 'ao-mono ao-one-line')
            icon_button('edit', 'Change the id', self._begin)
            copy_button(node.id)
        self._show_input(shown=False)

    def show(self, node: Node) -> None:
        """Offers the name as id once somebody has changed the name."""
        taken = set(self._draft.graph.by_id) - {node.id} | RESERVED
        self._wanted = id_from(node.name, taken=taken) if node.name != self._first_name else ''
        offered = bool(self._wanted) and self._wanted != node.id
        self._offer.set_visibility(offered)
        if offered:
            self._offer.text = f'Make it {self._wanted}'

    def _begin(self) -> None:
        self._show_input(shown=True)
        self._input.run_method('focus')
        self._input.run_method('select')

    def _end(self) -> None:
        self._input.value = self._id
        self._frame.say('')
        self._show_input(shown=False)

    def _show_input(self, *, shown: bool) -> None:
        self._input.set_visibility(shown)
        self._help.set_visibility(shown)
        self._shown.set_visibility(not shown)

    def _leave(self) -> None:
        if self._input.visible:
            self._rename(self._input.value or '')

    def _rename(self, wanted: str) -> None:
        if wanted == self._id:
            self._end()
            return
        self._form.pending.flush()
        if why := self._refusal(wanted):
            self._frame.say(why)

    def _refusal(self, wanted: str) -> str:
        """Renames; or why it cannot be called that."""
        if wanted in RESERVED:
            return f'`{wanted}` means something else in templates.'
        try:
            self._draft.edit([Rename(node=self._id, to=wanted)])
        except ValidationError:
            return BAD_ID
        except EditRefusedError as error:
            return str(error)
        background_tasks.create(self._draft.save(), name=f'save {wanted}')
        return ''


def id_from(name: str, *, taken: set[str]) -> str:
    """The name as an id of a node: 'Find decisions' gives find_decisions; empty where nothing is left of it."""
    plain_name = unicodedata.normalize('NFKD', name).encode('ascii', 'ignore').decode().lower()
    base = re.sub(r'[^a-z0-9]+', '_', plain_name).strip('_').lstrip('0123456789_')[:56].rstrip('_')
    wanted, number = base, 2
    while wanted and wanted in taken:
        wanted, number = f'{base}_{number}', number + 1
    return wanted
