"""What the documentation shows is true, and what there is is documented."""

import ast
import json
import re
import shlex
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, cast, get_args, get_type_hints

import pytest
from pydantic import BaseModel

from app import exit_codes
from app.api.api import create_api
from app.cli import _parser
from app.lifespan import built_in_and_plugins
from app.settings import PREFIX, Settings
from core.agents.agent import Agent
from core.drafts.naming import outputs_of
from core.nodes.node_type import NodeType, Widget
from core.orchestrator import Orchestrator
from core.plugins import Extensions
from core.teams.rehearsal import rehearse
from core.teams.team import Team
from core.workflows.document import read_document
from core.workflows.filters import FILTERS
from core.workflows.graph import Node, Retry
from core.workflows.validation import validate_graph
from pages.builder.shortcuts import shown
from pages.canvas.actions import ACTIONS, BY_HAND
from tests.conftest import MakeWorkflow, RunToEnd
from tests.e2e.app_process import ROOT

PAGES = [ROOT / 'README.md', ROOT / 'CONTRIBUTING.md', *sorted((ROOT / 'docs').rglob('*.md'))]


def examples(language: str) -> Iterator[Any]:
    for page in PAGES:
        blocks = re.findall(rf'```{language}\n(.*?)```', page.read_text(encoding='utf-8'), re.DOTALL)
        for number, block in enumerate(blocks, 1):
            yield pytest.param(block, id=f'{page.name}-{number}')


def shell_lines(program: str) -> Iterator[Any]:
    for example in examples('sh'):
        for line in example.values[0].replace('\\\n', ' ').splitlines():
            words = shlex.split(line, comments=True)
            if program in words:
                yield pytest.param(words[words.index(program) + 1 :], id=line[:60])


def reference(name: str) -> str:
    return (ROOT / 'docs' / 'reference' / name).read_text(encoding='utf-8')


@lru_cache(maxsize=1)
def endpoints() -> dict[str, dict[str, Any]]:
    """The operations by path and method."""
    paths: dict[str, dict[str, Any]] = create_api(cast('Orchestrator', None)).openapi()['paths']
    return paths


@pytest.mark.parametrize('text', list(examples('yaml')))
def test_workflow_examples_can_run(text: str) -> None:
    document = read_document(text)
    agents = {agent.id for agent in document.agents}
    teams = {team.id for team in document.teams}
    workflows = {workflow.id for workflow in document.workflows}
    node_types = built_in_and_plugins().node_types
    for graph in document.graphs:
        assert validate_graph(graph, node_types, agents=agents, teams=teams, workflows=workflows) == []


@pytest.mark.parametrize('text', list(examples('json')))
def test_json_examples_are_json(text: str) -> None:
    json.loads(text)


@pytest.mark.parametrize('words', list(shell_lines('agent-orchestrator')))
def test_command_examples_are_understood(words: list[str]) -> None:
    if words[:1] != ['[COMMAND]']:
        _parser().parse_args(words)


@pytest.mark.parametrize('page', ['README.md', 'docs/quickstart.md'])
def test_a_bare_command_comes_after_what_lets_the_shell_find_it(page: str) -> None:
    text = (ROOT / page).read_text(encoding='utf-8')
    first = re.search(r'^(agent-orchestrator|python|pytest) .*$', text, re.MULTILINE)
    assert first is not None
    assert '. .venv/bin/activate' in text[: first.start()]


def test_contributors_need_no_activated_environment() -> None:
    lines = [line for example in examples('sh') for line in example.values[0].splitlines() if 'CONTRIB' in example.id]
    assert all(line.startswith(('.venv/bin/', 'python3 -m venv')) for line in lines), lines


@pytest.mark.parametrize('words', list(shell_lines('curl')))
def test_curl_examples_name_endpoints_that_exist(words: list[str]) -> None:
    address = next(word for word in words if word.startswith('http'))
    method = words[words.index('-X') + 1] if '-X' in words else 'GET'
    path = re.sub(r'^https?://[^/]+/api', '', address)
    patterns = {
        re.sub(r'\{[^}]*\}', '[^/]+', known) for known, methods in endpoints().items() if method.lower() in methods
    }
    assert any(re.fullmatch(pattern, path) for pattern in patterns), f'{method} {path}'


@pytest.mark.parametrize('text', list(examples('python')))
def test_python_examples_parse(text: str) -> None:
    ast.parse(text)


def test_plugin_example_adds_a_node_type() -> None:
    extensions = Extensions()
    example_with('def register')['register'](extensions)
    assert extensions.node_types.get('shout').title == 'Shout'


async def test_example_of_a_node_type_with_a_body_runs(
    extensions: Extensions, make_workflow: MakeWorkflow, run_to_end: RunToEnd, orchestrator: Orchestrator
) -> None:
    extensions.node_types.add('times', example_with('class TimesNode')['TimesNode']())
    workflow = await make_workflow("""
        nodes:
          ask: {type: input}
          count: {type: times}
          say: {type: template, parent: count, config: {text: '{{ number }}'}}
          out: {type: output}
        edges: [ask -> count, count -> out]
    """)
    run = await run_to_end(workflow.id)
    assert (await orchestrator.state(run.id)).output == {'out': '1 2 3'}


def test_example_of_a_strategy_plays() -> None:
    extensions = Extensions()
    example_with('class Backwards')['register'](extensions)
    team = Team(name='T', members=('ann', 'bob'), strategy='backwards')
    agents = {name: Agent(id=name, name=name) for name in ('ann', 'bob')}
    rehearsal = rehearse(team, agents=agents, strategies=extensions.strategies)
    assert [[seat.name for seat in beat] for beat in rehearsal.beats] == [['bob'], ['ann']]


