"""Building workflows with mouse and keyboard, in a real browser."""

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.hand import Hand, middle, opened, paste, place
from tests.e2e.app_process import AppProcess, eventually


def test_a_workflow_is_built_with_the_mouse_published_and_run(hand: Hand) -> None:
    hand.app.ask('PUT', '/llm/default-model', json={'model': 'practice/practice-instant'}).raise_for_status()
    page = hand.page
    hand.offer('input', (100, 200))
    hand.offer('template', (360, 120))
    hand.offer('template', (360, 320))
    hand.offer('merge', (620, 200))
    expect(hand.node('merge')).to_be_visible()
    hand.connect('input', 'template')
    hand.connect('input', 'template_2')
    hand.connect('template', 'merge')
    hand.connect('template_2', 'merge')
    hand.node('merge').locator('.ao-node-next').click()
    page.get_by_role('dialog', name='What follows').locator('.ao-add-item[data-key="output"]').click()
    expect(hand.node('output')).to_be_visible()
    assert hand.edges() == {
        ('input', 'out', 'template'),
        ('input', 'out', 'template_2'),
        ('template', 'out', 'merge'),
        ('template_2', 'out', 'merge'),
        ('merge', 'out', 'output'),
    }
    page.get_by_role('button', name='Publish').click()
    page.get_by_role('dialog').get_by_role('button', name='Publish').click()
    expect(page.get_by_text('v1', exact=True)).to_be_visible()
    hand.press('Control+Enter')
    expect(hand.node('output')).to_have_attribute('data-status', 'succeeded')
    expect(page.locator('.ao-run-panel')).to_contain_text('Succeeded')
    runs = hand.app.ask('GET', '/runs').json()
    assert [run['status'] for run in runs if run['workflow_id'] == 'empty'] == ['succeeded']


def test_an_empty_canvas_leads_to_its_first_node(hand: Hand) -> None:
    hand.page.get_by_role('button', name='Add the first node').click()
    hand.page.get_by_role('dialog', name='Add a node').get_by_role('option', name='Input', exact=False).first.click()
    expect(hand.node('input')).to_be_visible()
    expect(hand.page.get_by_text('Add the first node')).to_be_hidden()
    assert hand.ids() == ['input']


def test_a_connection_that_cannot_be_is_refused_with_the_reason(three: Hand) -> None:
    x, y = middle(three.handle('end', 'out'))
    three.page.mouse.move(x, y)
    three.page.mouse.down()
    three.page.mouse.move(*middle(three.node('middle')), steps=8)
    hint = three.page.locator('.ao-canvas-hint')
    expect(hint).to_contain_text('This would run in a circle: Middle comes before End.')
    three.page.mouse.up()
    expect(three.page.get_by_text('This would run in a circle').last).to_be_visible()
    assert three.edges() == {('start', 'out', 'middle'), ('middle', 'out', 'end')}


def test_a_connection_dropped_in_the_open_asks_what_follows(three: Hand) -> None:
    three.drag(three.handle('middle', 'out'), three.at(700, 620))
    picker = three.page.get_by_role('dialog', name='What follows')
    expect(picker).to_be_visible()
    three.page.keyboard.type('appro')
    three.press('Enter')
    expect(three.node('approval')).to_be_visible()
    assert ('middle', 'out', 'approval') in three.edges()


def test_a_node_is_put_into_a_connection(three: Hand) -> None:
    line = three.page.locator('[data-edge="start.out->middle.in"] .ao-way-line').first
    three.page.mouse.move(*middle(line))
    three.page.get_by_title('Put a node in between').click()
    three.page.locator('.ao-add-item[data-key="delay"]').click()
    expect(three.node('delay')).to_be_visible()
    assert three.edges() == {('start', 'out', 'delay'), ('delay', 'out', 'middle'), ('middle', 'out', 'end')}


