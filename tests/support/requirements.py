"""What some tests need beyond Python; absent, they skip by name, or fail where ARCHIVE_REQUIRE names it."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def missing(kind: str, what: str) -> None:
    """Skip the test, or fail it where `kind` (shared, apt, browser) is required."""
    if kind in os.environ.get("ARCHIVE_REQUIRE", "").split(","):  # noqa: TID251
        pytest.fail(f"{what} is required here (ARCHIVE_REQUIRE={kind}) and absent")
    pytest.skip(f"{what} is absent")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of shared real data."""
    folder = Path(os.environ.get("ARCHIVE_SHARED", ROOT.parent / "shared"))  # noqa: TID251
    if not (folder / "data").is_dir():
        missing("shared", f"the shared data folder ({folder})")
    return folder


def program(name: str, kind: str = "apt") -> str:
    """Give the path of a program that a distribution's package brings."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/lib/postgresql/15/bin")
    if path is None:
        missing(kind, name)
    assert path is not None
    return path
