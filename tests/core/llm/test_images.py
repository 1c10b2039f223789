"""Pictures over every provider, in the shape that the maker's own package describes; and what is accepted as one."""

import base64
import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from core.llm import images
from core.llm.errors import ModelError
from core.llm.images import Image, image_from, images_in, is_image, read_image, with_images, without_images
from core.llm.messages import Message
from core.llm.providers.ollama_chat import tokens_needed
from core.llm.requests import ModelAnswered, ModelRequest
from core.llm.service import LLMService
from tests.core.llm.asking import Connections, HeldSecrets, answer_of, request
from tests.core.llm.providers_under_test import ALL, Tried

OLLAMA, LMSTUDIO, OPENAI, ANTHROPIC, COMPATIBLE = ALL

PNG = base64.b64decode(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='
)
PICTURE = image_from(PNG, name='dot.png')


@pytest.fixture
def _key(secrets: HeldSecrets) -> None:
    secrets.items['TEST_KEY'] = 'test-key'


def asked(model: str = 'it/test-model') -> ModelRequest:
    return request(model).model_copy(update={'messages': (Message.user('What is this?', [PICTURE]),)})


async def sent(tried: Tried, llm: LLMService, connections: Connections, **options: Any) -> Any:
    async with tried.served(**options) as server:
        connections.put(tried.connection(server.base_url))
        await answer_of(llm, asked())
        return server.asked[-1].json


@pytest.mark.usefixtures('_key')
async def test_ollama_gets_pictures_beside_the_words(llm: LLMService, connections: Connections) -> None:
    import ollama  # noqa: PLC0415 - slow to import

    [message] = (await sent(OLLAMA, llm, connections, vision=True))['messages']
    assert message == {'role': 'user', 'content': 'What is this?', 'images': [PICTURE.data]}
    theirs = ollama.Message(role='user', content='What is this?', images=[ollama.Image(value=PNG)])
    assert theirs.model_dump(exclude_none=True) == message


@pytest.mark.usefixtures('_key')
@pytest.mark.parametrize(('tried', 'options'), [(LMSTUDIO, {'sees': True}), (COMPATIBLE, {})], ids=str)
async def test_chat_completions_get_pictures_as_data_urls(
    tried: Tried, options: dict[str, Any], llm: LLMService, connections: Connections
) -> None:
    from openai.types.chat import ChatCompletionUserMessageParam  # noqa: PLC0415 - slow to import

    [message] = (await sent(tried, llm, connections, **options))['messages']
    assert message['content'] == [
        {'type': 'image_url', 'image_url': {'url': PICTURE.url}},
        {'type': 'text', 'text': 'What is this?'},
    ]
    TypeAdapter(ChatCompletionUserMessageParam).validate_python(message)


@pytest.mark.usefixtures('_key')
async def test_openai_gets_pictures_as_parts_of_the_input(llm: LLMService, connections: Connections) -> None:
    from openai.types.responses import EasyInputMessageParam  # noqa: PLC0415 - slow to import

    [item] = (await sent(OPENAI, llm, connections))['input']
    assert item['content'] == [
        {'type': 'input_image', 'image_url': PICTURE.url, 'detail': 'auto'},
        {'type': 'input_text', 'text': 'What is this?'},
    ]
    TypeAdapter(EasyInputMessageParam).validate_python(item)


@pytest.mark.usefixtures('_key')
async def test_anthropic_gets_pictures_as_blocks(llm: LLMService, connections: Connections) -> None:
    from anthropic.types import Base64ImageSourceParam  # noqa: PLC0415 - slow to import

    [message] = (await sent(ANTHROPIC, llm, connections))['messages']
    picture, text = message['content']
    source = {'type': 'base64', 'media_type': 'image/png', 'data': PICTURE.data}
    assert picture == {'type': 'image', 'source': source}
    assert text == {'type': 'text', 'text': 'What is this?'}
    assert Base64ImageSourceParam.__annotations__.keys() == source.keys()


@pytest.mark.usefixtures('_key')
@pytest.mark.parametrize('tried', [OLLAMA, LMSTUDIO], ids=str)
async def test_a_model_that_is_known_not_to_see_is_not_asked(
    tried: Tried, llm: LLMService, connections: Connections
) -> None:
    async with tried.served() as server:
        connections.put(tried.connection(server.base_url))
        with pytest.raises(ModelError, match=r"The model 'test-model' of .* cannot see images") as raised:
            await answer_of(llm, asked())
        assert server.asked == []
    assert 'Choose a model that can' in raised.value.remedy


