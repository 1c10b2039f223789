"""The tools that ship with the app; they take the road that plugins take."""

from core.tools.calculator import Calculator
from core.tools.current_time import CurrentTime
from core.tools.files import ListFiles, ReadFile, WriteFile
from core.tools.http_get import HttpGet, ReadPage
from core.tools.run_python import RunPython
from core.tools.tool import Tools


def add_built_in_tools(tools: Tools) -> None:
    for kind in (Calculator, CurrentTime, HttpGet, ReadPage, ListFiles, ReadFile, WriteFile, RunPython):
        tools.add(kind.name, kind())
