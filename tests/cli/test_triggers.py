"""Schedules and webhooks on the command line, with and without a server."""

from pathlib import Path

from tests.cli.conftest import Cli
from tests.e2e.app_process import AppProcess


def test_a_schedule_is_added_listed_and_switched(cli: Cli, greeting: Path) -> None:
    cli('import', greeting)
    added = cli('schedule', 'Greeting', '--cron', '0 8 * * *', '--zone', 'Europe/Berlin', '--input', 'name=Ada')
    assert added.returncode == 0, added.stderr
    assert 'not published yet' in added.stderr
    listed = cli('triggers').stdout
    assert listed == added.stdout
    assert 'schedule  greeting  on  greeting  At 08:00 every day  next: ' in listed
    assert 'greeting  off' in cli('triggers', 'Greeting', '--off', 'greeting').stdout
    assert cli('triggers', 'Research brief').stdout == ''


def test_what_cannot_be_scheduled_is_explained(cli: Cli, greeting: Path) -> None:
    cli('import', greeting)
    for words, reason in (
        (('--cron', '0 8 * *', '--input', 'name=Ada'), 'five parts'),
        (('--cron', '0 8 * * *', '--zone', 'Nowhere', '--input', 'name=Ada'), 'no time zone'),
        (('--every', '60'), 'Name is required'),
        ((), 'one of the arguments --cron --every is required'),
    ):
        refused = cli('schedule', 'Greeting', *words)
        assert (refused.returncode, reason in refused.stderr) == (2, True), refused.stderr
    unknown = cli('triggers', '--on', 'nothing')
    assert (unknown.returncode, 'there are: none' in unknown.stderr) == (2, True)


def test_a_running_server_is_asked(cli: Cli, server: AppProcess, greeting: Path) -> None:
    cli('import', greeting)
    server.post('/webhooks', {'name': 'Hook', 'workflow_id': 'greeting'})
    assert cli('schedule', 'Greeting', '--every', '3600', '--input', 'name=Ada').returncode == 0
    listed = cli('triggers', '--off', 'hook').stdout.splitlines()
    assert listed[0].startswith('schedule  greeting  on  greeting  Every hour  next: ')
    assert listed[1] == 'webhook   hook  off  greeting  signature: none'
    assert not server.get('/webhooks/hook')['enabled']
    refused = cli('schedule', 'Greeting', '--every', '60')
    assert (refused.returncode, 'Name is required' in refused.stderr) == (2, True)
