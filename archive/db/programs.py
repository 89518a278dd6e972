# SPDX-License-Identifier: BSD-3-Clause
"""Programs as ingest and schedules meet them: by their proposal id, made where they are new."""

import re
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from archive.db.schema import ProgramRow
from archive.db.session import UnitOfWork

__all__ = ["ProgramFacts", "ProgramRule", "ProgramStore"]

_SEMESTER = re.compile(r"(?:.*-)?((?:19|20)\d\d[AB])\b.*")


@dataclass(frozen=True)
class ProgramFacts:
    """What a header or a schedule tells of a program."""

    propid: str
    pi: str = ""
    title: str = ""
    affiliation: str = ""


@dataclass(frozen=True)
class ProgramRule:
    """A program's key, and what its rule says of release dates."""

    id: int
    proprietary_months: int | None
    is_metadata_private: bool


class ProgramStore:
    """The program table."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def ensure(self, facts: ProgramFacts) -> ProgramRule:
        """Give the program, made if it is new; what is empty is filled in, nothing is overwritten."""
        semester = _SEMESTER.match(facts.propid)
        new = {"pi": facts.pi, "title": facts.title, "affiliation": facts.affiliation}
        self._session.execute(
            insert(ProgramRow)
            .values(
                propid=facts.propid,
                semester=semester[1] if semester else "",
                abstract="",
                co_investigators=[],
                is_metadata_private=False,
                **new,
            )
            .on_conflict_do_nothing(index_elements=[ProgramRow.propid])
        )
        row = self._session.execute(select(ProgramRow).where(ProgramRow.propid == facts.propid)).scalar_one()
        missing = {name: value for name, value in new.items() if value and not getattr(row, name)}
        if missing:
            self._session.execute(update(ProgramRow).where(ProgramRow.id == row.id).values(**missing))
        return ProgramRule(row.id, row.proprietary_months, row.is_metadata_private)
