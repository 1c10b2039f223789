"""Settings come from the command line, else the environment; nobody is let in by accident."""

from pathlib import Path

import pytest

from app.access.guard import Hosts
from app.access.sessions import Sessions
from app.settings import Settings, is_loopback
from core.errors import InvalidError


def test_the_command_line_goes_before_the_environment() -> None:
    environment = {'AGENT_ORCHESTRATOR_PORT': '9000', 'AGENT_ORCHESTRATOR_NATIVE': 'true', 'PORT': '1'}
    settings = Settings.of({'port': 9001, 'native': None}, environment)
    assert (settings.port, settings.native, settings.host) == (9001, True, '127.0.0.1')


def test_a_wrong_setting_is_named_as_option_and_variable() -> None:
    with pytest.raises(InvalidError, match=r'--port \(AGENT_ORCHESTRATOR_PORT\)'):
        Settings.of({}, {'AGENT_ORCHESTRATOR_PORT': 'many'})


def test_the_password_shows_nowhere() -> None:
    assert 'sesame' not in repr(Settings.of({'password': 'sesame'}, {}))


@pytest.mark.parametrize('host', ['0.0.0.0', '::', '192.168.1.20', 'lab.local', '127.0.0.1.example'])  # noqa: S104
@pytest.mark.parametrize('password', [None, ''])
def test_others_are_let_in_only_with_a_password(host: str, password: str | None) -> None:
    with pytest.raises(InvalidError, match='AGENT_ORCHESTRATOR_PASSWORD'):
        Settings.of({'host': host, 'password': password}, {}).check_access()
    Settings.of({'host': host, 'password': 'three words'}, {}).check_access()


@pytest.mark.parametrize('level', ['process', 'direct'])
def test_code_runs_without_protection_only_where_nobody_else_comes_in(level: str) -> None:
    settings = Settings.of({'password': 'three words'}, {'AGENT_ORCHESTRATOR_UNPROTECTED_CODE': level})
    settings.check_access()
    with pytest.raises(InvalidError, match='AGENT_ORCHESTRATOR_UNPROTECTED_CODE'):
        settings.model_copy(update={'host': '192.168.1.20'}).check_access()
    with pytest.raises(InvalidError, match='--unprotected-code'):
        Settings.of({'unprotected_code': 'none'}, {})


def test_a_further_name_needs_a_password_too() -> None:
    with pytest.raises(InvalidError, match=r'lab\.example'):
        Settings.of({'allowed_hosts': ['lab.example']}, {}).check_access()


@pytest.mark.parametrize('host', ['localhost', '127.0.0.1', '127.8.8.8', '::1', '[::1]'])
def test_this_machine_needs_no_password(host: str) -> None:
    assert is_loopback(host)
    Settings(host=host).check_access()


def test_beyond_loopback_addresses_are_fine_and_unknown_names_are_not() -> None:
    hosts = Hosts(Settings(host='0.0.0.0', allowed_hosts=('workshop.local',)))  # noqa: S104
    assert all(host in hosts for host in ('192.168.1.20', '10.0.0.1', '::1', 'workshop.local', 'localhost'))
    assert not any(host in hosts for host in ('evil.example', '', '1.2.3.4.evil.example'))


def test_sessions_end_with_their_time() -> None:
    clock = Stopped()
    sessions = Sessions(clock=clock, lifetime=60)
    key = sessions.open()
    clock.time = 59
    assert sessions.is_open(key)
    clock.time = 60
    assert not sessions.is_open(key)


def test_the_data_directory_is_the_users(tmp_path: Path) -> None:
    assert Settings.of({'data_dir': tmp_path}, {}).data_dir == tmp_path
    assert 'agent-orchestrator' in str(Settings().data_dir)
    assert 'site-packages' not in str(Settings().data_dir)
    home = Settings.of({}, {'AGENT_ORCHESTRATOR_DATA_DIR': '~/agents'}).data_dir
    assert home == Path.home() / 'agents'


class Stopped:
    """A clock that stands still until it is set."""

    time = 0.0

    def monotonic(self) -> float:
        return self.time
