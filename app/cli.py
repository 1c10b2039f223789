"""The command line: what there is to say, and which command answers."""

import argparse
import logging
import os
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import event_loop, garbage
from app.exit_codes import CANCELLED, EXPLAINED, FAILED, INVALID, STORAGE
from core.errors import OrchestratorError, StorageError

if TYPE_CHECKING:
    from app.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns the process's exit code; every foreseeable error is one sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        with garbage.nobody_looks():
            from app.settings import Settings  # noqa: PLC0415 - brings pydantic

            settings = Settings.of(vars(options), os.environ)
            logging.basicConfig(
                level=settings.log_level.upper(), stream=sys.stderr, format='%(levelname)s %(name)s: %(message)s'
            )
            command = _command(options, settings)
        code = event_loop.run(command)
        sys.stdout.flush()
        return code
    except StorageError as error:
        return _fail(str(error), STORAGE)
    except OrchestratorError as error:
        return _fail(str(error), INVALID)
    except KeyboardInterrupt:
        return CANCELLED
    except BrokenPipeError:  # whoever read our output has seen enough; Python would complain once more at its exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _command(options: argparse.Namespace, settings: 'Settings') -> Coroutine[Any, Any, int]:
    # Each command is imported when it is asked for: only serving needs NiceGUI, only a terminal rich.
    match options.command:
        case 'run':
            from app.commands.run import run  # noqa: PLC0415

            return run(options, settings)
        case 'import':
            from app.commands.documents import import_files  # noqa: PLC0415

            return import_files(options.files, settings)
        case 'export':
            from app.commands.documents import export_workflow  # noqa: PLC0415

            return export_workflow(options.name, options.output, settings)
        case 'triggers':
            from app.commands.triggers import triggers  # noqa: PLC0415

            return triggers(options, settings)
        case 'schedule':
            from app.commands.triggers import add_schedule  # noqa: PLC0415

            return add_schedule(options, settings)
        case 'doctor':
            from app.commands.doctor import doctor  # noqa: PLC0415

            return doctor(settings)
        case _:
            from app.server import serve  # noqa: PLC0415

            return serve(settings)


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f'{message}\n')
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='agent-orchestrator',
        description='Define AI agents, wire them into workflows, run them, and watch every run live. '
        'Without a command it serves the pages and opens them.',
        epilog=f'{EXPLAINED}\n\nEvery option is also a variable, for example AGENT_ORCHESTRATOR_PORT.',
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_common(parser, default=None)
    _add_serving(parser)
    commands = parser.add_subparsers(dest='command', metavar='COMMAND', title='commands')
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    _add_common(common, default=argparse.SUPPRESS)  # before or after the command, as people type it
    _add_run(commands, common)
    importing = commands.add_parser('import', parents=[common], help='add workflows from files; this runs nothing')
    importing.add_argument('files', nargs='+', type=Path, metavar='FILE', help='workflow files; - reads stdin')
    exporting = commands.add_parser('export', parents=[common], help='write a workflow as YAML, without secrets')
    exporting.add_argument('name', metavar='NAME', help="the workflow's name or id")
    exporting.add_argument('-o', '--output', type=Path, metavar='FILE', help='where to write; without it: stdout')
    _add_triggers(commands, common)
    commands.add_parser('doctor', parents=[common], help='what works here, what does not, and how to mend it')
    return parser


def _add_common(parser: argparse.ArgumentParser, *, default: str | None) -> None:
    parser.add_argument('--data-dir', type=Path, default=default, metavar='DIR', help='where everything is kept')
    parser.add_argument('--password', default=default, metavar='WORDS', help='better: AGENT_ORCHESTRATOR_PASSWORD')
    parser.add_argument(
        '--sandbox-image', default=default, metavar='IMAGE', help='the image in which Podman or Docker runs code'
    )
    parser.add_argument(
        '--unprotected-code',
        choices=['process', 'direct'],
        default=default,
        help='run full Python even where there is no sandbox; for code that you trust with everything',
    )
    parser.add_argument('--log-level', choices=['debug', 'info', 'warning', 'error'], default=default)


def _add_serving(parser: argparse.ArgumentParser) -> None:
    serving = parser.add_argument_group('serving')
    serving.add_argument('--host', metavar='ADDRESS', help='address to listen on; beyond this machine with a password')
    serving.add_argument('--port', type=int, metavar='N', help='port to listen on; without it 8080 or the next free')
    serving.add_argument(
        '--allowed-host', dest='allowed_hosts', action='append', metavar='NAME', help='a further name of this machine'
    )
    serving.add_argument('--native', action='store_true', default=None, help='open a window instead of the browser')
    serving.add_argument('--no-browser', dest='open_browser', action='store_false', default=None, help='open nothing')


def _add_run(commands: 'argparse._SubParsersAction[argparse.ArgumentParser]', common: argparse.ArgumentParser) -> None:
    running = commands.add_parser(
        'run',
        parents=[common],
        help='run a workflow or a team here, with live progress',
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    running.add_argument(
        'what', metavar='FILE|NAME|team:NAME', help='a workflow file, or the name or id of a workflow or a team'
    )
    _add_input(running)
    running.add_argument('--until', metavar='NODE', help='run only this node and what is upstream of it')
    running.add_argument('--model', metavar='CONNECTION/MODEL', help='for agents without a model of their own')
    running.add_argument('--approve-all', action='store_true', help='approve whatever waits for a person')
    printed = running.add_mutually_exclusive_group()
    printed.add_argument('--json', action='store_true', help='print one JSON document at the end')
    printed.add_argument('--json-lines', action='store_true', help='print each event as a line of JSON')


def _add_triggers(
    commands: 'argparse._SubParsersAction[argparse.ArgumentParser]', common: argparse.ArgumentParser
) -> None:
    listing = commands.add_parser('triggers', parents=[common], help='list what starts workflows, switch it on or off')
    listing.add_argument('name', nargs='?', metavar='NAME', help='only those of this workflow; its name or id')
    listing.add_argument('--on', metavar='ID', help='switch this schedule or webhook on')
    listing.add_argument('--off', metavar='ID', help='switch it off')
    adding = commands.add_parser('schedule', parents=[common], help='start a workflow by itself, at times you choose')
    adding.add_argument('name', metavar='NAME', help="the workflow's name or id")
    timing = adding.add_mutually_exclusive_group(required=True)
    timing.add_argument('--cron', metavar='EXPRESSION', help='minute, hour, day of month, month, day of week')
    timing.add_argument('--every', type=int, metavar='SECONDS', help='an interval')
    adding.add_argument('--zone', default='UTC', metavar='ZONE', help='whose clocks --cron is read on: Europe/Berlin')
    adding.add_argument('--title', metavar='WORDS', help="the schedule's name; without it, that of the workflow")
    adding.add_argument(
        '--missed', choices=['skip', 'once', 'all'], default='once', help='what to do about missed times'
    )
    adding.add_argument('--overlap', choices=['skip', 'start'], default='skip', help='if the run before has not ended')
    _add_input(adding)


def _add_input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--input',
        action='append',
        default=[],
        metavar='KEY=VALUE',
        help='a value to start with; KEY=@FILE reads a file, KEY=@- stdin; may be given several times',
    )
