# SPDX-License-Identifier: BSD-3-Clause
"""What the demo archive writes beside what ingest does: programs in full, collections, quality."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from archive.db.schema import CollectionRow, ProductCollectionRow, ProductRow, ProgramRow
from archive.db.session import UnitOfWork
from archive.domain.holdings import ProcType, QAState

__all__ = ["DemoCollection", "DemoProgram", "DemoStore"]


@dataclass(frozen=True)
class DemoProgram:
    """A program with all that a proposal office knows of it."""

    propid: str
    semester: str
    title: str
    abstract: str
    pi: str
    affiliation: str
    proprietary_months: int
    is_metadata_private: bool


@dataclass(frozen=True)
class DemoCollection:
    """A collection and its members: all products of some programs, or of some original file names."""

    name: str
    title: str
    description: str
    is_hlsp: bool
    propids: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()


class DemoStore:
    """Rows of the demo archive; what is there already is left as it is."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def is_catalogue_empty(self) -> bool:
        """Whether there is no product at all."""
        return not self._session.scalar(select(exists().select_from(ProductRow)))

    def has_collection(self, name: str) -> bool:
        """Whether there is such a collection."""
        return bool(self._session.scalar(select(exists().where(CollectionRow.name == name))))

    def held(self, filenames: Sequence[str]) -> set[str]:
        """Give those original file names of which the archive holds a file."""
        found = select(ProductRow.original_filename).where(
            func.lower(ProductRow.original_filename).in_([name.lower() for name in filenames]), ProductRow.is_held
        )
        return set(self._session.scalars(found))

    def ensure_program(self, program: DemoProgram) -> None:
        """Make a program."""
        values = {**vars(program), "co_investigators": []}
        self._session.execute(insert(ProgramRow).values(**values).on_conflict_do_nothing())

    def ensure_collection(self, collection: DemoCollection) -> None:
        """Make a collection and take its members in."""
        self._session.execute(
            insert(CollectionRow)
            .values(
                name=collection.name,
                title=collection.title,
                description=collection.description,
                is_hlsp=collection.is_hlsp,
            )
            .on_conflict_do_nothing()
        )
        collection_id = self._session.scalar(select(CollectionRow.id).where(CollectionRow.name == collection.name))
        members = select(literal(collection_id), ProductRow.id).where(ProductRow.is_held)
        if collection.filenames:
            members = members.where(ProductRow.original_filename.in_(collection.filenames))
        else:
            programs = select(ProgramRow.id).where(ProgramRow.propid.in_(collection.propids))
            members = members.where(ProductRow.program_id.in_(programs), ProductRow.proc_type != ProcType.HLSP)
        self._session.execute(
            insert(ProductCollectionRow).from_select(["collection_id", "product_id"], members).on_conflict_do_nothing()
        )

    def judge(self, filenames: Sequence[str], state: QAState) -> None:
        """Give the products of these original names a quality state, where nobody did."""
        self._session.execute(
            update(ProductRow)
            .where(ProductRow.original_filename.in_(filenames), ProductRow.qa_state == QAState.UNCHECKED)
            .values(qa_state=state)
        )
