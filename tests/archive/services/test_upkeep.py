"""The upkeep: each duty once, when it is due."""

from datetime import UTC, datetime, timedelta

from archive.db.session import Database
from archive.services.upkeep import Duty, UpkeepService

NOON = datetime(2014, 8, 1, 12, tzinfo=UTC)


class Clock:
    """Time as the test sets it."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_a_duty_runs_when_due_and_once_among_many_workers(database: Database) -> None:
    clock, done = Clock(), []
    workers = [
        UpkeepService(
            database=database, clock=clock, duties={"d": Duty(timedelta(minutes=5), lambda: done.append(clock.now))}
        )
        for _ in range(3)
    ]
    for minutes in (0, 1, 4, 5, 9, 10):
        clock.now = NOON + timedelta(minutes=minutes)
        for worker in workers:
            worker.run()
    assert [(moment - NOON) / timedelta(minutes=1) for moment in done] == [0, 5, 10]


def test_a_duty_that_fails_does_not_hinder_the_others(database: Database) -> None:
    def fail() -> None:
        raise RuntimeError("on purpose")

    duties = {"bad": Duty(timedelta(minutes=5), fail), "good": Duty(timedelta(minutes=5), lambda: None)}
    assert UpkeepService(database=database, clock=Clock(), duties=duties).run() == ["good"]
