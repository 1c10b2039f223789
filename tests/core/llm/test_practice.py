"""The practice model: deterministic, offline, honest, and of some use."""

import time

import pytest

from core.llm.connection import Connection
from core.llm.errors import ModelError
from core.llm.messages import Message
from core.llm.parameters import Parameters
from core.llm.providers.built_in import add_built_in_providers
from core.llm.providers.extracts import extract
from core.llm.providers.passages import LABEL
from core.llm.providers.practice import practice
from core.llm.requests import ModelAnswered, TextDelta
from core.llm.service import LLMService
from core.registry import Registry
from tests.core.llm.asking import Connections, HeldSecrets, QuickClock, answer_of, events_of, request, text_of

NOTES = """Weekly meeting, 12 March. Present: Anna, Ben, Chris.
Anna: The new price list is ready. We agreed to publish it on Monday.
Ben: The warehouse move is late. I will call the landlord by Thursday. It is open whether we need a second van.
Chris: Two customers asked for invoices in English. I will prepare a template until Friday.
We decided to postpone the summer party. Anna sends the new date to all."""

OUTAGE = """Hello, since this morning our shop is down and no customer can pay. Please help immediately!
The error says 502. We restarted the server twice.

Maria Lopez"""

QUESTION = 'Hi, could you tell me whether you ship to Norway? No hurry.\nTom'

TOPIC = """Topic: Heat pumps in old houses

Heat pumps move heat instead of making it. In old houses the radiators are often too small. Replacing them costs
5,000 to 9,000 euros. Grants pay up to 70 percent. The noise outside can be a problem for neighbours."""


@pytest.fixture(autouse=True)
def _connection(connections: Connections) -> None:
    connections.put(Connection(id='practice', name='Practice', provider='practice'))


async def test_the_same_question_gets_the_same_answer(llm: LLMService) -> None:
    asked = request('practice/practice', NOTES, instructions='List the decisions.')
    assert (await answer_of(llm, asked)).message == (await answer_of(llm, asked)).message


async def test_the_answer_streams_word_by_word_and_ends_with_the_whole(llm: LLMService, clock: QuickClock) -> None:
    events = await events_of(llm, request('practice/practice', NOTES, instructions='List the decisions.'))
    assert isinstance(events[-1], ModelAnswered)
    assert text_of(events) == events[-1].message.text
    assert len([event for event in events if isinstance(event, TextDelta)]) == len(events[-1].message.text.split())
    assert clock.slept[0] == pytest.approx(1 / 60)


@pytest.mark.parametrize(('model', 'pause'), [('practice-slow', 1 / 8), ('practice-200', 1 / 200)])
async def test_the_model_name_sets_the_pace(llm: LLMService, clock: QuickClock, model: str, pause: float) -> None:
    await answer_of(llm, request(f'practice/{model}', NOTES))
    assert set(clock.slept) == {pause}


async def test_the_instant_model_never_waits(llm: LLMService, clock: QuickClock) -> None:
    await answer_of(llm, request('practice/practice-instant', NOTES))
    assert clock.slept == []


async def test_it_says_that_it_is_no_language_model(
    llm: LLMService, connections: Connections, clock: QuickClock
) -> None:
    answered = await answer_of(llm, request('practice/practice-instant', NOTES))
    assert answered.message.text.endswith(LABEL)
    assert 'not a language model' in practice(clock=clock).title
    report = await llm.test(connections.items['practice'])
    assert report.ok
    assert 'not a language model' in report.message


async def test_it_costs_nothing_and_counts_its_words(llm: LLMService) -> None:
    answered = await answer_of(llm, request('practice/practice-instant', NOTES))
    assert (answered.usage.calls, answered.usage.cost) == (1, 0.0)
    assert answered.usage.output_tokens == len(answered.message.text.split())


async def test_a_limit_of_tokens_cuts_the_answer_and_says_so(llm: LLMService) -> None:
    answered = await answer_of(llm, request('practice/practice', NOTES, parameters=Parameters(max_tokens=3)))
    assert (answered.stop, len(answered.message.text.split())) == ('length', 3)


async def test_an_unknown_model_is_refused_with_the_known_ones(llm: LLMService) -> None:
    with pytest.raises(ModelError, match='practice-slow') as raised:
        await answer_of(llm, request('practice/gpt', NOTES))
    assert raised.value.kind == 'not_found'
    assert not raised.value.retryable


