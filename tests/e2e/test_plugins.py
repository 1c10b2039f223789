"""Packages of others add to the app, and a broken one stops nothing."""

import os
from pathlib import Path

import httpx

from tests.e2e.app_process import PLUGIN, AppProcess


def test_a_plugin_adds_node_types_and_a_broken_one_is_named_and_stops_nothing(tmp_path: Path) -> None:
    info = tmp_path / 'plugins' / 'broken_plugin-1.0.dist-info'
    info.mkdir(parents=True)
    (info / 'METADATA').write_text('Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1.0\n')
    (info / 'entry_points.txt').write_text('[agent_orchestrator]\nbroken = no_such_module:register\n')
    app = AppProcess(tmp_path / 'data', env={'PYTHONPATH': os.pathsep.join([str(PLUGIN), str(info.parent)])})
    try:
        app.start()
        marks = tmp_path / 'marks'
        workflow = app.import_workflow(
            f"""
            agent_orchestrator: 1
            name: Counted
            nodes:
              start: {{type: input}}
              count: {{type: count, config: {{file: '{marks}'}}}}
              result: {{type: output}}
            edges: [start -> count, count -> result]
            """
        )
        assert app.wait_for_end(app.execute(workflow)) == 'succeeded'
        assert marks.read_text().startswith('count ')
        page = httpx.get(f'{app.url}/settings/plugins', timeout=60).text
        assert 'broken' in page
        assert 'no_such_module' in page
    finally:
        app.close()
