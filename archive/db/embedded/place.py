# SPDX-License-Identifier: BSD-3-Clause
"""Where the embedded PostgreSQL lies and as whom it runs.

PostgreSQL refuses to run as root. An ordinary user has it below the archive's home; root has it
below ``/var/lib/archive/<instance>``, run by an unprivileged account, because the home may lie
where that account cannot go. No folder that was there before changes its owner or permissions.
"""

import grp
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from archive.config import kept_secret
from archive.errors import ConfigError

__all__ = ["Account", "Place", "find_place", "prepare"]

SYSTEM_ROOT = Path("/var/lib/archive")
ACCOUNT = "archive"


@dataclass(frozen=True)
class Account:
    """The unprivileged user that runs the server in root's stead."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """Folders of one embedded PostgreSQL.

    Parameters
    ----------
    home
        The archive's home; holds the password, the port and the lock.
    folder
        Holds the data and, for root, the copied programs.
    is_of_root
        Whether privileges must be dropped.
    """

    home: Path
    folder: Path
    is_of_root: bool

    @property
    def data(self) -> Path:
        """The data folder of the server."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The log of the server."""
        return self.data / "server.log"


def find_place(home: Path, pg_home: Path | None) -> Place:
    """Tell where the server of this home lies, whether it exists or not.

    Raises
    ------
    ConfigError
        The home is another user's.
    """
    is_root = os.geteuid() == 0
    own = home / "pg"
    if is_root and pg_home is None and (own / "data").exists():
        owner = _name_of((own / "data").stat().st_uid)
        raise ConfigError(f"The archive in {home} belongs to {owner}: run it as {owner}, not as root.")
    if not is_root and home.exists() and not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        owner = _name_of(home.stat().st_uid)
        raise ConfigError(f"The archive in {home} belongs to {owner}: run it as {owner}, or set ARCHIVE_HOME.")
    if pg_home is not None:
        return Place(home, pg_home, is_root)
    if not is_root:
        return Place(home, own, is_of_root=False)
    # Two clones never share a database, and a fresh clone starts with a fresh one.
    return Place(home, SYSTEM_ROOT / kept_secret(home / "instance", length=8), is_of_root=True)


def prepare(place: Place) -> Account | None:
    """Make the folder; give the account that shall run the server, None for whoever calls.

    Raises
    ------
    ConfigError
        The folder cannot be made.
    """
    try:
        if not place.is_of_root:
            place.folder.mkdir(parents=True, exist_ok=True)
            return None
        for folder in (*reversed(place.folder.parents), place.folder):
            if not folder.exists():
                folder.mkdir()
                folder.chmod(0o755)
    except OSError as exc:
        raise ConfigError(
            f"{place.folder} cannot be made ({exc.strerror}); set ARCHIVE_PG_HOME to a folder for the database."
        ) from exc
    return _unprivileged_account()


def _unprivileged_account() -> Account:
    for name in (ACCOUNT, "postgres", "nobody"):
        found = _account(name)
        if found is None and name == ACCOUNT:
            _add_system_user()
            found = _account(name)
        if found is not None and found.uid != 0:
            return found
    raise ConfigError(
        "PostgreSQL does not run as root, and no unprivileged user could be made; "
        f"add a system user named {ACCOUNT}, or set ARCHIVE_DATABASE_URL."
    )


def _account(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)


def _add_system_user() -> None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return
    group = ["--gid", ACCOUNT] if ACCOUNT in (entry.gr_name for entry in grp.getgrall()) else ["--user-group"]
    subprocess.run(  # noqa: S603 -- fixed words
        [
            program,
            "--system",
            *group,
            "--no-create-home",
            "--home-dir",
            str(SYSTEM_ROOT),
            "--shell",
            "/usr/sbin/nologin",
            ACCOUNT,
        ],
        check=False,
        capture_output=True,
    )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
