"""The tools that ship with the app; they take the road that plugins take."""

from core.tools.calculator import Calculator
from core.tools.current_time import CurrentTime
from core.tools.files import ListFiles, ReadFile, WriteFile
from core.tools.http_get import HttpGet, ReadPage
from core.tools.tool import Tools


def add_built_in_tools(tools: Tools) -> None:
    for tool in (Calculator(), CurrentTime(), HttpGet(), ReadPage(), ListFiles(), ReadFile(), WriteFile()):
        tools.add(tool.name, tool)