def example_with(words: str) -> dict[str, Any]:
    """What the example that holds these words defines."""
    text = next(e.values[0] for e in examples('python') if words in e.values[0])
    names: dict[str, Any] = {'__name__': 'example'}
    exec(compile(text, 'an example', 'exec'), names)  # noqa: S102 - our own page
    return names


def test_links_lead_to_files_and_headings() -> None:
    for page in PAGES:
        for target in re.findall(r'\]\(([^)]+)\)', page.read_text(encoding='utf-8')):
            if target.startswith(('http://', 'https://')):
                continue
            file, _, heading = target.partition('#')
            linked = (page.parent / file).resolve() if file else page
            assert linked.exists(), f'{page.name} links to {target}'
            if heading:
                assert heading in headings(linked), f'{page.name} links to {target}'


def headings(page: Path) -> set[str]:
    titles = re.findall(r'^#+ (.*)$', page.read_text(encoding='utf-8'), re.MULTILINE)
    return {re.sub(r'[^\w -]', '', title).strip().lower().replace(' ', '-') for title in titles}


def test_every_node_type_and_setting_is_documented() -> None:
    page = reference('node-types.md')
    sections = {part.split('\n', 1)[0].strip(): part for part in re.split(r'^## ', page, flags=re.MULTILINE)[1:]}
    for node_type in built_in_types():
        section = sections[node_type.name]
        for setting in setting_names(node_type.Config):
            assert f'`{setting}`' in section, f'{node_type.name}: {setting}'
    common = sections['What every node has']
    for field in {*Node.model_fields, *Retry.model_fields} - {'id'}:
        assert field in common, field


def built_in_types() -> list[NodeType[Any]]:
    types = built_in_and_plugins().node_types
    return [kind for kind in types if kind.offered and type(kind).__module__.startswith('core.')]


def setting_names(config: type[BaseModel], prefix: str = '') -> Iterator[str]:
    for name, field in config.model_fields.items():
        yield prefix + name
        for inner in getattr(field.annotation, '__args__', ()):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from setting_names(inner, f'{prefix}{name}.')


def test_every_field_of_a_result_is_documented() -> None:
    page = reference('node-types.md')
    sections = {part.split('\n', 1)[0].strip(): part for part in re.split(r'^## ', page, flags=re.MULTILINE)[1:]}
    for node_type in built_in_types():
        result = sections[node_type.name].partition('Result')[2]
        for output in outputs_of(Node(id='a', type=node_type.name), built_in_and_plugins().node_types):
            assert f'`{output.name}`' in result, f'{node_type.name}: {output.name}'


def test_every_filter_of_templates_is_documented() -> None:
    page = (ROOT / 'docs' / 'how-to' / 'write-a-workflow.md').read_text(encoding='utf-8')
    listed = re.search(r'Filters: `([^`]*)`', page)
    assert listed
    assert set(listed[1].split()) == FILTERS.keys() - {'d'}


def test_every_widget_and_marker_is_documented() -> None:
    page = (ROOT / 'docs' / 'how-to' / 'write-a-node-type.md').read_text(encoding='utf-8')
    for kind in get_args(get_type_hints(Widget)['kind']):
        shorthand = {
            'long_text': 'LongText',
            'agent': 'AgentId',
            'team': 'TeamId',
            'tool': 'ToolKey',
            'workflow': 'WorkflowId',
            'json_schema': 'JsonSchema',
        }.get(kind)
        assert f'`{shorthand}`' in page if shorthand else f"kind='{kind}'" in page, kind


def test_every_command_option_variable_and_exit_code_is_documented() -> None:
    page = reference('command-line.md')
    parser = _parser()
    commands = next(action.choices for action in parser._actions if action.dest == 'command')
    assert commands
    for name, command in {'': parser, **dict(commands)}.items():
        assert not name or f'## {name}' in page
        for action in command._actions:
            for option in action.option_strings:
                assert option in page or option in {'-h', '--help'}, f'{name} {option}'
    for field in Settings.model_fields:
        assert PREFIX + field.upper() in page, field
    codes = [value for name, value in vars(exit_codes).items() if name.isupper() and isinstance(value, int)]
    for code in codes:
        assert f'| {code} |' in page, code


def test_every_key_of_the_canvas_is_documented() -> None:
    page = (ROOT / 'docs' / 'how-to' / 'build-on-the-canvas.md').read_text()
    for action in ACTIONS:
        keys = ' or '.join(f'`{shown(keys)}`' for keys in action.keys)
        assert f'| {action.title} | {keys} |' in page, action.name
    for what, how in BY_HAND:
        assert f'| {what} | {how} |' in page, what


def test_every_endpoint_is_documented() -> None:
    page = reference('rest-api.md')
    for path, methods in endpoints().items():
        for method in methods:
            assert f'| `{method.upper()} /api{path}` |' in page, f'{method} {path}'


def test_ci_runs_the_test_command_of_the_readme() -> None:
    lines = [line for line in (ROOT / 'README.md').read_text(encoding='utf-8').splitlines() if '-m pytest' in line]
    assert len(lines) == 1, 'the command that .ci/run takes from README.md'
    assert lines[0].startswith('python3 -m venv .venv && ')


def test_constraints_pin_every_dependency_and_name_no_address() -> None:
    text = (ROOT / 'constraints.txt').read_text(encoding='utf-8')
    pinned = {line.split('==')[0].lower() for line in text.splitlines() if '==' in line}
    project = (ROOT / 'pyproject.toml').read_text(encoding='utf-8')
    wanted = re.findall(r'^    "([A-Za-z0-9-]+)[^"]*[",;]', project.split('[tool.')[0], re.MULTILINE)
    assert {name.lower() for name in wanted} <= pinned
    assert '://' not in text
