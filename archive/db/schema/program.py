# SPDX-License-Identifier: BSD-3-Clause
"""Programs: proposals that were given time, and their teams."""

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts

__all__ = ["ProgramMemberRow", "ProgramRow"]


class ProgramRow(Base):
    """One observing program."""

    __tablename__ = "program"

    id: Mapped[int] = mapped_column(primary_key=True, info=facts("Id", "Internal key.", ucd="meta.id"))
    propid: Mapped[str] = mapped_column(
        unique=True,
        info=facts(
            "Program",
            "Proposal id, such as 2014B-0404.",
            ucd="meta.id;obs.proposal",
            utype="obscore:Proposal.identifier",
            group="Program",
        ),
    )
    semester: Mapped[str] = mapped_column(
        default="", info=facts("Semester", "Observing semester, such as 2014B.", ucd="meta.id;obs.proposal")
    )
    title: Mapped[str] = mapped_column(
        default="", info=facts("Title", "Title of the proposal.", ucd="meta.title;obs.proposal", group="Program")
    )
    abstract: Mapped[str] = mapped_column(
        default="", info=facts("Abstract", "Abstract of the proposal.", ucd="meta.abstract;obs.proposal")
    )
    pi: Mapped[str] = mapped_column(
        default="",
        info=facts("PI", "Name of the principal investigator.", ucd="meta.id.PI", group="Program"),
    )
    affiliation: Mapped[str] = mapped_column(
        default="", info=facts("Affiliation", "Institution of the PI.", ucd="meta.id.PI")
    )
    co_investigators: Mapped[list[str]] = mapped_column(
        default=list, info=facts("Co-Is", "Names of the co-investigators.", ucd="meta.id.CoI")
    )
    proprietary_months: Mapped[int | None] = mapped_column(
        info=facts(
            "Proprietary period",
            "Calendar months from the night until the data are public; empty for the archive's default.",
            unit="month",
            ucd="time.duration",
        )
    )
    is_metadata_private: Mapped[bool] = mapped_column(
        default=False,
        info=facts(
            "Private metadata", "Whether even the metadata stay hidden until the data release.", ucd="meta.code"
        ),
    )


# Few rows; but what the planner learns of these decides on the order of a search's joins.
for _name in (ProgramRow.propid, ProgramRow.pi):
    Index(
        f"ix_program_{_name.key}_lower",
        func.lower(_name).label("lowered"),
        postgresql_ops={"lowered": "text_pattern_ops"},
    )


class ProgramMemberRow(Base):
    """A user in a program's team."""

    __tablename__ = "program_member"

    program_id: Mapped[int] = mapped_column(
        ForeignKey("program.id", ondelete="CASCADE"),
        primary_key=True,
        info=facts("Program", "The program.", ucd="meta.id"),
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
        info=facts("Account", "The member.", ucd="meta.id"),
    )
    is_pi: Mapped[bool] = mapped_column(
        default=False, info=facts("PI", "Whether the member leads the program.", ucd="meta.code")
    )