def test_all_is_undone_to_the_beginning_and_redone_to_the_end(hand: Hand) -> None:
    hand.offer('input', (80, 200))
    hand.offer('template', (420, 200))
    hand.connect('input', 'template')
    hand.drag(hand.node('template').locator('.ao-node-chip'), hand.at(500, 400))
    hand.press('F2')
    hand.page.keyboard.type('Letter')
    hand.press('Enter')
    hand.press('d')
    expect(hand.node('template')).to_have_attribute('data-disabled', 'true')
    hand.press('Control+d')
    expect(hand.node('template_2')).to_be_visible()
    hand.press('Delete')
    expect(hand.node('template_2')).to_have_count(0)
    end = hand.graph()
    for _ in range(9):
        hand.press('Control+z')
    expect(hand.page.locator('.ao-canvas [data-node]')).to_have_count(0)
    assert hand.graph() == {'nodes': [], 'edges': []}
    for _ in range(9):
        hand.press('Control+Shift+z')
    expect(hand.node('template')).to_have_attribute('data-disabled', 'true')
    expect(hand.node('template_2')).to_have_count(0)
    assert hand.graph() == end


def test_nodes_are_copied_cut_and_pasted(three: Hand) -> None:
    three.press('Control+a')
    assert three.selected() == ['end', 'middle', 'start']
    three.press('Control+c')
    three.page.mouse.move(*three.at(300, 500))
    three.press('Control+v')
    expect(three.node('middle_2')).to_be_visible()
    assert ('start_2', 'out', 'middle_2') in three.edges()
    pasted = {node['id']: node['config'] for node in three.graph()['nodes']}['middle_2']
    assert pasted == {'text': '{{ start_2 }} it is'}
    three.press('Control+x')
    expect(three.node('middle_2')).to_have_count(0)
    three.press('Control+v')
    expect(three.node('middle_2')).to_be_visible()


def test_nodes_are_copied_into_another_workflow(three: Hand, app: AppProcess) -> None:
    three.press('Control+a')
    three.press('Control+c')
    expect(three.page.get_by_text('Copied 3 nodes.')).to_be_visible()
    other = opened(three.page, app, 'Other', 'nodes: {start: {type: input}}')
    other.page.mouse.move(*other.at(300, 500))
    other.press('Control+v')
    expect(other.node('middle')).to_be_visible()
    assert other.ids() == ['end', 'middle', 'start', 'start_2']
    assert other.edges() == {('start_2', 'out', 'middle'), ('middle', 'out', 'end')}
    configs = {node['id']: node['config'] for node in other.graph()['nodes']}
    assert configs['middle'] == {'text': '{{ start_2 }} it is'}


def test_yaml_from_elsewhere_is_pasted_and_other_text_is_not(three: Hand) -> None:
    paste(three, 'nodes: {hint: {type: note, config: {text: Look}}}')
    expect(three.node('hint')).to_contain_text('Look')
    paste(three, 'Dear all,')
    expect(three.page.get_by_text('This is no part of a workflow')).to_be_visible()


def test_the_keyboard_reaches_everything(three: Hand) -> None:
    page = three.page
    three.click_canvas()
    three.press('Alt+ArrowRight')
    assert three.selected() == ['start']
    three.press('Alt+ArrowRight')
    assert three.selected() == ['middle']
    before = place(three, 'middle')
    three.press('ArrowDown')
    three.press('Shift+ArrowRight')
    moved = (before[0] + 40, before[1] + 8)
    eventually(lambda: place(three, 'middle'), lambda now: now == moved)
    three.press('Tab')
    expect(page.get_by_role('dialog', name='What follows')).to_be_visible()
    three.press('Escape')
    three.press('Control+f')
    page.keyboard.type('end')
    three.press('Enter')
    assert three.selected() == ['end']
    three.press('?')
    expect(page.get_by_role('dialog')).to_contain_text('Space out across')
    three.press('Escape')
    expect(page.get_by_role('dialog')).to_have_count(0)
    three.press('Escape')
    assert three.selected() == []


def test_nodes_are_lined_up_grouped_and_tidied(three: Hand) -> None:
    three.drag(three.node('middle').locator('.ao-node-chip'), three.at(500, 420))
    three.press('Control+a')
    three.press('Alt+t')
    tops = {key: place(three, key)[1] for key in ('start', 'middle', 'end')}
    assert len(set(tops.values())) == 1
    three.press('Control+g')
    expect(three.node('group')).to_be_visible()
    start, group = place(three, 'start'), place(three, 'group')
    x, y = middle(three.node('group').locator('.ao-frame-head'))
    three.page.mouse.move(x, y)
    three.page.mouse.down()
    three.page.mouse.move(x, y + 80, steps=6)
    three.page.mouse.up()
    by = eventually(lambda: place(three, 'group')[1] - group[1], lambda by: by > 40)
    assert place(three, 'start') == (start[0], start[1] + by)
    three.click_canvas()
    three.press('t')
    three.saved()
    xs = [place(three, key)[0] for key in ('start', 'middle', 'end')]
    assert xs == sorted(xs)
    assert len({place(three, key)[1] for key in ('start', 'middle', 'end')}) == 1


