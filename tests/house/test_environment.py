"""Importing does nothing: it reads no environment, opens nothing, writes nothing."""

import subprocess
import sys
from pathlib import Path

from tests.support.requirements import ROOT

IMPORT_ALL = """
import importlib, os, pkgutil, sys

class Untouchable(dict):
    def _refuse(self, name, *_):
        caller = sys._getframe(1)
        while caller and caller.f_globals.get("__name__", "").split(".")[0] in {"os", "collections"}:
            caller = caller.f_back
        module = caller.f_globals.get("__name__", "")
        if module.split(".")[0] in {"archive", "vo"}:
            raise AssertionError(f"{module} reads the environment at import")
        return dict.get(self, name, *_)
    def __getitem__(self, name):
        value = self._refuse(name)
        if value is None:
            raise KeyError(name)
        return value
    get = _refuse

os.environ = Untouchable(os.environ)
for root in ("archive", "vo"):
    package = importlib.import_module(root)
    for found in pkgutil.walk_packages(package.__path__, root + "."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
            print(found.name)
"""


def test_each_module_is_imported_with_an_empty_environment_and_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", IMPORT_ALL],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "MPLCONFIGDIR": str(tmp_path / "mpl"), "ARCHIVE_BAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(done.stdout.splitlines()) > 50
    left = {path.name for path in tmp_path.iterdir()} - {".astropy", ".cache", ".config", ".local", "mpl"}
    assert left == set()
