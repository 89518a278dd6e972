"""A small archive as it is served, web and worker, for clients that know nothing of ours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from archive.config import Config
from archive.db.footprints import FootprintStore, Outline
from archive.db.session import Database
from archive.db.tap import describe_all
from archive.domain.clock import utc_now
from archive.domain.identity import Scope
from archive.services.accounts import AccountService
from archive.services.tokens import TokenService
from tests.support.holdings import make_hdu, make_observation, make_product, make_program
from tests.support.live import served, working
from tests.support.people import PASSWORD, cheap_passwords
from vo.sky import hpx29

__all__ = ["LiveArchive", "a_live_archive"]

NEVER = datetime(2100, 1, 1, tzinfo=UTC)
COUNT = 40


@dataclass(frozen=True)
class LiveArchive:
    """Where it is, the token of a PI, its database, what its processes said, and its settings."""

    url: str
    token: str
    database: Database
    logs: tuple[Path, ...]
    settings: Mapping[str, str]


@contextmanager
def a_live_archive(database: Database, folder: Path, further: Mapping[str, str] | None = None) -> Iterator[LiveArchive]:
    """Serve 40 public files, and one whose metadata are those of a PI alone."""
    settings = {
        **(further or {}),
        "ARCHIVE_HOME": str(folder / "home"),
        "ARCHIVE_DATABASE_URL": database.url,
        "ARCHIVE_SESAME_URL": "off",
        "ARCHIVE_SECRET_KEY": "not a secret, this is a test",
        "ARCHIVE_TAP_UPLOAD_NETWORKS": "127.0.0.0/8",
    }
    Config.from_environ(settings)
    with database.begin() as uow:
        describe_all(uow)
    _fill(database)
    token = _token(database)
    logs = (folder / "web.log", folder / "worker.log")
    with served(settings, logs[0]) as url, working(settings, logs[1]):
        yield LiveArchive(url, token, database, logs, settings)


def _fill(database: Database) -> None:
    half = 0.1
    with database.begin() as uow:
        secret = make_program(uow.session, "2014B-0405", is_metadata_private=True, pi="Ada", title="Secret")
        for number in range(COUNT + 1):
            is_secret = number == COUNT
            ra, dec = 10.0 + 0.05 * number, 41.0
            corners = np.array([[ra - half, dec - half], [ra + half, dec - half], [ra + half, dec + half]])
            outline = Outline(0, 1, np.concatenate([corners, [[ra - half, dec + half]]]))
            observation = make_observation(uow.session, f"ct4m.{number}")
            product = make_product(
                uow.session,
                f"{'s' if is_secret else 'p'}{number:015}",
                observation_id=observation.id,
                program_id=secret.id if is_secret else None,
                metadata_release=NEVER if is_secret else datetime(2020, 1, 1, tzinfo=UTC),
                dataproduct_type="image",
                target=f"M{number}",
                ra=ra,
                dec=dec,
                hpx29=int(hpx29(ra, dec)[0]),
                footprint_set_id=FootprintStore(uow).add_set([outline]),
                s_region=outline.s_region,
                s_fov=0.28,
                t_min=57000.0 + number,
                t_max=57000.01 + number,
                exptime=30.0,
                em_min=4e-7,
                em_max=5.5e-7,
                filter="g",
                file_size=1000 + number,
            )
            make_hdu(uow.session, product, EXTNAME="S1")


def _token(database: Database) -> str:
    accounts = AccountService(database=database, clock=utc_now, passwords=cheap_passwords())
    accounts.create("ada", PASSWORD)
    accounts.join("ada", "2014B-0405", is_pi=True)
    ada = accounts.caller_of_session(accounts.sign_in("ada", PASSWORD, "127.0.0.1"), "127.0.0.1")
    assert ada is not None
    return TokenService(database=database, clock=utc_now).issue(ada, "tests", list(Scope), 1).text
