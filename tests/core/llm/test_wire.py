"""Decoding does not depend on where the network cuts the bytes."""

from collections.abc import AsyncIterator

import pytest

from core.llm.providers.wire import DONE, MalformedStreamError, Told, json_lines, server_sent_events

EVENTS = (
    'event: a\r\ndata: {"text": "Grüße, 世界"}\r\n\r\n: comment\n\nid: 7\ndata:{"n": 2}\n\ndata: [DONE]\n\n'.encode()
)
LINES = '{"text": "Grüße, 世界"}\n\n{"n": 2}\r\n{"done": true}'.encode()


async def cut(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def sse(body: bytes, size: int = 7) -> list[Told]:
    return [told async for told in server_sent_events(cut(body, size))]


async def ndjson(body: bytes, size: int = 7) -> list[Told]:
    return [told async for told in json_lines(cut(body, size))]


@pytest.mark.parametrize('size', [1, 2, 3, 5, 8, 13, 1000])
async def test_events_come_whole_from_pieces_of_any_size(size: int) -> None:
    assert await sse(EVENTS, size) == [{'text': 'Grüße, 世界'}, {'n': 2}, DONE]


@pytest.mark.parametrize('size', [1, 2, 3, 5, 8, 13, 1000])
async def test_lines_come_whole_from_pieces_of_any_size(size: int) -> None:
    assert await ndjson(LINES, size) == [{'text': 'Grüße, 世界'}, {'n': 2}, {'done': True}]


async def test_a_body_that_was_cut_inside_a_line_ends_there() -> None:
    assert await ndjson(b'{"n": 1}\n{"n": ') == [{'n': 1}]
    assert await sse(b'data: {"n": 1}\n\ndata: {"n"') == [{'n': 1}]


@pytest.mark.parametrize('body', [b'<html>', b'{"n": 1}\nnonsense\n', b'[1]\n', b'"text"\n', b'\xff\xfe\n'])
async def test_lines_that_are_no_objects_are_malformed(body: bytes) -> None:
    with pytest.raises(MalformedStreamError):
        await ndjson(body)


@pytest.mark.parametrize('body', [b'<html>\n<body>', b'{"error": "no"}', b'data: {broken}\n\n', b'data: [1]\n\n'])
async def test_bodies_that_are_no_events_are_malformed_and_shown(body: bytes) -> None:
    with pytest.raises(MalformedStreamError, match=r'html|error|broken|1'):
        await sse(body)


async def test_a_line_without_end_is_given_up_on() -> None:
    with pytest.raises(MalformedStreamError):
        await ndjson(b'x' * 9_000_000, 1_000_000)
