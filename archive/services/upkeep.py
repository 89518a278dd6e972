# SPDX-License-Identifier: BSD-3-Clause
"""What must be looked after from time to time, by whichever worker comes first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from archive.db.session import Database
from archive.db.upkeep import UpkeepStore
from archive.domain.clock import Clock

__all__ = ["Duty", "UpkeepService"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Duty:
    """One thing to look after.

    Parameters
    ----------
    every
        How often.
    action
        What to do; it may run twice, if a worker dies in the middle.
    """

    every: timedelta
    action: Callable[[], object]


class UpkeepService:
    """Runs each duty when it is due, once among all workers.

    Parameters
    ----------
    duties
        By name.
    """

    def __init__(self, *, database: Database, clock: Clock, duties: Mapping[str, Duty]) -> None:
        self._database = database
        self._clock = clock
        self._duties = dict(duties)

    def run(self) -> list[str]:
        """Do what is due; give the names of what was done.

        Notes
        -----
        A duty that fails is logged and is due again after its time; the others run all the same.
        """
        done = []
        for name, duty in self._duties.items():
            with self._database.begin() as uow:
                is_ours = UpkeepStore(uow).claim(name, now=self._clock(), every=duty.every)
            if not is_ours:
                continue
            try:
                duty.action()
            except Exception:  # noqa: BLE001 -- the edge of a duty
                _log.exception("upkeep failed", duty=name)
            else:
                done.append(name)
        return done
