"""All that can be done on the canvas by key or menu; the shortcuts sheet and the menus are made of this list."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

On = Literal['nodes', 'pane']
"""In which menu an action stands: that of the chosen nodes, or that of the empty canvas."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """`keys` as `mod+shift+z`; mod is Ctrl, or Command on a Mac."""

    name: str
    title: str
    group: str
    icon: str = ''
    keys: tuple[str, ...] = ()
    on: tuple[On, ...] = ()
    reads: bool = False
    """Whether it changes nothing, and so is there where nothing can be changed."""
    native: bool = False
    """Whether the browser brings it, by its own copy, cut and paste events."""

    def told(self) -> dict[str, Any]:
        return asdict(self)


_EDIT, _VIEW, _NODES, _RUN, _ARRANGE = 'Edit', 'View', 'Nodes', 'Run', 'Arrange'

ACTIONS = (
    Action(name='add', title='Add a node', group=_NODES, icon='add', keys=('tab', 'n'), on=('pane',)),
    Action(name='rename', title='Rename', group=_NODES, icon='edit', keys=('f2',), on=('nodes',)),
    Action(name='inspect', title='Edit its settings', group=_NODES, icon='tune', keys=('enter',), on=('nodes',)),
    Action(name='disable', title='Disable or enable', group=_NODES, icon='block', keys=('d',), on=('nodes',)),
    Action(name='pin', title='Pin or unpin its result', group=_NODES, icon='keep', keys=('p',), on=('nodes',)),
    Action(name='note', title='Add a note', group=_NODES, icon='sticky_note_2', keys=('s',), on=('pane',)),
    Action(name='group', title='Group', group=_NODES, icon='select', keys=('mod+g',), on=('nodes',)),
    Action(name='run', title='Run the workflow', group=_RUN, icon='play_arrow', keys=('mod+enter',), native=True),
    Action(name='run_to', title='Run to here', group=_RUN, icon='start', keys=('shift+enter',), on=('nodes',)),
    Action(
        name='run_alone', title='Run only this node', group=_RUN, icon='play_circle', keys=('alt+enter',), on=('nodes',)
    ),
    Action(name='stop', title='Stop the run', group=_RUN, icon='stop', keys=('mod+.',)),
    Action(name='undo', title='Undo', group=_EDIT, icon='undo', keys=('mod+z',), on=('pane',)),
    Action(name='redo', title='Redo', group=_EDIT, icon='redo', keys=('mod+shift+z', 'mod+y'), on=('pane',)),
    Action(name='cut', title='Cut', group=_EDIT, icon='content_cut', keys=('mod+x',), on=('nodes',), native=True),
    Action(
        name='copy',
        title='Copy',
        group=_EDIT,
        icon='content_copy',
        keys=('mod+c',),
        on=('nodes',),
        native=True,
        reads=True,
    ),
    Action(name='paste', title='Paste', group=_EDIT, icon='content_paste', keys=('mod+v',), on=('pane',), native=True),
    Action(name='duplicate', title='Duplicate', group=_EDIT, icon='copy_all', keys=('mod+d',), on=('nodes',)),
    Action(name='remove', title='Delete', group=_EDIT, icon='delete', keys=('delete', 'backspace'), on=('nodes',)),
    Action(
        name='select_all', title='Select all', group=_EDIT, icon='select_all', keys=('mod+a',), on=('pane',), reads=True
    ),
    Action(name='deselect', title='Select nothing', group=_EDIT, keys=('escape',), reads=True),
    Action(name='tidy', title='Tidy', group=_ARRANGE, icon='auto_fix_high', keys=('t',), on=('pane',)),
    Action(name='align_left', title='Align left', group=_ARRANGE, icon='align_horizontal_left', keys=('alt+l',)),
    Action(name='align_centre', title='Align centres', group=_ARRANGE, icon='align_horizontal_center', keys=('alt+c',)),
    Action(name='align_right', title='Align right', group=_ARRANGE, icon='align_horizontal_right', keys=('alt+r',)),
    Action(name='align_top', title='Align top', group=_ARRANGE, icon='align_vertical_top', keys=('alt+t',)),
    Action(name='align_middle', title='Align middles', group=_ARRANGE, icon='align_vertical_center', keys=('alt+m',)),
    Action(name='align_bottom', title='Align bottom', group=_ARRANGE, icon='align_vertical_bottom', keys=('alt+b',)),
    Action(
        name='align_across', title='Space out across', group=_ARRANGE, icon='horizontal_distribute', keys=('alt+h',)
    ),
    Action(name='align_down', title='Space out down', group=_ARRANGE, icon='vertical_distribute', keys=('alt+v',)),
    Action(name='find', title='Find a node', group=_VIEW, icon='search', keys=('mod+f',), on=('pane',), reads=True),
    Action(name='fit', title='Show all', group=_VIEW, icon='fit_screen', keys=('1',), on=('pane',), reads=True),
    Action(name='zoom_in', title='Zoom in', group=_VIEW, keys=('+', '='), reads=True),
    Action(name='zoom_out', title='Zoom out', group=_VIEW, keys=('-',), reads=True),
    Action(name='zoom_100', title='Zoom to 100 %', group=_VIEW, keys=('0',), reads=True),
    Action(name='shortcuts', title='Shortcuts', group=_VIEW, icon='keyboard', keys=('?',), on=('pane',), reads=True),
)

BY_HAND = (
    ('Move what is chosen', 'Arrows, with Shift farther'),
    ('Go to the next node', 'Alt + arrows'),
    ('Choose the next node as well', 'Shift + Alt + arrows'),
    ('Choose several', 'Shift + drag, or Shift + click'),
    ('Add where you are', 'Double-click'),
    ('Connect', 'Drag a handle to a node, or into the open'),
)
"""What is done with arrows and the mouse, for the sheet."""