def test_one_node_is_run_and_pinned_by_key(three: Hand) -> None:
    page = three.page
    three.node('middle').click()
    three.press('Alt+Enter')
    expect(page.get_by_text('Nothing has arrived here yet')).to_be_visible()
    three.press('Escape')
    three.press('Shift+Enter')
    expect(page.locator('.ao-run-panel')).to_contain_text('Up to Middle')
    expect(three.node('middle')).to_have_attribute('data-status', 'succeeded')
    three.press('Alt+Enter')
    dialog = page.get_by_role('dialog', name='').filter(has_text='Run only Middle')
    dialog.get_by_label('Start').fill('Something else')
    dialog.get_by_role('button', name='Run', exact=True).click()
    expect(page.locator('.ao-run-panel')).to_contain_text('Only Middle')
    expect(three.node('middle').locator('.ao-node-said')).to_have_text('Something else it is')
    three.node('middle').locator('.ao-node-chip').click()
    three.press('p')
    expect(three.node('middle').get_by_title('Pinned')).to_be_visible()
    three.saved()
    (pinned,) = [node['pinned'] for node in three.graph()['nodes'] if node['id'] == 'middle']
    assert pinned['text'] == 'Something else it is'


def test_the_view_rests_once_nothing_moves_it(three: Hand) -> None:
    canvas, mouse = three.page.locator('.ao-canvas'), three.page.mouse
    three.click_canvas()
    expect(canvas).to_have_attribute('data-moving', '')
    mouse.move(*three.at(40, 40))
    mouse.down()
    mouse.move(*three.at(80, 60))
    expect(canvas).to_have_attribute('data-moving', 'pan')
    mouse.move(*three.at(40, 40))
    mouse.up()
    expect(canvas).to_have_attribute('data-moving', '')
    mouse.wheel(0, -2000)
    expect(three.page.locator('.ao-canvas-zoom')).to_have_text('200 %')
    mouse.wheel(0, -60)
    expect(canvas).to_have_attribute('data-moving', '')


def test_a_node_takes_as_much_room_from_afar(three: Hand) -> None:
    zoom, sizes = three.page.locator('.ao-canvas-zoom'), 'all => all.map((e) => [e.offsetWidth, e.offsetHeight])'
    three.click_canvas()
    three.press('0')
    expect(zoom).to_have_text('100 %')
    near = three.page.locator('.ao-node').evaluate_all(sizes)
    for shown in ('83', '69', '58', '48', '40', '33', '28', '23', '19'):
        three.press('-')
        expect(zoom).to_have_text(f'{shown} %')
    assert three.page.locator('.ao-node').evaluate_all(sizes) == near


def test_the_menu_of_a_node_does_what_its_keys_do(three: Hand) -> None:
    three.node('middle').click(button='right')
    three.page.get_by_role('menuitem', name='Disable or enable').click()
    expect(three.node('middle')).to_have_attribute('data-disabled', 'true')
    three.page.mouse.click(*three.at(300, 480), button='right')
    three.page.get_by_role('menuitem', name='Undo').click()
    expect(three.node('middle')).to_have_attribute('data-disabled', 'false')


def test_a_second_tab_sees_what_the_first_does(three: Hand, context: BrowserContext) -> None:
    other = Hand(context.new_page(), three.app, 'three')
    three.node('middle').click()
    three.press('Delete')
    expect(other.node('middle')).to_have_count(0)
    other.press('Control+z')
    expect(three.node('middle')).to_be_visible()
    expect(other.node('middle')).to_be_visible()


