"""The shape of the code: sizes, names, docstrings, and nothing of the machine it was written on."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.requirements import ROOT

SOURCES = sorted(
    path for room in ("archive", "vo", "benchmarks", "tests") for path in (ROOT / room).rglob("*.py") if path.is_file()
)
CODE = [path for path in SOURCES if path.is_relative_to(ROOT / "archive") or path.is_relative_to(ROOT / "vo")]
# A test that tells a story may be a little longer than a function of the house.
LONGEST_FUNCTION = {"archive": 50, "vo": 50, "benchmarks": 60, "tests": 60}
LONGEST_FILE = 600
EMPTY_NAMES = {"utils", "utils2", "util", "helpers", "helper", "common", "misc"}
# Spelled in parts, so that this file does not find itself.
FOREIGN = re.compile(
    "|".join(
        [
            r"(?<![\w.:/])/(?:work|root)" + "/",
            "/opt/" + "pypi",
            "//pypi" + r"\.org/simple",
            "files.python" + "hosted",
            "registry" + r"\.npmjs",
            "--extra-" + "index-url",
        ]
    )
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_file_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < LONGEST_FILE, "split it by noun"
    longest = LONGEST_FUNCTION[path.relative_to(ROOT).parts[0]]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            is_documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            begin = first.end_lineno if is_documented else node.lineno
            assert (node.end_lineno or 0) - (begin or 0) <= longest, f"{node.name} is too long"


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_module_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "a module begins with what it is for"
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    defines = any(isinstance(node, ast.ClassDef | ast.FunctionDef | ast.ImportFrom) for node in tree.body)
    if path.name != "__main__.py" and defines:
        assert "__all__" in names, "a module names its public face"


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_module_is_named_after_a_thing(path: Path) -> None:
    assert path.stem not in EMPTY_NAMES
    assert not EMPTY_NAMES & set(path.relative_to(ROOT).parts)


def test_nothing_of_this_machine_or_of_a_registry_is_written_down() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git clone")
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{name}: {match[0]}" for match in FOREIGN.finditer(text)]
    assert found == []
