"""The reference at /api/docs: one page made from the OpenAPI document, with nothing loaded from elsewhere."""

import json
import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Any

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --accent: #6d4aff; }
@media (prefers-color-scheme: dark) { :root { --accent: #a48bff; } }
body { font: 14px/1.55 Geist, system-ui, sans-serif; max-width: 880px; margin: 0 auto; padding: 32px 16px 96px; }
h1 { font-size: 28px; } h2 { font-size: 20px; margin-top: 40px; } h3 { font-size: 13px; margin: 16px 0 4px; }
code, pre { font: 13px/1.5 'Geist Mono', ui-monospace, monospace; }
pre { overflow: auto; padding: 12px; border: 1px solid var(--line); border-radius: 8px; }
details { border: 1px solid var(--line); border-radius: 8px; margin: 8px 0; padding: 0 16px; }
summary { cursor: pointer; padding: 8px 0; } summary b { color: var(--accent); margin-right: 8px; }
summary span { opacity: .75; margin-left: 8px; }
table { border-collapse: collapse; width: 100%; } a { color: var(--accent); }
td { border-top: 1px solid var(--line); padding: 6px 8px 6px 0; vertical-align: top; }
"""


def reference_page(document: dict[str, Any]) -> str:
    """The OpenAPI document as HTML: endpoints by tag, then the schemas they use."""
    info = document['info']
    title = escape(f'{info["title"]} API')
    operations = sorted(_operations(document), key=lambda entry: entry[2]['tags'][0])
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>',
        f'<h1>{title}</h1><p>{_prose(info["description"])}</p><p><a href="openapi.json">openapi.json</a></p>',
    ]
    for tag, group in groupby(operations, key=lambda entry: entry[2]['tags'][0]):
        parts.append(f'<h2>{escape(tag)}</h2>')
        parts.extend(_operation(method, path, operation) for path, method, operation in group)
    parts.append('<h2>Schemas</h2>')
    parts.extend(_schema(name, schema) for name, schema in document['components']['schemas'].items())
    return ''.join(parts) + '</body></html>'


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document['paths'].items():
        for method, operation in methods.items():
            yield f'/api{path}', method.upper(), operation


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    head = f'<b>{method}</b><code>{escape(path)}</code><span>{escape(operation["summary"])}</span>'
    parts = [f'<details><summary>{head}</summary><p>{_prose(operation.get("description", ""))}</p>']
    if parameters := operation.get('parameters'):
        parts.append('<h3>Parameters</h3>')
        parts.append(
            _table([(p['name'], p['in'], _named(p.get('schema', {})), p.get('description', '')) for p in parameters])
        )
    if body := operation.get('requestBody'):
        parts.append(f'<h3>Body</h3>{_content(body["content"])}')
    answers = operation['responses'].items()
    parts.append('<h3>Answers</h3>')
    parts.append(_table([(status, answer.get('description', '')) for status, answer in answers]))
    parts.extend(_content(answer['content']) for status, answer in answers if status < '3' and 'content' in answer)
    return ''.join(parts) + '</details>'


def _prose(text: str) -> str:
    return re.sub(r'`([^`]+)`', r'<code>\1</code>', escape(text))


def _content(content: dict[str, Any]) -> str:
    return ''.join(
        f'<p><code>{escape(kind)}</code> {_named(media.get("schema", {}))}</p>{_examples(media.get("schema", {}))}'
        for kind, media in content.items()
    )


def _examples(schema: dict[str, Any]) -> str:
    shown = (json.dumps(example, indent=2, ensure_ascii=False) for example in schema.get('examples', ()))
    return ''.join(f'<pre>{escape(example)}</pre>' for example in shown)


def _named(schema: dict[str, Any]) -> str:
    if '$ref' in schema:
        name = escape(schema['$ref'].rsplit('/', 1)[-1])
        return f'<a href="#{name}">{name}</a>'
    if schema.get('type') == 'array':
        return f'list of {_named(schema.get("items", {}))}'
    if 'anyOf' in schema:
        return ' or '.join(_named(option) for option in schema['anyOf'])
    return escape(str(schema.get('type', 'anything')))


def _schema(name: str, schema: dict[str, Any]) -> str:
    shown = escape(json.dumps(schema, indent=2, ensure_ascii=False))
    return f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary><pre>{shown}</pre></details>'


def _table(rows: list[tuple[str, ...]]) -> str:
    cells = (''.join(f'<td>{escape(cell)}</td>' for cell in row) for row in rows)
    return '<table>' + ''.join(f'<tr>{row}</tr>' for row in cells) + '</table>'