def test_a_save_from_elsewhere_is_not_overwritten(three: Hand) -> None:
    stored = three.app.ask('GET', '/workflows/three').json()
    stored['graph']['nodes'] = stored['graph']['nodes'][:1]
    stored['graph']['edges'] = []
    three.app.ask('PUT', '/workflows/three', json=stored).raise_for_status()
    three.node('middle').click()
    three.press('Delete')
    expect(three.page.get_by_text('Not saved: somebody saved first')).to_be_visible()
    assert len(three.app.ask('GET', '/workflows/three').json()['graph']['nodes']) == 1
    three.page.get_by_role('button', name='Compare').click()
    expect(three.page.get_by_role('dialog')).to_be_visible()


WAITING = """
nodes:
  start: {type: input}
  text: {type: template, config: {text: Half way}}
  wait: {type: delay, config: {seconds: 600}}
  end: {type: output}
edges: [start -> text, text -> wait, wait -> end]
"""


TALK = """
nodes:
  start: {type: input}
  talk: {type: agent, config: {agent: slow, prompt: Tell me about lighthouses.}}
  end: {type: output}
edges: [start -> talk, talk -> end]
"""


def test_a_page_opened_in_the_middle_of_a_run_shows_the_same(page: Page, app: AppProcess) -> None:
    hand = opened(page, app, 'Waiting', WAITING)
    hand.press('Control+Enter')
    expect(hand.node('wait')).to_have_attribute('data-status', 'waiting')
    seen = shown(hand)
    assert seen == {'start': 'succeeded', 'text': 'succeeded', 'wait': 'waiting', 'end': 'pending'}
    page.reload()
    expect(hand.node('wait')).to_have_attribute('data-status', 'waiting')
    assert shown(hand) == seen
    expect(hand.node('text').locator('.ao-node-said')).to_have_text('Half way')
    expect(page.locator('[data-edge="text.out->wait.in"]')).to_have_attribute('data-state', 'done')
    page.get_by_role('button', name='Stop').click()
    expect(page.locator('.ao-run-panel')).to_contain_text('Cancelled')
    expect(hand.node('wait')).to_have_attribute('data-status', 'cancelled')


def test_a_page_opened_while_an_agent_speaks_shows_what_it_said_and_goes_on(page: Page, app: AppProcess) -> None:
    agent = {'name': 'Slow', 'instructions': 'Explain at length.', 'model': 'practice/practice-3'}
    app.ask('POST', '/agents', json=agent).raise_for_status()
    hand = opened(page, app, 'Talk', TALK)
    said = hand.node('talk').locator('.ao-node-said')
    hand.press('Control+Enter')
    before = eventually(lambda: said.text_content() or '', lambda text: len(text.split()) >= 4)
    page.reload()
    expect(hand.node('talk')).to_have_attribute('data-status', 'running')
    after = eventually(lambda: said.text_content() or '', bool)
    assert after.startswith(before)
    assert shown(hand) == {'start': 'succeeded', 'talk': 'running', 'end': 'pending'}
    eventually(lambda: said.text_content() or '', lambda text: text.startswith(after) and len(text) > len(after))
    page.get_by_role('button', name='Stop').click()
    expect(hand.node('talk')).to_have_attribute('data-status', 'cancelled')


def shown(hand: Hand) -> dict[str, str]:
    """The status on each node."""
    nodes = hand.page.locator('.ao-canvas .ao-node')
    return dict(nodes.evaluate_all('all => all.map((node) => [node.dataset.node, node.dataset.status])'))


def test_a_phone_shows_a_graph_that_can_be_moved(browser: Browser, app: AppProcess) -> None:
    phone = browser.new_context(viewport={'width': 390, 'height': 844}, base_url=app.url, has_touch=True)
    hand = Hand(phone.new_page(), app, 'research-brief')
    width = hand.node('topic').bounding_box()
    assert width is not None
    assert width['width'] >= 100, 'too small to be read'
    before = middle(hand.node('topic'))
    hand.page.mouse.move(200, 600)
    hand.page.mouse.down()
    hand.page.mouse.move(120, 560, steps=5)
    hand.page.mouse.up()
    after = middle(hand.node('topic'))
    assert (round(after[0] - before[0]), round(after[1] - before[1])) == (-80, -40)
    phone.close()


