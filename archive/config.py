# SPDX-License-Identifier: BSD-3-Clause
"""The settings: one frozen object, read once from ``ARCHIVE_*`` variables, handed down in parts.

Every setting is in `SETTINGS` with its meaning and default; ``docs/settings.md`` shows the
same table, by test. Nothing else in the code reads the environment.
"""

import contextlib
import difflib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from archive.errors import ConfigError

__all__ = [
    "SETTINGS",
    "Config",
    "DatabaseConfig",
    "QueueConfig",
    "ResolverConfig",
    "Setting",
    "StorageConfig",
    "TapConfig",
    "WebConfig",
    "kept_secret",
]


@dataclass(frozen=True)
class Setting:
    """One ``ARCHIVE_*`` variable.

    Parameters
    ----------
    name
        The variable without its ``ARCHIVE_``, in lower case.
    default
        What holds when it is unset, in words where it is computed.
    meaning
        One sentence for the operator.
    """

    name: str
    default: str
    meaning: str

    @property
    def variable(self) -> str:
        """The name in the environment."""
        return f"ARCHIVE_{self.name.upper()}"


SETTINGS = (
    Setting("home", "var", "Folder that holds everything the archive writes."),
    Setting("database_url", "", "PostgreSQL 15 or newer, postgresql://…; empty: the embedded one."),
    Setting("store", "HOME/store", "Folder of the file store."),
    Setting("broker_url", "", "Celery broker (amqp://…, redis://…); empty: queues in the database."),
    Setting(
        "worker_processes",
        "one a core, 4 at most",
        "Background tasks done at the same time by one worker; half as many more for long queries.",
    ),
    Setting("host", "127.0.0.1", "Address the web server listens on."),
    Setting("port", "8080", "Port the web server listens on."),
    Setting("base_url", "http://HOST:PORT", "Address by which users reach the archive, for absolute links."),
    Setting("secret_key", "made and kept in HOME/secret_key", "Key that signs session cookies."),
    Setting("authority", "archive.invalid", "IVOA authority of the identifiers given out."),
    Setting("title", "Science Data Archive", "Name of the archive on its pages."),
    Setting("sesame_url", "CDS", "Address of a Sesame name resolver; 'off' asks the built-in tables only."),
    Setting("log_level", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    Setting("log_format", "text", "text for people, json for collectors."),
    Setting("web_threads", "32", "Requests served at the same time."),
    Setting(
        "client_seconds",
        "120",
        "Time for a client to take a piece of an answer, or to send on, before it is cut off.",
    ),
    Setting("secure_cookies", "no", "yes where the archive is served by https: cookies then travel by https only."),
    Setting("trusted_proxies", "0", "Number of proxies in front whose X-Forwarded-* headers are believed."),
    Setting("results", "HOME/results", "Folder of the files that belong to jobs; web and workers share it."),
    Setting(
        "tap_database_url", "", "Where queries by TAP run, by a role of its own; empty: the database, as archive_tap."
    ),
    Setting("tap_rows", "20000", "Rows of a query's answer where MAXREC is not given."),
    Setting("tap_most_rows", "50000000", "Rows of a query's answer, whatever MAXREC says."),
    Setting("tap_sync_seconds", "60", "Time until the first row of a synchronous query."),
    Setting("tap_upload_bytes", "500000000", "Size of one request by TAP with all that it uploads."),
    Setting("tap_kept_bytes", "100000000000", "Size of all files that the jobs of one account may keep."),
    Setting("tap_upload_networks", "", "Networks inside that uploads by URL may come from, such as 10.1.0.0/16,…."),
    Setting("pg_home", "HOME/pg; as root below /var/lib/archive", "Folder of the embedded PostgreSQL."),
)

# Read by the tests and benchmarks alone, and therefore no error when set.
_OUTSIDE = {"ARCHIVE_SHARED", "ARCHIVE_REQUIRE", "ARCHIVE_TEST_DATABASE_URL", "ARCHIVE_BENCH_DATABASE_URL"}
_SESAME = "https://cds.unistra.fr/cgi-bin/nph-sesame"


@dataclass(frozen=True)
class DatabaseConfig:
    """Where the catalogue lives; `url` is None for the embedded PostgreSQL below `pg_home`."""

    url: str | None
    pg_home: Path | None


@dataclass(frozen=True)
class StorageConfig:
    """Where bytes live: those of products, and those of jobs."""

    root: Path
    results: Path


@dataclass(frozen=True)
class QueueConfig:
    """Celery's broker, None for queues in the archive's own database; and how many processes a worker has."""

    broker_url: str | None
    processes: int


@dataclass(frozen=True)
class TapConfig:
    """Table access: where queries run, and what they may use.

    Parameters
    ----------
    database_url
        None for the archive's own database, as the role that may only read what is published.
    upload_networks
        That uploads by URL may come from although they are not public.
    """

    database_url: str | None
    rows: int
    most_rows: int
    sync_seconds: int
    upload_bytes: int
    kept_bytes: int
    upload_networks: tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True)
