"""The gallery that a new workflow begins in, as a simulated person sees it."""

from nicegui import ui
from nicegui.testing import User

from core.orchestrator import Orchestrator
from core.runs.run import RunFilter
from pages.workflows.creating import blank_graph


def shown(user: User) -> list[str]:
    """The names of the templates whose cards can be seen, in their order."""
    cards = [link for link in user.find(kind=ui.link).elements if str(link.props['href']).startswith('/templates/')]
    return [str(card.props['href']).rpartition('/')[2] for card in sorted(cards, key=lambda card: card.id)]


async def all_names(orchestrator: Orchestrator) -> list[str]:
    return [template.name for template in await orchestrator.templates()]


async def test_a_new_workflow_begins_in_the_gallery(user: User) -> None:
    await user.open('/workflows')
    (new,) = user.find(marker='new-workflow').elements
    assert new.props['href'] == '/templates'


async def test_every_template_has_a_card_with_its_picture_its_words_and_its_tags(
    user: User, orchestrator: Orchestrator
) -> None:
    await user.open('/templates')
    assert shown(user) == await all_names(orchestrator)
    for template in await orchestrator.templates():
        with user.scope(marker=f'template-{template.name}'):
            await user.should_see(template.document.workflow.name)
            await user.should_see(template.document.workflow.description)
            for tag in template.document.workflow.tags:
                await user.should_see(tag)
            (picture,) = user.find(kind=ui.html).elements
            assert picture.content.count('class="ao-graph-block"') >= 5  # type: ignore[attr-defined]


async def test_a_blank_workflow_is_made_with_one_click_and_can_run(user: User, orchestrator: Orchestrator) -> None:
    await user.open('/templates')
    user.find(marker='blank-workflow').click()
    await user.should_see(marker='run-workflow')
    made = await orchestrator.workflows.get('new-workflow')
    assert made.graph == blank_graph()
    assert not await orchestrator.validate(made.graph)


async def test_cards_are_found_by_words_and_by_category(user: User, orchestrator: Orchestrator) -> None:
    await user.open('/templates')
    search = user.find(kind=ui.input, content='Find a template')
    search.type('reviewer contract')
    await user.should_not_see(marker='template-blog-post')
    assert shown(user) == ['contract-review']
    search.clear()
    user.find(marker='category-Support').click()
    await user.should_not_see(marker='template-blog-post')
    assert shown(user) == ['support-triage', 'inbox-routing', 'faq-answers', 'review-replies']
    search.type('zebra')
    await user.should_see('No template fits')
    await user.should_see('Blank workflow')
    user.find('Show all templates').click()
    await user.should_see(marker='template-blog-post')
    assert next(iter(search.elements)).value == ''
    assert user.find(marker='category-').elements.pop().props['aria-pressed'] == 'true'


async def test_what_was_looked_for_stands_in_the_address(user: User) -> None:
    await user.open('/templates?find=mail&category=Office')
    assert shown(user) == ['email-reply', 'daily-digest']
    search = next(iter(user.find(kind=ui.input, content='Find a template').elements))
    assert search.value == 'mail'


async def test_a_template_is_looked_at_and_then_used(user: User, orchestrator: Orchestrator) -> None:
    before = await orchestrator.workflows.all()
    await user.open('/templates/contract-review')
    await user.should_see('It brings 6 agents')
    await user.should_see('Liability reviewer')
    await user.should_see('You review contracts for liability.')
    await user.should_see('the customer')
    await user.should_see('This is a help for reading, not legal advice.')
    assert await orchestrator.workflows.all() == before
    user.find(marker='use-template').click()
    await user.should_see(marker='run-workflow')
    made = await orchestrator.workflows.get('contract-review')
    assert await orchestrator.validate(made.graph) == []
    assert not await orchestrator.runs(RunFilter())


async def test_a_webhook_of_a_template_is_seen_before_and_has_an_address_of_its_own_after(
    user: User, orchestrator: Orchestrator
) -> None:
    await user.open('/templates')
    with user.scope(marker='template-inbox-routing'):
        await user.should_see('webhook')
    await user.open('/templates/inbox-routing')
    await user.should_see('It can start by itself')
    await user.should_see('New messages')
    await user.should_see('When a program posts to its address')
    assert await orchestrator.webhooks.all() == []
    user.find(marker='use-template').click()
    await user.should_see(marker='run-workflow', retries=20)
    [webhook] = await orchestrator.webhooks.of('inbox-that-sorts-itself')
    assert not webhook.enabled
    user.find(marker='Triggers').click()
    await user.should_see('New messages')
    user.find('How to call it').click()
    await user.should_see((await orchestrator.webhooks.credentials(webhook.id)).token)


async def test_a_picture_that_a_template_begins_with_is_shown_and_not_told(user: User) -> None:
    await user.open('/templates/receipt-check')
    await user.should_see('receipt.png')
    await user.should_not_see('base64')


async def test_a_template_can_be_used_twice(user: User, orchestrator: Orchestrator) -> None:
    for _ in range(2):
        await user.open('/templates/brainstorm')
        user.find(marker='use-template').click()
        await user.should_see(marker='run-workflow')
    agents = [agent for agent in await orchestrator.agents.all() if agent.id.startswith('ideas-')]
    assert (await orchestrator.workflows.get('brainstorm-and-pick-2')).name == 'Brainstorm and pick (2)'
    assert len(agents) == 5


async def test_a_workflow_inside_a_template_is_looked_at_and_comes_along(
    user: User, orchestrator: Orchestrator
) -> None:
    await user.open('/templates/review-replies')
    await user.should_see('It brings 1 workflow')
    await user.should_see('Thanks for a good review, and makes up for a bad one.')
    drawn = ''.join(picture.content for picture in user.find(kind=ui.html).elements)  # type: ignore[attr-defined]
    assert 'Reply to a review' in drawn
    assert 'Make up for it' in drawn
    user.find(marker='use-template').click()
    await user.should_see(marker='run-workflow')
    assert (await orchestrator.workflows.get('reply-to-a-review')).published == 1
    assert (await orchestrator.workflows.get('replies-to-reviews')).published is None


async def test_a_template_that_is_not_there_says_so(user: User) -> None:
    await user.open('/templates/nothing')
    await user.should_see('This template is not here')


async def test_a_workflow_that_is_called_new_has_its_own_page(user: User, orchestrator: Orchestrator) -> None:
    first = await orchestrator.workflows.get('research-brief')
    new = first.model_copy(update={'id': '', 'name': 'New', 'revision': 0})
    await orchestrator.workflows.create(new)
    await user.open('/workflows/new')
    await user.should_see(marker='run-workflow')
