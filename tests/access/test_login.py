"""A shared instance asks everybody for the password, and forgets who signed out."""

import asyncio
import time

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from app.access.login import COOKIE
from tests.access.conftest import PASSWORD
from tests.access.test_foreign_pages import SOCKET


def client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, trust_env=False, timeout=20)


def sign_in(browser: httpx.Client) -> str:
    answer = browser.post('/login', data={'password': PASSWORD})
    assert (answer.status_code, answer.headers['Location']) == (303, '/')
    return browser.cookies[COOKIE]


async def socket(url: str, cookie: str | None = None) -> ClientConnection:
    headers = {'Cookie': f'{COOKIE}={cookie}'} if cookie else {}
    return await connect(url.replace('http://', 'ws://') + SOCKET, additional_headers=headers, proxy=None)


@pytest.mark.parametrize('path', ['/', '/workflows', '/_nicegui/', '/nothing'])
def test_pages_lead_to_the_login(shared: str, path: str) -> None:
    with client(shared) as browser:
        answer = browser.get(path)
        assert (answer.status_code, answer.headers['Location']) == (303, '/login')


@pytest.mark.parametrize(
    'path', ['/api/agents', '/api', '/api/docs', '/_nicegui_ws/socket.io/?EIO=4&transport=polling']
)
def test_programs_are_told_how_to_sign_in(shared: str, path: str) -> None:
    with client(shared) as browser:
        answer = browser.get(path)
        assert answer.status_code == 401
        assert 'Bearer' in answer.json()['detail']
        assert answer.headers['WWW-Authenticate'] == 'Bearer'


@pytest.mark.parametrize(
    'path', ['/login/../api/agents', '//api/agents', '/login%2F..%2Fapi/agents', '/LOGIN', '/login/']
)
def test_no_spelling_of_an_address_gets_around_the_login(shared: str, path: str) -> None:
    with client(shared) as browser:
        request = browser.build_request('GET', shared)
        request.url = request.url.copy_with(raw_path=path.encode())
        assert browser.send(request).status_code in {303, 401, 404}


async def test_no_socket_without_a_session(shared: str) -> None:
    for cookie in (None, '', 'invented'):
        with pytest.raises(InvalidStatus):
            await socket(shared, cookie)


def test_the_right_password_opens_pages_and_api(shared: str) -> None:
    with client(shared) as browser:
        assert 'type="password"' in browser.get('/login').text
        sign_in(browser)
        assert browser.get('/').status_code == 200
        assert browser.get('/api/agents').status_code == 200


def test_the_cookie_is_for_this_site_and_for_no_script(shared: str) -> None:
    with client(shared) as browser:
        cookie = browser.post('/login', data={'password': PASSWORD}).headers['Set-Cookie'].lower()
        assert 'httponly' in cookie
        assert 'samesite=strict' in cookie


def test_a_wrong_password_is_said_so_slowly(shared: str) -> None:
    with client(shared) as browser:
        began = time.monotonic()
        answer = browser.post('/login', data={'password': 'open sesame'})
        assert answer.status_code == 401
        assert 'not right' in answer.text
        assert COOKIE not in browser.cookies
        assert time.monotonic() - began > 0.4


@pytest.mark.parametrize('body', [b'', b'password=', b'password=' + b'a' * 10_000, b'\xff\xfe', b'other=1'])
def test_no_form_but_the_right_one_signs_in(shared: str, body: bytes) -> None:
    with client(shared) as browser:
        answer = browser.post('/login', content=body, headers={'Content-Type': 'application/x-www-form-urlencoded'})
        assert answer.status_code == 401


def test_a_foreign_page_cannot_sign_a_browser_in(shared: str) -> None:
    with client(shared) as browser:
        answer = browser.post('/login', data={'password': PASSWORD}, headers={'Origin': 'http://evil.example'})
        assert answer.status_code == 403


def test_a_program_sends_the_password_with_each_request(shared: str) -> None:
    with client(shared) as program:
        bearer = {'Authorization': f'Bearer {PASSWORD}'.encode()}
        assert program.get('/api/agents', headers=bearer).status_code == 200
        assert program.get('/api/agents', headers={'Authorization': 'Bearer wrong'}).status_code == 401
        assert program.get('/api/agents', headers={'Authorization': f'Basic {PASSWORD}'.encode()}).status_code == 401
        began = time.monotonic()
        for _ in range(5):
            assert program.get('/api/agents', headers=bearer).status_code == 200
        assert time.monotonic() - began < 2


async def test_signing_out_ends_the_session_and_its_socket(shared: str) -> None:
    with client(shared) as browser:
        cookie = sign_in(browser)
        opened = await socket(shared, cookie)
        assert (await opened.recv()).startswith('0')  # type: ignore[arg-type]
        assert 'action="/logout"' in browser.get('/logout').text
        assert browser.get('/api/agents').status_code == 200  # looking at the form signs nobody out
        assert browser.post('/logout').status_code == 303
        stolen = {'Cookie': f'{COOKIE}={cookie}'}
        assert browser.get('/api/agents', headers=stolen).status_code == 401
        with pytest.raises(InvalidStatus):
            await socket(shared, cookie)
        await opened.send('40')
        await asyncio.wait_for(opened.wait_closed(), 60)


def test_a_configured_name_is_known_and_no_other(shared: str) -> None:
    with client(shared) as browser:
        assert browser.get('/login', headers={'Host': 'lab.local'}).status_code == 200
        assert browser.get('/login', headers={'Host': 'evil.example'}).status_code == 421