async def practised(llm: LLMService, connections: Connections, *, pictures: int, **more: Any) -> ModelAnswered:
    connections.put(ALL[0].connection('', id='practice', provider='practice', api_key=''))
    messages = (Message.user('What is this? Is it "good", at 12 euros?', [PICTURE] * pictures),)
    return await answer_of(llm, asked('practice/practice-instant').model_copy(update={'messages': messages, **more}))


@pytest.mark.parametrize(
    ('pictures', 'said'),
    [
        (1, '1 picture came along. The practice model cannot look at it: it is no language model'),
        (3, '3 pictures came along. The practice model cannot look at them: it is no language model'),
    ],
)
async def test_the_practice_model_counts_pictures_and_says_that_it_cannot_look_at_them(
    llm: LLMService, connections: Connections, pictures: int, said: str
) -> None:
    assert (await practised(llm, connections, pictures=pictures)).message.text.startswith(said)
    assert 'came along' not in (await practised(llm, connections, pictures=0)).message.text


async def test_the_practice_model_makes_up_nothing_that_only_a_picture_could_tell(
    llm: LLMService, connections: Connections
) -> None:
    fields = {'legible': {'type': 'boolean'}, 'shop': {'type': 'string'}, 'total': {'type': 'number'}}
    schema = {'type': 'object', 'properties': fields}
    value = json.loads((await practised(llm, connections, pictures=2, output_schema=schema)).message.text)
    assert value['legible'] is False
    assert value['shop'].startswith('2 pictures came along.')
    assert value['total'] == 2.0


def test_a_picture_counts_as_its_tokens_and_not_as_its_letters() -> None:
    large = Image(media_type='image/png', data='A' * 3_000_000)
    told = asked().model_copy(update={'messages': (Message.user('What is this?', [large]),)})
    assert tokens_needed(told) < 5000


@pytest.mark.parametrize(
    ('data', 'kind'),
    [
        (PNG, 'image/png'),
        (b'\xff\xd8\xff\xe0rest', 'image/jpeg'),
        (b'RIFF\x10\0\0\0WEBPVP8 ', 'image/webp'),
        (b'GIF89a..', 'image/gif'),
    ],
)
def test_the_first_bytes_say_what_a_picture_is(data: bytes, kind: str) -> None:
    told = f'data:image/svg+xml;name=a.png;base64,{base64.b64encode(data).decode()}'
    image = read_image(told)
    assert (image.media_type, image.name) == (kind, 'a.png')
    assert read_image(base64.b64encode(data).decode()).data == image.data
    assert read_image(image.model_dump()) == image
    assert read_image(image.model_dump_json()) == image


@pytest.mark.parametrize(
    ('value', 'reason'),
    [
        ('data:image/png;base64,PHN2Zz48L3N2Zz4=', 'is no PNG, JPEG, WebP or GIF'),
        ('data:image/png;base64,###', 'is no data URL of a picture'),
        ('https://example.org/a.png', 'is no data URL of a picture'),
        ('{"data": 1}', 'is no data URL of a picture'),
        ('{', 'is no data URL of a picture'),
        ({'type': 'image', 'media_type': 'image/png', 'data': 'PHN2Zz48L3N2Zz4='}, 'is no PNG'),
        (5, 'is no data URL of a picture'),
    ],
)
def test_what_is_no_picture_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_image(value)


def test_a_picture_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, 'LARGEST', 20)
    with pytest.raises(ValueError, match='is larger than'):
        image_from(PNG)
    with pytest.raises(ValueError, match='is larger than'):
        read_image('A' * 2000)


def test_in_a_text_words_stand_for_a_picture() -> None:
    told = {'all': [PICTURE.model_dump(), 'x'], 'one': {**PICTURE.model_dump(), 'name': ''}}
    assert without_images(told) == {'all': ['(image dot.png)', 'x'], 'one': '(image)'}
    assert is_image(PICTURE.model_dump())
    assert not is_image({'type': 'image', 'source': 'x'})


def test_pictures_are_found_in_data_and_what_only_looks_like_one_is_none() -> None:
    url = image_from(PNG, name='cat.png').named_url
    data = {'fields': [{'default': url}, {'default': 'data:image/png;base64,bad'}], 'note': 'data:image/ is no picture'}
    found = with_images(data)
    assert [image.name for image in images_in(found)] == ['cat.png']
    assert found['note'] == data['note']
    assert list(images_in({'type': 'image', 'media_type': 'image/png', 'data': 'bad'})) == []
