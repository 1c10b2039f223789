"""The bench runs; what it measures is nobody's business here."""

from pathlib import Path

from bench import code, inside, looking, maps, outside, yardstick
from bench.figures import Figure, table


async def test_costs_of_nodes_are_measured(tmp_path: Path) -> None:
    figures = await inside.node_cost(tmp_path, sizes=(3,), repeat=1)
    assert [figure.unit for figure in figures] == ['ms'] * 4
    assert all(min(figure.values) > 0 for figure in figures)


async def test_costs_of_runs_are_measured(tmp_path: Path) -> None:
    figures = await inside.run_cost(tmp_path, runs=1, repeat=2)
    assert [len(figure.values) for figure in figures] == [2, 2]


async def test_many_runs_and_parallel_calls_are_measured(tmp_path: Path) -> None:
    runs = await inside.many_runs(tmp_path, at_once=2, rounds=1, repeat=1, seconds=0.02)
    calls = await inside.parallel_calls(tmp_path, calls=3, repeat=1, seconds=0.02)
    assert [figure.unit for figure in [*runs, *calls]] == ['runs/s', 'runs/s', 'ms']


def test_the_machine_is_measured_with_them(tmp_path: Path) -> None:
    once = yardstick.yardsticks(tmp_path, repeat=1)
    [loop, commit] = yardstick.together(once, once)
    assert (len(loop.values), len(commit.values)) == (2, 2)
    assert min(loop.values) > 0 < min(commit.values)


def test_costs_of_items_are_measured(tmp_path: Path) -> None:
    figures = maps.map_cost(tmp_path, few=2, many=4, repeat=1)
    assert [figure.unit for figure in figures] == ['ms', 'MB']


async def test_looks_at_a_large_run_are_measured(tmp_path: Path) -> None:
    figures = await looking.looks(tmp_path, items=3, viewers=2, repeat=1)
    assert [figure.unit for figure in figures] == ['ms', 'ms', 's', 's', 'ms']
    assert all(min(figure.values) > 0 for figure in figures[:4])


async def test_cold_starts_of_code_are_measured() -> None:
    figures = await code.cold_starts(runs=1)
    assert {'cold start of code, light', 'cold start of code, process'} <= {figure.what for figure in figures}


def test_starts_and_memory_are_measured(tmp_path: Path) -> None:
    figures = outside.start_and_memory(tmp_path, repeat=1, idle=0.0)
    assert [figure.unit for figure in figures] == ['s', 's', 'MB']


def test_the_table_says_which_targets_are_met() -> None:
    figures = [
        Figure(what='quick', unit='ms', values=[1, 2, 9], limit=3),
        Figure(what='slow', unit='ms', values=[1, 4, 9], limit=3),
        Figure(what='many', unit='runs/s', values=[50], limit=40, more_is_better=True),
    ]
    lines = table(figures).splitlines()
    assert lines[2] == '| quick | 1 | 2 | 9 | ms | under 3 ms | yes |'
    assert '**no**' in lines[3]
    assert 'over 40 runs/s | yes' in lines[4]
