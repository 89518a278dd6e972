# SPDX-License-Identifier: BSD-3-Clause
"""The demo archive: simulated files through the real ingest, programs, accounts, collections."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from archive.astro.simulator import (
    HLSP_README,
    PLANS,
    PROGRAMS,
    SimulatedFile,
    SimulatedProgram,
    exposures_of,
    simulated_files,
    written,
)
from archive.db.demo import DemoCollection, DemoProgram, DemoStore
from archive.db.session import Database
from archive.domain.holdings import QAState
from archive.domain.identity import Role
from archive.domain.ingest import IngestOutcome, Outcome
from archive.errors import ConflictError
from archive.services.accounts import AccountService
from archive.services.ingest import IngestService
from archive.services.schedule import ScheduleService

__all__ = ["DEMO_ACCOUNTS", "DemoAccount", "DemoReport", "DemoService"]

_log = structlog.get_logger(__name__)
_HLSP = "spirals"


@dataclass(frozen=True)
class DemoAccount:
    """An account of the demo; its password is in the documentation, so it protects nothing."""

    username: str
    password: str
    full_name: str
    roles: tuple[Role, ...] = ()
    propid: str = ""


@dataclass(frozen=True)
class DemoReport:
    """What `DemoService.make` did.

    Parameters
    ----------
    added, present
        Files taken in now, and those that were here already.
    refused
        What was not taken in; none, unless something of the archive is amiss.
    """

    added: int
    present: int
    refused: tuple[IngestOutcome, ...]
    accounts: tuple[DemoAccount, ...]


DEMO_ACCOUNTS = (
    DemoAccount("operator", "demo operator", "Olga Operator", roles=(Role.OPERATOR,)),
    *(
        DemoAccount(program.account, f"demo {program.account} pass", program.pi, propid=program.propid)
        for program in PROGRAMS
        if program.account
    ),
    DemoAccount("visitor", "demo visitor", "Victor Visitor"),
)


def _unseen(_: int) -> None:
    pass


class DemoService:
    """Makes the demo archive.

    Parameters
    ----------
    folder
        Where files are written for ingest, one after the other; nothing stays there.
    jobs
        Processes that write files.
    """

    def __init__(
        self,
        *,
        database: Database,
        ingest: IngestService,
        accounts: AccountService,
        schedule: ScheduleService,
        folder: Path,
        jobs: int = 1,
    ) -> None:
        self._database = database
        self._ingest = ingest
        self._accounts = accounts
        self._schedule = schedule
        self._folder = folder
        self._jobs = jobs

    def is_fitting(self) -> bool:
        """Whether this archive is empty or a demo already; a real one is not to be mixed with the demo."""
        with self._database.begin() as uow:
            store = DemoStore(uow)
            return store.is_catalogue_empty() or store.has_collection(_HLSP)

    def missing(self) -> int:
        """Tell how many files of the demo are not here yet."""
        return len(self._missing(self.files()))

    @staticmethod
    def files() -> list[SimulatedFile]:
        """List the files of the demo, those of the high-level set last."""
        return [*simulated_files(), *simulated_files(of_hlsp=True)]

    def make(self, advance: Callable[[int], object] = _unseen) -> DemoReport:
        """Make the demo archive, or what is missing of it.

        It may be stopped anywhere and run again; what is complete is left alone.

        Parameters
        ----------
        advance
            Called after each file with 1.

        Raises
        ------
        UnavailableError, StorageFullError
            The database or the file store failed; run it again.
        """
        self._make_programs()
        self._schedule.import_csv(_schedule_lines())
        files, high_level = simulated_files(), simulated_files(of_hlsp=True)
        # A collection is a mark that this archive is a demo, so it comes before the files do.
        self._make_collections(high_level)
        outcomes = []
        for outcome in self._taken_in(self._missing(self.files())):
            outcomes.append(outcome)
            advance(1)
        self._make_collections(high_level)
        self._judge(files, high_level)
        self._make_accounts()
        refused = tuple(outcome for outcome in outcomes if outcome.outcome is Outcome.REFUSED)
        added = sum(outcome.outcome is Outcome.INGESTED for outcome in outcomes)
        present = len(files) + len(high_level) - added - len(refused)
        return DemoReport(added, present, refused, DEMO_ACCOUNTS)

    def _make_programs(self) -> None:
        with self._database.begin() as uow:
            store = DemoStore(uow)
            for program in PROGRAMS:
                store.ensure_program(_program(program))

    def _missing(self, files: list[SimulatedFile]) -> list[SimulatedFile]:
        with self._database.begin() as uow:
            held = DemoStore(uow).held([file.name for file in files])
        return [file for file in files if file.name not in held]

    def _taken_in(self, files: list[SimulatedFile]) -> Iterator[IngestOutcome]:
        for path in written(files, self._folder, self._jobs):
            try:
                outcome = self._ingest.add(path)
            finally:
                path.unlink()
            if outcome.outcome is Outcome.REFUSED:
                _log.error("a demo file was refused", name=path.name, code=outcome.error_code)
            yield outcome

    def _make_collections(self, high_level: list[SimulatedFile]) -> None:
        collections = (
            DemoCollection(
                _HLSP,
                "The Discs of the Nearest Spirals",
                HLSP_README,
                is_hlsp=True,
                filenames=tuple(file.name for file in high_level),
            ),
            DemoCollection(
                "clouds",
                "A Wide View of the Magellanic Clouds",
                "All exposures of program 2016B-0101 with the Dark Energy Camera, raw and calibrated.",
                is_hlsp=False,
                propids=("2016B-0101",),
            ),
            DemoCollection(
                "north",
                "A Northern Imaging Survey",
                "Two bands at the Bok telescope (program 2016B-0407), released without any proprietary period.",
                is_hlsp=False,
                propids=("2016B-0407",),
            ),
        )
        with self._database.begin() as uow:
            store = DemoStore(uow)
            for collection in collections:
                store.ensure_collection(collection)

    def _judge(self, files: list[SimulatedFile], high_level: list[SimulatedFile]) -> None:
        """Play the curator: high-level products are blessed, calibrated ones usable, some raw ones defective."""
        calibrated = [file.name for file in files if "_v1.fits" in file.name]
        defective = [file.name for file in files if file.instrument == "andicam"][3::11]
        with self._database.begin() as uow:
            store = DemoStore(uow)
            store.judge([file.name for file in high_level], QAState.BLESSED)
            store.judge(calibrated, QAState.USABLE)
            store.judge(defective, QAState.DEFECTIVE)

    def _make_accounts(self) -> None:
        known = {user.username for user in self._accounts.users()}
        for account in DEMO_ACCOUNTS:
            if account.username not in known:
                self._make_account(account)
            if account.propid:
                self._accounts.join(account.username, account.propid, is_pi=True)

    def _make_account(self, account: DemoAccount) -> None:
        # Another process may make the demo at the same time.
        with contextlib.suppress(ConflictError):
            self._accounts.create(account.username, account.password, full_name=account.full_name, roles=account.roles)


def _program(program: SimulatedProgram) -> DemoProgram:
    return DemoProgram(
        program.propid,
        program.propid[:5],
        program.title,
        program.abstract,
        program.pi,
        program.affiliation,
        program.proprietary_months,
        program.is_metadata_private,
    )


def _schedule_lines() -> list[str]:
    slots = {
        f"{plan.telescope},{exposure.night.isoformat()},{exposure.propid},{plan.instrument}"
        for plan in PLANS.values()
        for exposure in exposures_of(plan)
    }
    return ["telescope,date,propid,instrument", *sorted(slots)]
