"""The independent checker of the shared tools, run in this process: starting Python anew took most of the time."""

import contextlib
import importlib.util
import io
import sys
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType


@dataclass(frozen=True)
class Answer:
    returncode: int
    stdout: str


@cache
def _tool(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    was, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = was
    return module


def run_checker(path: Path, *arguments: str) -> Answer:
    """What `python imip_check.py ARGUMENTS` prints and its exit code."""
    said, argv = io.StringIO(), sys.argv
    sys.argv = [str(path), *arguments]
    try:
        with contextlib.redirect_stdout(said), warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # the tool leaves closing its files to Python
            code = _tool(path).main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        sys.argv = argv
    return Answer(code, said.getvalue())
