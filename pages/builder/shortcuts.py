"""The sheet of all that can be done by key."""

from itertools import groupby

from pages.canvas.actions import ACTIONS, BY_HAND
from pages.components.dialogs import asked_once, dialog
from pages.components.keys import key
from pages.components.layout import box, row, words


async def show_shortcuts() -> None:
    """Opens the sheet; it is gone when it is closed."""
    with dialog('Shortcuts', width=760, cross=True) as sheet, box('ao-shortcuts'):
        listed = sorted((action for action in ACTIONS if action.keys), key=lambda action: action.group)
        for group, actions in groupby(listed, key=lambda action: action.group):
            with box('ao-shortcuts-group', tag='section'):
                words(group, 'ao-small ao-faint', tag='h3')
                for action in actions:
                    _draw(action.title, *(shown(keys) for keys in action.keys))
        with box('ao-shortcuts-group', tag='section'):
            words('By hand', 'ao-small ao-faint', tag='h3')
            for what, how in BY_HAND:
                _draw(what, how)
    await asked_once(sheet)


def _draw(what: str, *keys: str) -> None:
    with row('ao-shortcut'):
        words(what, 'ao-grow')
        for named in keys:
            key(named)


def shown(keys: str) -> str:
    """Keys as they stand on a keyboard, for example `Ctrl + Shift + Z`."""
    words_of = {'mod': 'Ctrl', 'escape': 'Esc'}
    return ' + '.join(words_of.get(key, key.upper() if len(key) == 1 else key.capitalize()) for key in _parts(keys))


def _parts(keys: str) -> list[str]:
    return [keys] if keys == '+' else keys.split('+')
