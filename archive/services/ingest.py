# SPDX-License-Identifier: BSD-3-Clause
"""Ingest: a file comes in whole, or not at all, and what became of it is always written down.

The order is: read and verify, store the bytes under their digest, write all rows in one unit of
work. Whatever stops the work in between leaves at most bytes that nothing names yet; the next try
finds them stored and goes on.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date
from functools import partial
from pathlib import Path

import structlog

from archive.astro.fits import FitsFile, examine
from archive.astro.header_draft import DraftResult, draft_product
from archive.astro.recipe import RecipeBook
from archive.db.audit import AuditStore
from archive.db.changes import ChangeLog
from archive.db.intake import HeldProduct, Intake, IntakeStore
from archive.db.programs import ProgramFacts, ProgramRule, ProgramStore
from archive.db.schedules import ScheduleStore
from archive.db.session import Database, UnitOfWork
from archive.domain.clock import Clock, utc_now
from archive.domain.holdings import data_release_of
from archive.domain.ingest import Digests, IngestCode, IngestOutcome, Outcome, Problem, ProductDraft, Submission
from archive.errors import ConflictError, StorageFullError, UnavailableError
from archive.queues import TaskQueue
from archive.queues.names import PREVIEW
from archive.storage import FileStore

__all__ = ["IngestService"]

_log = structlog.get_logger(__name__)
MOST_TRIES = 3


class IngestService:
    """Takes files in."""

    def __init__(
        self,
        *,
        database: Database,
        store: FileStore,
        queue: TaskQueue,
        recipes: RecipeBook,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._store = store
        self._queue = queue
        self._recipes = recipes
        self._clock = clock

    def add(self, path: Path) -> IngestOutcome:
        """Take a file in, or write down why not.

        Raises
        ------
        UnavailableError
            The database does not answer; nothing is lost, try again.
        StorageFullError
            The file store has no room; nothing was stored, try again.
        """
        submission = Submission(
            source_path=_text_of(os.path.realpath(path)),
            original_filename=_text_of(path.name),
            submitted=self._clock(),
        )
        try:
            digests, found = examine(path)
        except OSError as exc:
            reason = exc.strerror or str(exc)
            return self._refuse(submission, [Problem(IngestCode.NOREAD, f"The file cannot be read: {reason}")])
        submission = replace(submission, digests=digests)
        result = self._drafted(found, submission)
        for _ in range(MOST_TRIES):
            try:
                return self._decide(path, submission, digests, result)
            except ConflictError:
                # Another process took in the same bytes or the same name: look again at what is here now.
                _log.info("ingest met another at the same file", path=submission.source_path)
                self._drop_unclaimed(digests)
        raise UnavailableError(f"{submission.original_filename} changes while it is taken in. Please try again.")

    def _drafted(self, found: FitsFile, submission: Submission) -> DraftResult:
        """Read the headers as far as they go; the damage of the file comes first among the problems."""
        result = DraftResult()
        if found.is_whole:
            result = draft_product(found, submission.original_filename, self._recipes)
        result.problems[:0] = found.problems
        result.warnings[:0] = found.warnings
        return result

    def _decide(self, path: Path, submission: Submission, digests: Digests, result: DraftResult) -> IngestOutcome:
        with self._database.begin() as uow:
            intake = IntakeStore(uow)
            same = intake.find_by_digest(digests.sha256)
            if same is not None:
                return self._meet_again(uow, submission, same, result)
            if result.draft is not None and not result.problems:
                holder = intake.find_by_name(result.draft.archive_filename)
                if holder is not None and holder.sha256 is not None:
                    result.problems.append(_name_taken(holder))
        if result.problems or result.draft is None:
            return self._refuse(submission, result.problems, result)
        self._keep_bytes(path, submission, digests)
        return self._write(submission, result, result.draft, digests)

    def _meet_again(
        self, uow: UnitOfWork, submission: Submission, same: HeldProduct, result: DraftResult
    ) -> IngestOutcome:
        audit = AuditStore(uow)
        is_known = audit.was_ingested_from(submission.source_path, same.id)
        message = f"The same bytes are here already as {same.archive_filename} ({same.public_id})."
        reasons = [] if is_known else [Problem(IngestCode.DUPFITS, message)]
        outcome = _outcome(submission, Outcome.PRESENT if is_known else Outcome.REFUSED, reasons, same)
        audit.add(submission, outcome, product_id=same.id, where=_where(result))
        return outcome

    def _refuse(
        self, submission: Submission, problems: Sequence[Problem], result: DraftResult | None = None
    ) -> IngestOutcome:
        reasons = [*problems, *(result.warnings if result else [])]
        outcome = _outcome(submission, Outcome.REFUSED, reasons)
        with self._database.begin() as uow:
            AuditStore(uow).add(submission, outcome, where=_where(result))
        _log.info("refused", path=submission.source_path, code=outcome.error_code)
        return outcome

    def _keep_bytes(self, path: Path, submission: Submission, digests: Digests) -> None:
        try:
            self._store.put(path, digests.sha256)
        except StorageFullError as exc:
            self._refuse(submission, [Problem(IngestCode.NOROOM, exc.message)])
            raise

    def _drop_unclaimed(self, digests: Digests) -> None:
        """Take bytes out again that no product names; whoever is about to name them waits, or stores them anew."""
        with self._database.begin() as uow:
            intake = IntakeStore(uow)
            intake.lock(digests.sha256)
            if intake.find_by_digest(digests.sha256) is None:
                self._store.delete(digests.sha256)

    def _write(
        self, submission: Submission, result: DraftResult, draft: ProductDraft, digests: Digests
    ) -> IngestOutcome:
        now = self._clock()
        with self._database.begin() as uow:
            IntakeStore(uow).lock(digests.sha256)
            if not self._store.exists(digests.sha256):
                raise ConflictError(f"The bytes of {submission.original_filename} were taken out by another process.")
            propid, notes = self._program_of(uow, draft)
            rule = _ensure_program(uow, draft, propid)
            if draft.caldat is not None:
                ScheduleStore(uow).ensure_night(draft.telescope, draft.caldat)
            release = data_release_of(_night(draft), draft.obs_type, rule.proprietary_months if rule else None)
            product = IntakeStore(uow).add(
                Intake(
                    draft=draft,
                    digests=digests,
                    original_filename=submission.original_filename,
                    program_id=rule.id if rule else None,
                    metadata_release=release if rule and rule.is_metadata_private else now,
                    data_release=release,
                    now=now,
                )
            )
            outcome = _outcome(submission, Outcome.INGESTED, [*result.warnings, *notes], product)
            AuditStore(uow).add(submission, outcome, product_id=product.id, where=_where(result))
            uow.after_commit(partial(self._queue.send, PREVIEW, product.public_id))
            ChangeLog(uow).add(product.id, "new", now)
        _log.info("ingested", path=submission.source_path, name=product.archive_filename, id=product.public_id)
        return outcome

    def _program_of(self, uow: UnitOfWork, draft: ProductDraft) -> tuple[str | None, list[Problem]]:
        """Give the header's program; where it has none, the only one that had the telescope that night."""
        if draft.caldat is None:
            return draft.propid, []
        scheduled = ScheduleStore(uow).programs_of(draft.telescope, draft.instrument, draft.caldat)
        had = f"had {draft.telescope} on {draft.caldat}."
        if draft.propid is not None:
            # A schedule may be wrong as well: the header's program stands, so that nothing is opened to others.
            if not scheduled or draft.propid.casefold() in {propid.casefold() for propid in scheduled}:
                return draft.propid, []
            message = f"The header names program {draft.propid}, but {', '.join(scheduled)} {had}"
            return draft.propid, [Problem(IngestCode.NOSCHED, message)]
        if len(scheduled) != 1:
            return None, []
        return scheduled[0], [Problem(IngestCode.SCHEDULE, f"The header names no program; {scheduled[0]} {had}")]


