import pytest

from tests.support.jobs import MemoryJobs
from tests.support.jobstores import JobStoreContract
from tests.support.time import StillClock


class TestMemoryJobs(JobStoreContract):
    @pytest.fixture
    def clock(self) -> StillClock:
        return StillClock()

    @pytest.fixture
    def store(self, clock: StillClock) -> MemoryJobs:
        return MemoryJobs(clock)
