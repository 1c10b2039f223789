"""Light, dark, or as the system says; kept in this browser only."""

from pages.components.layout import box, icon, panel, section, words

CHOICES = (('system', 'System', 'computer'), ('light', 'Light', 'light_mode'), ('dark', 'Dark', 'dark_mode'))


def draw_appearance() -> None:
    with section('Theme', 'Kept in this browser, so everybody who shares this instance has their own.'), panel():
        with box('ao-segments') as made:
            made.props['role'] = 'group'
            made.props['aria-label'] = 'Theme'
            for choice, word, symbol in CHOICES:
                _segment(choice, word, symbol)
        words('System follows the light and dark of your computer.', 'ao-faint ao-tiny')


def _segment(choice: str, word: str, symbol: str) -> None:
    with box('ao-segment', tag='button').props('type=button') as made:
        made.props['data-theme-choice'] = choice
        made.on('click', js_handler=f'() => ao.setTheme({choice!r})')
        icon(symbol)
        words(word)