def _ensure_program(uow: UnitOfWork, draft: ProductDraft, propid: str | None) -> ProgramRule | None:
    if propid is None:
        return None
    return ProgramStore(uow).ensure(
        ProgramFacts(propid, pi=draft.pi or "", title=draft.title or "", affiliation=draft.affiliation or "")
    )


def _night(draft: ProductDraft) -> date:
    """Give the night, or the day of the start where the site's nights are unknown."""
    return draft.caldat or draft.date_obs.astimezone(UTC).date()


def _name_taken(holder: HeldProduct) -> Problem:
    message = f"Another file is here already as {holder.archive_filename} ({holder.public_id})."
    return Problem(IngestCode.HDREXIST, message)


def _outcome(
    submission: Submission, outcome: Outcome, reasons: Sequence[Problem], product: HeldProduct | None = None
) -> IngestOutcome:
    codes = [reason.code for reason in reasons if reason.code is not IngestCode.SCHEDULE]
    return IngestOutcome(
        source_path=submission.source_path,
        outcome=outcome,
        error_code=codes[0] if codes else None,
        reasons=tuple(reasons),
        public_id=product.public_id if product else None,
        archive_filename=product.archive_filename if product else None,
    )


def _where(result: DraftResult | None) -> tuple[str | None, str | None, date | None]:
    return (result.telescope, result.instrument, result.caldat) if result else (None, None, None)


def _text_of(name: str) -> str:
    """Give a file's name as text that a database keeps; bytes that are no UTF-8 show as �."""
    return os.fsencode(name).decode("utf-8", "replace").replace("\0", "")
