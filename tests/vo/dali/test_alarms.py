"""Alarms: due ones are called, in their order, and those that were switched off are not."""

import gc
import threading
import weakref
from queue import Empty, SimpleQueue

import pytest

from vo.dali import call_after
from vo.dali.alarms import AlarmClock


def test_an_alarm_is_called_when_its_time_has_come() -> None:
    called = threading.Event()
    switch_off = call_after(0.01, called.set)
    assert called.wait(60)
    switch_off()


def test_an_earlier_alarm_that_is_set_later_does_not_wait_for_the_other() -> None:
    clock = AlarmClock()
    called: SimpleQueue[str] = SimpleQueue()
    clock.call_after(3600, lambda: called.put("late"))
    clock.call_after(0.01, lambda: called.put("early"))
    assert called.get(timeout=60) == "early"


def test_many_that_were_switched_off_leave_the_others_to_be_called() -> None:
    clock = AlarmClock()
    called: SimpleQueue[str] = SimpleQueue()
    for _ in range(5_000):
        clock.call_after(3600, lambda: called.put("never"))()
    clock.call_after(0.01, lambda: called.put("due"))
    assert called.get(timeout=60) == "due"
    with pytest.raises(Empty):
        called.get(timeout=0.05)


def test_an_action_that_fails_or_lasts_holds_up_no_other() -> None:
    clock = AlarmClock()
    called, go_on = threading.Event(), threading.Event()
    clock.call_after(0.0, go_on.wait)
    clock.call_after(0.01, called.set)
    assert called.wait(60)
    go_on.set()


def test_what_was_switched_off_is_let_go() -> None:
    class Work:
        def stop(self) -> None:
            """Be what an alarm calls."""

    work = Work()
    switch_off = call_after(3600, work.stop)
    gone = weakref.ref(work)
    switch_off()
    del work
    gc.collect()
    assert gone() is None
