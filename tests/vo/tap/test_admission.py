import threading
from queue import SimpleQueue

import pytest

from vo.dali import TooManyError
from vo.tap.admission import CallerSlots


def test_callers_have_so_many_queries_at_a_time_and_all_together_too() -> None:
    slots = CallerSlots[str](key_of=str.lower, per_caller=2, together=3)
    leave = [slots.enter("ada"), slots.enter("Ada")]
    with pytest.raises(TooManyError, match="You have 2 queries running") as told:
        slots.enter("ada")
    assert told.value.retry_after > 0
    slots.enter("eve")
    with pytest.raises(TooManyError, match="busy"):
        slots.enter("bob")
    leave[0]()
    leave[0]()
    slots.enter("ada")
    with pytest.raises(TooManyError):
        slots.enter("ada")


def test_one_too_many_waits_for_a_place_and_who_finds_no_room_to_wait_is_refused() -> None:
    slots = CallerSlots[str](key_of=str.lower, per_caller=1, together=2, waiting=1, patience=600)
    leave = slots.enter("ada")
    ended: SimpleQueue[str] = SimpleQueue()

    def come() -> None:
        try:
            slots.enter("ada")
        except TooManyError as exc:
            ended.put(exc.message)
        else:
            ended.put("let in")

    for _ in range(2):
        threading.Thread(target=come, daemon=True).start()
    assert "You have 1 queries running" in ended.get(timeout=60)
    assert ended.empty()
    slots.enter("bob")()
    leave()
    assert ended.get(timeout=60) == "let in"


def test_who_has_waited_long_enough_is_refused() -> None:
    slots = CallerSlots[str](key_of=str.lower, per_caller=1, together=2, waiting=1, patience=0.01)
    slots.enter("ada")
    with pytest.raises(TooManyError, match="You have 1 queries running"):
        slots.enter("ada")