def test_a_graph_on_a_phone_is_moved_with_one_finger_and_zoomed_with_two(browser: Browser, app: AppProcess) -> None:
    phone = browser.new_context(
        viewport={'width': 390, 'height': 844}, base_url=app.url, has_touch=True, is_mobile=True
    )
    hand = Hand(phone.new_page(), app, 'research-brief')
    before = middle(hand.node('topic'))
    touch(hand.page, [[(200, 600)], [(170, 590)], [(140, 580)], [(120, 560)]])
    after = middle(hand.node('topic'))
    assert (round(after[0] - before[0]), round(after[1] - before[1])) == (-80, -40)
    zoom = hand.page.locator('.ao-canvas-zoom')
    expect(zoom).to_have_text('60 %')
    touch(hand.page, [[(195 - by, 600), (195 + by, 600)] for by in (30, 40, 50, 60)])
    eventually(lambda: int((zoom.text_content() or '').removesuffix(' %')), lambda now: now > 100)
    assert hand.page.evaluate('visualViewport.scale') == 1, 'the page was zoomed instead'
    phone.close()


def touch(page: Page, places: list[list[tuple[float, float]]]) -> None:
    """Fingers go down at the first places, along the others, and up."""
    client = page.context.new_cdp_session(page)
    kinds = ['touchStart', *['touchMove'] * (len(places) - 1), 'touchEnd']
    for kind, points in zip(kinds, [*places, []], strict=True):
        told = [{'x': x, 'y': y, 'id': finger} for finger, (x, y) in enumerate(points)]
        client.send('Input.dispatchTouchEvent', {'type': kind, 'touchPoints': told})
    client.detach()


def test_the_canvas_has_the_focus_again_when_a_list_or_a_menu_is_given_up(three: Hand) -> None:
    canvas = three.page.locator('.ao-canvas')
    three.click_canvas()
    for keys in ('n', 'Control+f'):
        three.press(keys)
        expect(three.page.get_by_role('dialog')).to_be_visible()
        three.press('Escape')
        expect(canvas).to_be_focused()
    three.node('middle').click(button='right')
    expect(three.page.get_by_role('menu')).to_be_visible()
    three.press('Escape')
    expect(canvas).to_be_focused()


def test_a_graph_on_a_phone_makes_room_for_the_run_below_it(browser: Browser, app: AppProcess) -> None:
    app.ask('PUT', '/llm/default-model', json={'model': 'practice/practice-instant'}).raise_for_status()
    phone = browser.new_context(viewport={'width': 390, 'height': 844}, base_url=app.url, has_touch=True)
    hand = Hand(phone.new_page(), app, 'research-brief')
    before = middle(hand.node('topic'))[1]
    app.wait_for_end(app.execute('research-brief'))
    hand.page.reload()
    hand.page.get_by_role('button', name='Show or hide the run').click()
    eventually(lambda: middle(hand.node('topic'))[1], lambda now: now < before - 100)
    phone.close()


def test_a_file_is_dropped_onto_the_canvas_with_its_agents(three: Hand) -> None:
    file = (
        'agent_orchestrator: 1\nname: Letters\nagents: {clerk: {name: Clerk, instructions: Write.}}\n'
        'nodes: {letter: {type: agent, config: {agent: clerk}}}\nedges: []\n'
    )
    script = """([text, x, y]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], 'letters.yaml'));
      const at = {dataTransfer: data, clientX: x, clientY: y, bubbles: true, cancelable: true};
      document.elementFromPoint(x, y).dispatchEvent(new DragEvent('drop', at));
    }"""
    three.page.evaluate(script, [file, *three.at(300, 620)])
    expect(three.node('letter')).to_contain_text('Clerk')
    assert 'clerk' in {agent['id'] for agent in three.app.ask('GET', '/agents').json()}


LONG = """
nodes:
  start: {type: input}
  long: {type: template, config: {text: "One line.\\n\\nTwo lines.\\n\\nA third that is longer than the node is wide."}}
edges: [start -> long]
"""


def test_a_text_that_goes_on_ends_with_an_ellipsis_on_its_node(page: Page, app: AppProcess) -> None:
    hand = opened(page, app, 'Long', LONG)
    hand.press('Control+Enter')
    said = hand.node('long').locator('.ao-node-said p')
    expect(said).to_have_text('One line.\nTwo lines.\nA third that is longer than the node is wide.')
    shown = 'e => [e.scrollHeight > e.clientHeight, e.clientHeight, getComputedStyle(e).webkitLineClamp]'
    assert said.evaluate(shown) == [True, 54, '3']
