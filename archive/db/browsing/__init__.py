"""Stores behind the pages that need no search: overview, nights, programs, collections."""

from archive.db.browsing.collections import CollectionReportStore
from archive.db.browsing.nights import NightLogStore
from archive.db.browsing.overview import OverviewStore
from archive.db.browsing.programs import ProgramReportStore

__all__ = ["CollectionReportStore", "NightLogStore", "OverviewStore", "ProgramReportStore"]