@pytest.mark.parametrize(
    ('instructions', 'prompt', 'word'),
    [
        ('Classify the message. Answer with one word: urgent or normal.', OUTAGE, 'urgent'),
        ('Classify the message. Answer with one word: urgent or normal.', QUESTION, 'normal'),
        ('Sort it into one of: billing, technical, other.', OUTAGE, 'technical'),
        ('Sort it into one of: billing, technical, other.', QUESTION, 'other'),
        ('Is there a decision in these notes? Answer yes or no.', NOTES, 'yes'),
        ('Is there a decision in this? Answer yes or no.', QUESTION, 'no'),
    ],
)
def test_a_choice_is_answered_with_the_bare_word_that_fits(instructions: str, prompt: str, word: str) -> None:
    chosen = extract(instructions, prompt)
    assert (chosen.text, chosen.bare) == (word, True)


async def test_a_bare_word_carries_the_label_as_thinking(llm: LLMService) -> None:
    answered = await answer_of(llm, request('practice/practice', OUTAGE, instructions='One word: urgent or normal.'))
    assert answered.message.text == 'urgent'
    assert answered.message.parts[0].text == LABEL


def test_it_asks_as_many_questions_as_it_is_told_to() -> None:
    lines = extract('You plan research. Write three questions on the topic.', TOPIC).text.splitlines()
    assert len(lines) == 3
    assert all('Heat pumps in old houses' in line and line.endswith('?') for line in lines)


def test_analysts_with_different_instructions_find_different_sentences() -> None:
    costs = extract('You look at the costs. Two sentences.', TOPIC).text
    risks = extract('You look at risks and problems. Two sentences.', TOPIC).text
    assert '70 percent' in costs
    assert 'noise' in risks


def test_action_items_name_who_said_them() -> None:
    found = extract('Extract the action items as bullets.', NOTES).text.splitlines()
    assert '- Ben: I will call the landlord by Thursday.' in found
    assert '- Chris: I will prepare a template until Friday.' in found
    assert all(line.startswith('- ') for line in found)


def test_decisions_are_told_from_the_rest() -> None:
    assert extract('List the decisions.', NOTES).text.splitlines() == [
        '- Anna: We agreed to publish it on Monday.',
        '- We decided to postpone the summer party.',
    ]


def test_a_reply_greets_the_sender_and_quotes_the_message() -> None:
    reply = extract('Draft a friendly reply to the customer.', OUTAGE).text
    assert reply.startswith('Hello Maria Lopez,')
    assert '> Hello, since this morning our shop is down and no customer can pay.' in reply


def test_a_reply_goes_on_with_the_house_rules_that_fit() -> None:
    instructions = (
        'Draft a reply to the customer.\n\n'
        'House rules: a payment made twice is refunded in five days; crashes are looked into at once.'
    )
    reply = extract(instructions, 'Hello, I paid twice. Please refund the second payment.').text
    assert 'A payment made twice is refunded in five days.' in reply
    assert 'rashes' not in reply


def test_what_the_prompt_itself_asks_for_counts_too() -> None:
    assert len(extract('', f'Give me two bullets.\n\n{NOTES}').text.splitlines()) == 2


def test_its_own_label_is_never_taken_for_material() -> None:
    first = extract('Two sentences.', NOTES).labelled
    assert LABEL not in extract('Five sentences.', f'{first}\n\n{first}').text


def test_nothing_to_read_is_said_so() -> None:
    assert extract('Summarise.', '  \n').text == 'There is nothing in the input to answer with.'


def test_ten_megabytes_are_read_only_at_their_edges() -> None:
    began = time.process_time()
    assert extract('Summarise.', 'This sentence is one of very many. ' * 300_000).text
    assert time.process_time() - began < 0.5


def test_built_in_providers_come_with_the_practice_model() -> None:
    registry = Registry('provider')
    add_built_in_providers(registry)
    assert 'practice' in registry


async def test_a_missing_connection_says_where_to_add_it(llm: LLMService, secrets: HeldSecrets) -> None:
    with pytest.raises(ModelError, match=r'no connection .nowhere.*Settings › Connections'):
        await answer_of(llm, request('nowhere/model'))


async def test_in_a_conversation_the_last_words_are_answered_and_what_fits_them_is_remembered(llm: LLMService) -> None:
    said = ('I learn about tides. The moon pulls at the sea.', 'I learn about wind.', 'What does the moon do?')
    turns = [turn for text in said for turn in (Message.user(text), Message.assistant('Go on.'))][:-1]
    asked = request('practice/practice-instant', '').model_copy(update={'messages': tuple(turns)})
    text = (await answer_of(llm, asked)).message.text
    assert text.startswith('What does the moon do?')
    assert 'Before, you said: “The moon pulls at the sea.”' in text
    assert 'wind' not in text
    alone = asked.model_copy(update={'messages': (turns[-1],)})
    assert 'Before' not in (await answer_of(llm, alone)).message.text
