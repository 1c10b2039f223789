"""Where code runs on this machine: which levels hold, what each stops and what not, and how to get the others."""

from collections.abc import Iterable

from nicegui import ui

from core.orchestrator import Orchestrator
from core.sandbox.sandbox import Language
from core.sandbox.sandboxes import LevelReport
from pages.components.buttons import busy, button
from pages.components.layout import badge, box, icon, notice, pairs, panel, row, section, stack, words

LANGUAGES: dict[Language, str] = {'light': 'light Python', 'full': 'full Python'}


class SandboxLevels:
    """The levels on one page; testing them takes a second or two, so the page does not wait for it."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._sandboxes = orchestrator.sandboxes

    def draw(self) -> None:
        note = (
            'Code nodes never run in the app itself. Light and full Python each run in the strongest level that holds '
            'on this machine; a level is tested by code that tries to get out before it is used.'
        )
        with section('Sandbox', note) as actions:
            with actions:
                self._again = button('Test again', self._test_again, icon='refresh')
            self._levels = stack('ao-gap-4')
        with self._levels:
            words('Testing what this machine gives …', 'ao-faint ao-small').mark('testing')
        ui.timer(0, self._test, once=True)

    async def _test_again(self) -> None:
        self._sandboxes.forget()
        await self._test()

    async def _test(self) -> None:
        with busy(self._again):
            reports = await self._sandboxes.reports()
        if self._levels.is_deleted:
            return
        self._levels.clear()
        with self._levels:
            _draw_summary(reports)
            with panel('ao-panel--tight'):
                for report in reports:
                    _draw_level(report)


def _draw_summary(reports: Iterable[LevelReport]) -> None:
    used = {report.language: report for report in reports if report.used}
    for language, name in LANGUAGES.items():
        report = used.get(language)
        if report is None:
            notice(f'No level for {name} works here, so steps with {name} are refused.', 'warning')
        elif not report.protects:
            notice(f'{name.capitalize()} runs without protection ({report.title}), as this app was started.', 'bad')


def _draw_level(report: LevelReport) -> None:
    with box('ao-connection'):
        with row('ao-gap-3 ao-wrap'):
            with box('ao-chip-icon'):
                icon(_symbol(report))
            with stack('ao-grow').style('gap: 0; flex-basis: 200px'):
                words(report.title, 'ao-strong')
                words(f'{report.name} · {LANGUAGES[report.language]}', 'ao-faint ao-tiny')
            badge(_state(report), icon_name='check' if report.used else '')
        facts = {'Stops': report.stops, 'Does not stop': report.does_not_stop}
        if report.problem:
            facts = {'Missing': report.problem, 'To mend it': report.remedy} | facts
        pairs({name: text for name, text in facts.items() if text})


def _symbol(report: LevelReport) -> str:
    return 'shield' if report.protects else 'gpp_bad'


def _state(report: LevelReport) -> str:
    if report.used:
        return f'used for {LANGUAGES[report.language]}'
    if not report.allowed:
        return 'not allowed'
    return 'works' if report.works else 'missing'
