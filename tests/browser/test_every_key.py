"""What each key of the canvas must do, and what is done by hand: the list of them has nothing that is not here."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Locator, expect

from pages.canvas.actions import ACTIONS, BY_HAND
from tests.browser.hand import Hand, middle, opened, place
from tests.e2e.app_process import AppProcess, eventually

NODES = ('start', 'middle', 'end')


@pytest.fixture(scope='module')
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    """One for all keys; each has a workflow of its own."""
    app = AppProcess(tmp_path_factory.mktemp('keys') / 'data')
    yield app.start()
    app.close()


def test_all_that_is_listed_is_tested() -> None:
    assert set(BY_KEY) == {action.name for action in ACTIONS}
    assert set(WITH_HANDS) == {what for what, _ in BY_HAND}


@pytest.mark.parametrize(('name', 'keys'), [(action.name, keys) for action in ACTIONS for keys in action.keys])
def test_a_key_does_what_the_list_says(three: Hand, name: str, keys: str) -> None:
    BY_KEY[name](three, pressed(keys))


@pytest.mark.parametrize('what', [what for what, _ in BY_HAND])
def test_the_hand_does_what_the_list_says(three: Hand, what: str) -> None:
    WITH_HANDS[what](three)


def pressed(keys: str) -> str:
    """Keys of the list as Playwright calls them, for example `Control+Shift+z`."""
    parts = [keys] if keys == '+' else keys.split('+')
    return '+'.join('Control' if part == 'mod' else part.capitalize() if len(part) > 1 else part for part in parts)


# Nodes


def adds(hand: Hand, keys: str) -> None:
    hand.click_canvas()
    hand.press(keys)
    expect(hand.page.get_by_role('dialog', name='Add a node')).to_be_visible()


def renames(hand: Hand, keys: str) -> None:
    hand.node('middle').click()
    hand.press(keys)
    hand.page.keyboard.type('Letter')
    hand.press('Enter')
    expect(hand.node('middle')).to_contain_text('Letter')


def inspects(hand: Hand, keys: str) -> None:
    hand.node('middle').click()
    hand.press(keys)
    expect(hand.page.locator('.ao-inspector').get_by_label('Name')).to_be_focused()


def disables(hand: Hand, keys: str) -> None:
    hand.node('middle').click()
    hand.press(keys)
    expect(hand.node('middle')).to_have_attribute('data-disabled', 'true')
    hand.press(keys)
    expect(hand.node('middle')).to_have_attribute('data-disabled', 'false')


def pins(hand: Hand, keys: str) -> None:
    hand.press('Control+Enter')
    expect(hand.node('middle')).to_have_attribute('data-status', 'succeeded')
    hand.node('middle').locator('.ao-node-chip').click()
    hand.press(keys)
    expect(hand.node('middle').get_by_title('Pinned')).to_be_visible()


def notes(hand: Hand, keys: str) -> None:
    hand.press(keys)
    expect(hand.node('note')).to_be_visible()


def groups(hand: Hand, keys: str) -> None:
    choose_all(hand)
    hand.press(keys)
    expect(hand.node('group')).to_be_visible()


# Runs


def runs(hand: Hand, keys: str) -> None:
    hand.press(keys)
    expect(hand.node('end')).to_have_attribute('data-status', 'succeeded')


def runs_to_here(hand: Hand, keys: str) -> None:
    hand.node('middle').click()
    hand.press(keys)
    expect(hand.page.locator('.ao-run-panel')).to_contain_text('Up to Middle')


def runs_only_this(hand: Hand, keys: str) -> None:
    hand.node('middle').click()
    hand.press(keys)
    expect(hand.page.get_by_role('dialog').filter(has_text='Run only Middle')).to_be_visible()


def stops(hand: Hand, keys: str) -> None:
    waiting = opened(hand.page, hand.app, 'Waiting', 'nodes: {wait: {type: delay, config: {seconds: 600}}}')
    waiting.press('Control+Enter')
    expect(waiting.node('wait')).to_have_attribute('data-status', 'waiting')
    waiting.press(keys)
    expect(waiting.node('wait')).to_have_attribute('data-status', 'cancelled')


# Edits


def undoes(hand: Hand, keys: str) -> None:
    disables_middle(hand)
    hand.press(keys)
    expect(hand.node('middle')).to_have_attribute('data-disabled', 'false')


def redoes(hand: Hand, keys: str) -> None:
    undoes(hand, 'Control+z')
    hand.press(keys)
    expect(hand.node('middle')).to_have_attribute('data-disabled', 'true')


def cuts(hand: Hand, keys: str) -> None:
    hand.node('middle').click()
    hand.press(keys)
    expect(hand.node('middle')).to_have_count(0)
    hand.press('Control+v')
    expect(hand.node('middle')).to_be_visible()


def copies(hand: Hand, keys: str) -> None:
    hand.node('middle').click()
    hand.press(keys)
    expect(hand.page.get_by_text('Copied one node.')).to_be_visible()


def pastes(hand: Hand, keys: str) -> None:
    copies(hand, 'Control+c')
    hand.press(keys)
    expect(hand.node('middle_2')).to_be_visible()


def duplicates(hand: Hand, keys: str) -> None:
    hand.node('middle').click()
    hand.press(keys)
    expect(hand.node('middle_2')).to_be_visible()


def removes(hand: Hand, keys: str) -> None:
    hand.node('middle').click()
    hand.press(keys)
    expect(hand.node('middle')).to_have_count(0)


def selects_all(hand: Hand, keys: str) -> None:
    hand.press(keys)
    chosen(hand, *NODES)


def selects_nothing(hand: Hand, keys: str) -> None:
    choose_all(hand)
    hand.press(keys)
    chosen(hand)


# Order


def tidies(hand: Hand, keys: str) -> None:
    moves_middle_away(hand)
    hand.press(keys)
    eventually(lambda: {place(hand, node)[1] for node in NODES}, lambda tops: len(tops) == 1)


def aligns(axis: int, hand: Hand, keys: str) -> None:
    moves_middle_away(hand)
    choose_all(hand)
    hand.press(keys)
    eventually(lambda: {place(hand, node)[axis] for node in NODES}, lambda places: len(places) == 1)


def spaces_out(axis: int, hand: Hand, keys: str) -> None:
    def uneven() -> float:
        first, second, third = sorted(place(hand, node)[axis] for node in NODES)
        return abs((second - first) - (third - second))

    moves_middle_away(hand)
    assert uneven() > 8
    choose_all(hand)
    hand.press(keys)
    eventually(uneven, lambda difference: difference <= 8)


# Looking


def finds(hand: Hand, keys: str) -> None:
    hand.press(keys)
    hand.page.get_by_role('dialog', name='Find a node').get_by_role('option', name='End').click()
    chosen(hand, 'end')


def zooms(shown: str, hand: Hand, keys: str) -> None:
    hand.press('0')
    expect(zoom(hand)).to_have_text('100 %')
    hand.press(keys)
    expect(zoom(hand)).to_have_text(shown)


def zooms_to_100(hand: Hand, keys: str) -> None:
    zooms('83 %', hand, '-')
    hand.press(keys)
    expect(zoom(hand)).to_have_text('100 %')


def shows_all(hand: Hand, keys: str) -> None:
    hand.press('0')
    for shown in ('83 %', '69 %', '58 %', '48 %'):
        hand.press('-')
        expect(zoom(hand)).to_have_text(shown)
    hand.press(keys)
    expect(hand.page.locator('.ao-canvas')).to_have_attribute('data-far', 'false')


def shows_the_keys(hand: Hand, keys: str) -> None:
    hand.press(keys)
    expect(hand.page.get_by_role('dialog')).to_contain_text('Space out across')


# By hand


def moves_with_arrows(hand: Hand) -> None:
    x, y = place(hand, 'middle')
    hand.node('middle').click()
    hand.press('ArrowDown')
    hand.press('Shift+ArrowRight')
    eventually(lambda: place(hand, 'middle'), lambda now: now == (x + 40, y + 8))


def goes_to_the_next(hand: Hand) -> None:
    hand.node('start').click()
    hand.press('Alt+ArrowRight')
    chosen(hand, 'middle')


def chooses_the_next_as_well(hand: Hand) -> None:
    hand.node('start').click()
    hand.press('Shift+Alt+ArrowRight')
    chosen(hand, 'start', 'middle')


def chooses_several(hand: Hand) -> None:
    hand.node('start').click()
    hand.node('end').click(modifiers=['Shift'])
    chosen(hand, 'start', 'end')
    hand.click_canvas()
    chosen(hand)
    hand.page.keyboard.down('Shift')
    hand.page.mouse.move(*hand.at(6, 60))
    hand.page.mouse.down()
    right, bottom = middle(hand.node('middle'))
    hand.page.mouse.move(right, bottom, steps=6)
    hand.page.mouse.up()
    hand.page.keyboard.up('Shift')
    chosen(hand, 'start', 'middle')


def adds_where_it_is(hand: Hand) -> None:
    x, y = hand.at(400, 620)
    hand.page.mouse.dblclick(x, y)
    hand.page.get_by_role('dialog', name='Add a node').locator('[data-key="delay"]').click()
    expect(hand.node('delay')).to_be_visible()
    box = hand.node('delay').bounding_box()
    assert box
    assert abs(box['x'] - x) < 12
    assert abs(box['y'] - y) < 12


def connects(hand: Hand) -> None:
    hand.connect('start', 'end')
    eventually(hand.edges, lambda edges: ('start', 'out', 'end') in edges)


# What they begin with


def choose_all(hand: Hand) -> None:
    hand.press('Control+a')
    chosen(hand, *NODES)


def chosen(hand: Hand, *nodes: str) -> None:
    eventually(hand.selected, lambda now: now == sorted(nodes))


def disables_middle(hand: Hand) -> None:
    hand.node('middle').click()
    hand.press('d')
    expect(hand.node('middle')).to_have_attribute('data-disabled', 'true')


def moves_middle_away(hand: Hand) -> None:
    before = place(hand, 'middle')
    hand.node('middle').click()
    for key in ('ArrowDown', 'ArrowRight'):
        for _ in range(2):
            hand.press(f'Shift+{key}')
    eventually(lambda: place(hand, 'middle'), lambda now: now == (before[0] + 80, before[1] + 80))


def zoom(hand: Hand) -> Locator:
    return hand.page.locator('.ao-canvas-zoom')


BY_KEY: dict[str, Callable[[Hand, str], None]] = {
    'add': adds,
    'rename': renames,
    'inspect': inspects,
    'disable': disables,
    'pin': pins,
    'note': notes,
    'group': groups,
    'run': runs,
    'run_to': runs_to_here,
    'run_alone': runs_only_this,
    'stop': stops,
    'undo': undoes,
    'redo': redoes,
    'cut': cuts,
    'copy': copies,
    'paste': pastes,
    'duplicate': duplicates,
    'remove': removes,
    'select_all': selects_all,
    'deselect': selects_nothing,
    'tidy': tidies,
    'align_left': partial(aligns, 0),
    'align_centre': partial(aligns, 0),
    'align_right': partial(aligns, 0),
    'align_top': partial(aligns, 1),
    'align_middle': partial(aligns, 1),
    'align_bottom': partial(aligns, 1),
    'align_across': partial(spaces_out, 0),
    'align_down': partial(spaces_out, 1),
    'find': finds,
    'fit': shows_all,
    'zoom_in': partial(zooms, '120 %'),
    'zoom_out': partial(zooms, '83 %'),
    'zoom_100': zooms_to_100,
    'shortcuts': shows_the_keys,
}
WITH_HANDS: dict[str, Callable[[Hand], None]] = {
    'Move what is chosen': moves_with_arrows,
    'Go to the next node': goes_to_the_next,
    'Choose the next node as well': chooses_the_next_as_well,
    'Choose several': chooses_several,
    'Add where you are': adds_where_it_is,
    'Connect': connects,
}
