# SPDX-License-Identifier: BSD-3-Clause
"""Limits of time for work that mostly ends long before them: one thread keeps all of them, rather than one each."""

import heapq
import threading
import time
from collections.abc import Callable
from itertools import count

__all__ = ["AlarmClock", "call_after"]

# Alarms that were switched off are thrown away when they are so many, and more than the others.
_MOST_IDLE = 1_000


class _Alarm:
    def __init__(self, action: Callable[[], object]) -> None:
        self.action: Callable[[], object] | None = action


class AlarmClock:
    """Calls what shall be called after some time, unless it is switched off before.

    A due action has a thread of its own, so that a slow one does not hold up another.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._order = count()
        self._alarms: list[tuple[float, int, _Alarm]] = []
        self._off = 0
        self._thread: threading.Thread | None = None

    def call_after(self, seconds: float, action: Callable[[], object]) -> Callable[[], None]:
        """Have an action called; give what switches it off, which may come too late and does no harm then."""
        alarm = _Alarm(action)
        with self._changed:
            entry = (time.monotonic() + seconds, next(self._order), alarm)
            heapq.heappush(self._alarms, entry)
            # A forked process has no thread of its parent's.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)
                self._thread.start()
            elif self._alarms[0] is entry:
                self._changed.notify()
        return lambda: self._switch_off(alarm)

    def _switch_off(self, alarm: _Alarm) -> None:
        with self._changed:
            if alarm.action is None:
                return
            # What it would have stopped is let go at once.
            alarm.action = None
            self._off += 1
            if self._off > max(_MOST_IDLE, len(self._alarms) // 2):
                self._alarms = [entry for entry in self._alarms if entry[2].action is not None]
                heapq.heapify(self._alarms)
                self._off = 0

    def _run(self) -> None:
        while True:
            with self._changed:
                action = self._due()
            if action is not None:
                threading.Thread(target=action, daemon=True).start()

    def _due(self) -> Callable[[], object] | None:
        """Wait for the first alarm, or until there may be an earlier one."""
        if not self._alarms:
            self._changed.wait()
            return None
        left = self._alarms[0][0] - time.monotonic()
        if left > 0:
            self._changed.wait(left)
            return None
        _, _, alarm = heapq.heappop(self._alarms)
        action, alarm.action = alarm.action, None
        if action is None:
            self._off -= 1
        return action


call_after = AlarmClock().call_after
"""The clock of this process."""
