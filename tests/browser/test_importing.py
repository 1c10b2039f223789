"""Files that are dragged onto the list of workflows, as the browser itself drags them."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.e2e.app_process import AppProcess

LETTER = 'agent_orchestrator: 1\nname: {}\nnodes: {{start: {{type: input}}}}\nedges: []\n'


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """A folder with two workflows, a file of another program, a picture, a giant, and a folder."""
    (tmp_path / 'one.yaml').write_text(LETTER.format('From a friend'))
    (tmp_path / 'two.yml').write_text(LETTER.format('From the neighbours'))
    (tmp_path / 'other.yaml').write_text('services: {db: {image: postgres}}')
    (tmp_path / 'photo.png').write_bytes(b'\x89PNG' + bytes(100))
    (tmp_path / 'giant.yaml').write_text('a: ' + 'x' * 3_000_000)
    (tmp_path / 'more').mkdir()
    return tmp_path


class Drag:
    """Files that hang on the pointer, brought by the browser's own events."""

    def __init__(self, page: Page, *files: Path) -> None:
        self._page = page
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._data = {'items': [], 'files': [str(file) for file in files], 'dragOperationsMask': 1}
        self._tell('dragEnter')
        self._tell('dragOver')

    def drop(self) -> None:
        self._tell('drop')

    def give_up(self) -> None:
        self._tell('dragCancel')
        self._page.mouse.move(300, 300)

    def _tell(self, kind: str) -> None:
        event: dict[str, Any] = {'type': kind, 'x': 700, 'y': 500, 'data': self._data}
        self._session.send('Input.dispatchDragEvent', event)


DRAG_WORDS = """() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData('text/plain', 'words');
    document.body.dispatchEvent(new DragEvent('dragover', {dataTransfer, bubbles: true, cancelable: true}));
}"""


def overlay(page: Page) -> Locator:
    return page.get_by_text('Drop to import')


def test_a_drop_target_covers_the_page_only_while_files_are_dragged(page: Page, letters: Path) -> None:
    open_list(page)
    page.evaluate(DRAG_WORDS)
    expect(overlay(page)).to_be_hidden()
    drag = Drag(page, letters / 'one.yaml')
    expect(overlay(page)).to_be_visible()
    covered = page.locator('.ao-drop-zone').bounding_box()
    assert covered == {'x': 0, 'y': 0, 'width': 1440, 'height': 900}
    drag.give_up()
    expect(overlay(page)).to_be_hidden()


def test_a_dropped_file_is_imported_once_the_person_has_seen_what_is_in_it(
    page: Page, app: AppProcess, letters: Path
) -> None:
    open_list(page)
    Drag(page, letters / 'one.yaml').drop()
    dialog = page.get_by_role('dialog')
    expect(dialog).to_contain_text('From a friend')
    expect(overlay(page)).to_be_hidden()
    assert 'From a friend' not in app.ask('GET', '/workflows').text
    dialog.get_by_role('button', name='Import', exact=True).click()
    page.wait_for_url('**/workflows/from-a-friend')
    assert not app.get('/runs')


def test_of_many_dropped_files_the_good_are_imported_and_the_others_told_by_name(
    page: Page, app: AppProcess, letters: Path
) -> None:
    open_list(page)
    Drag(page, *sorted(letters.iterdir())).drop()
    dialog = page.get_by_role('dialog')
    for told in (
        'other.yaml cannot be imported. The first line should be',
        'photo.png cannot be imported. It is not a YAML file',
        'giant.yaml cannot be imported. It is larger than 2 MB',
        'more cannot be imported. It is a folder',
    ):
        expect(dialog).to_contain_text(told)
    dialog.get_by_role('button', name='Import 2 workflows').click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text('2 workflows imported.')).to_be_visible()
    expect(page.locator('.ao-workflow')).to_have_count(5)
    names = {workflow['name'] for workflow in app.get('/workflows')}
    assert {'From a friend', 'From the neighbours'} <= names


def test_the_same_file_can_be_dropped_again_after_it_was_left_out(page: Page, letters: Path) -> None:
    open_list(page)
    dialog = page.get_by_role('dialog')
    for _ in range(2):
        Drag(page, letters / 'one.yaml').drop()
        expect(dialog).to_contain_text('From a friend')
        dialog.get_by_role('button', name='Leave one.yaml out').click()
        expect(dialog).not_to_contain_text('From a friend')


def test_files_are_chosen_in_the_dialog_as_well(page: Page, letters: Path) -> None:
    open_list(page)
    page.get_by_role('button', name='Import').click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role('button', name='Drop files here, or choose some').click()
    chooser.value.set_files([letters / 'one.yaml', letters / 'two.yml'])
    expect(page.get_by_role('dialog')).to_contain_text('From the neighbours')
    expect(page.get_by_role('button', name='Import 2 workflows')).to_be_enabled()


def open_list(page: Page) -> None:
    page.goto('/workflows')
    page.locator('.ao-workflow').first.wait_for()
    page.locator('.ao-drop-zone').wait_for(state='attached')
