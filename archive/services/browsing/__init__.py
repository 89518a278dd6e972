"""Use cases of the pages that need no search: overview, nights, programs, collections."""

from archive.services.browsing.collections import CollectionService
from archive.services.browsing.nights import NightService
from archive.services.browsing.overview import OverviewService
from archive.services.browsing.programs import ProgramService

__all__ = ["CollectionService", "NightService", "OverviewService", "ProgramService"]
