"""The tables, one noun a file. Each column carries its unit, UCD and description in ``info``."""

from archive.db.schema.account import AccountRow, LoginFailureRow, SessionRow, TokenRow
from archive.db.schema.audit import AuditRecordRow
from archive.db.schema.base import Base, ColumnFacts, facts_of
from archive.db.schema.catalogue import CatalogueRow
from archive.db.schema.collection import CollectionRow, ProductCollectionRow
from archive.db.schema.footprint import FootprintCellRow, FootprintRow, FootprintSetRow, footprint_id_sequence
from archive.db.schema.hdu import HDURow
from archive.db.schema.job import JobRow
from archive.db.schema.night import NightRow, ScheduleSlotProgramRow, ScheduleSlotRow
from archive.db.schema.observation import ObservationRow
from archive.db.schema.product import LONG_DAYS, ProductRow
from archive.db.schema.program import ProgramMemberRow, ProgramRow
from archive.db.schema.trail import ChangeCounterRow, ChangeLogRow, DownloadRow, ProvenanceRow
from archive.db.schema.work import PreviewRow, QueueMessageRow, UpkeepRow

__all__ = [
    "LONG_DAYS",
    "AccountRow",
    "AuditRecordRow",
    "Base",
    "CatalogueRow",
    "ChangeCounterRow",
    "ChangeLogRow",
    "CollectionRow",
    "ColumnFacts",
    "DownloadRow",
    "FootprintCellRow",
    "FootprintRow",
    "FootprintSetRow",
    "HDURow",
    "JobRow",
    "LoginFailureRow",
    "NightRow",
    "ObservationRow",
    "PreviewRow",
    "ProductCollectionRow",
    "ProductRow",
    "ProgramMemberRow",
    "ProgramRow",
    "ProvenanceRow",
    "QueueMessageRow",
    "ScheduleSlotProgramRow",
    "ScheduleSlotRow",
    "SessionRow",
    "TokenRow",
    "UpkeepRow",
    "facts_of",
    "footprint_id_sequence",
]