class ResolverConfig:
    """Name resolution; `sesame_url` is None when only the built-in tables are asked."""

    sesame_url: str | None


@dataclass(frozen=True)
class WebConfig:
    """The web server and its pages."""

    host: str
    port: int
    base_url: str
    secret_key: str
    title: str
    threads: int
    client_seconds: int
    secure_cookies: bool
    trusted_proxies: int

    @property
    def processes(self) -> int:
        """Of the web server."""
        return 2 if self.threads >= 4 and (os.cpu_count() or 1) > 1 else 1

    @property
    def threads_each(self) -> int:
        """Of each of its processes."""
        return -(-self.threads // self.processes)


@dataclass(frozen=True)
class Config:
    """All settings of one running archive."""

    home: Path
    authority: str
    log_level: str
    log_as_json: bool
    database: DatabaseConfig
    storage: StorageConfig
    queue: QueueConfig
    resolver: ResolverConfig
    tap: TapConfig
    web: WebConfig

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Config":
        """Read the settings.

        Raises
        ------
        ConfigError
            A variable is unknown or has a value of the wrong form.
        """
        values = _known_values(environ)
        home = Path(values.get("home", "var")).absolute()
        host = values.get("host", "127.0.0.1")
        port = _integer(values, "port", 8080, low=1, high=65535)
        sesame = values.get("sesame_url", _SESAME)
        pg_home = values.get("pg_home")
        return cls(
            home=home,
            authority=values.get("authority", "archive.invalid"),
            log_level=_choice(values, "log_level", ("INFO", "DEBUG", "WARNING", "ERROR")),
            log_as_json=_choice(values, "log_format", ("text", "json")) == "json",
            database=DatabaseConfig(
                url=values.get("database_url"), pg_home=Path(pg_home).absolute() if pg_home else None
            ),
            storage=StorageConfig(
                root=Path(values.get("store", home / "store")).absolute(),
                results=Path(values.get("results", home / "results")).absolute(),
            ),
            queue=QueueConfig(
                broker_url=values.get("broker_url"),
                processes=_integer(values, "worker_processes", min(os.cpu_count() or 1, 4), low=1, high=256),
            ),
            resolver=ResolverConfig(sesame_url=None if sesame == "off" else sesame),
            tap=_tap(values),
            web=WebConfig(
                host=host,
                port=port,
                base_url=values.get("base_url", f"http://{host}:{port}").rstrip("/"),
                secret_key=values.get("secret_key") or kept_secret(home / "secret_key"),
                title=values.get("title", "Science Data Archive"),
                threads=_integer(values, "web_threads", 32, low=1, high=512),
                client_seconds=_integer(values, "client_seconds", 120, low=1, high=86_400),
                secure_cookies=_choice(values, "secure_cookies", ("no", "yes")) == "yes",
                trusted_proxies=_integer(values, "trusted_proxies", 0, low=0, high=10),
            ),
        )


def _tap(values: Mapping[str, str]) -> TapConfig:
    most = _integer(values, "tap_most_rows", 50_000_000, low=1, high=10**12)
    return TapConfig(
        database_url=values.get("tap_database_url"),
        rows=_integer(values, "tap_rows", min(20_000, most), low=1, high=most),
        most_rows=most,
        sync_seconds=_integer(values, "tap_sync_seconds", 60, low=1, high=3600),
        upload_bytes=_integer(values, "tap_upload_bytes", 500_000_000, low=1, high=10**12),
        kept_bytes=_integer(values, "tap_kept_bytes", 100_000_000_000, low=1, high=10**15),
        upload_networks=tuple(map(_network, filter(None, values.get("tap_upload_networks", "").split(",")))),
    )


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text.strip())
    except ValueError as exc:
        raise ConfigError(f"ARCHIVE_TAP_UPLOAD_NETWORKS: {text.strip()!r} is no network such as 10.1.0.0/16") from exc


def _known_values(environ: Mapping[str, str]) -> dict[str, str]:
    known = {setting.variable: setting.name for setting in SETTINGS}
    values = {}
    for variable, value in environ.items():
        if not variable.startswith("ARCHIVE_") or variable in _OUTSIDE:
            continue
        if variable not in known:
            near = difflib.get_close_matches(variable, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ConfigError(f"{variable} is not a setting of the archive{hint}")
        if value.strip():
            values[known[variable]] = value.strip()
    return values


def _integer(values: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    text = values.get(name, str(default))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ConfigError(f"ARCHIVE_{name.upper()} must be a whole number from {low} to {high}, not {text!r}")
    return int(text)


def _choice(values: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = values.get(name, choices[0])
    if text not in choices:
        raise ConfigError(f"ARCHIVE_{name.upper()} must be one of {', '.join(choices)}, not {text!r}")
    return text


def kept_secret(path: Path, *, length: int = 48) -> str:
    """Read a secret of this installation, made at the first use and readable by its owner only.

    Parameters
    ----------
    length
        Random bytes of a new one.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(length), encoding="ascii")
        # A link appears whole or not at all, so two processes that start together agree on one secret.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="ascii")
