# SPDX-License-Identifier: BSD-3-Clause
"""Puts the folders that lie at the top level into the wheel, inside the package ``archive``."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ASSETS = ("templates", "static", "migrations")


class BuildWithAssets(build_py):
    """Copy the assets beside the modules; an editable install finds them where they are."""

    def run(self) -> None:
        """Build as always, then copy."""
        super().run()
        if not self.editable_mode:
            for name in ASSETS:
                target = Path(self.build_lib) / "archive" / name
                shutil.copytree(name, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


setup(cmdclass={"build_py": BuildWithAssets})
