"""`python tests/shipped.py WHEEL`: whether it holds all that the app needs beside its Python, and nothing of tests."""

import sys
from fnmatch import filter as matching
from zipfile import ZipFile

NEEDED = (
    'pages/theme/vendor/vue-flow/core.js',
    'pages/theme/vendor/vue-flow/core.css',
    'pages/theme/vendor/vue-flow/node-resizer.js',
    'pages/theme/vendor/geist/files/*.woff2',
    'pages/theme/vendor/geist-mono/files/*.woff2',
    'pages/canvas/js/index.js',
    'pages/theme/*.css',
    'core/samples/*.yaml',
    'core/samples/templates/*.yaml',
    'storage/migrations/versions/*.py',
)
UNWANTED = ('tests/*', 'bench/*', '*/node_modules/*')


def main(path: str) -> int:
    with ZipFile(path) as wheel:
        names = wheel.namelist()
    faults = [f'{pattern} is missing' for pattern in NEEDED if not matching(names, pattern)]
    faults += [f'{name} is in it' for pattern in UNWANTED for name in matching(names, pattern)]
    sys.stderr.writelines(f'{path}: {fault}\n' for fault in faults)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
