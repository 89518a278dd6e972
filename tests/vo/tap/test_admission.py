import threading
from collections.abc import Callable

import pytest

from vo.dali import TooManyError
from vo.tap.admission import CallerSlots


def never() -> bool:
    raise AssertionError("it need not be known")


def slots(*, small_seconds: float = 600, patience: float = 0.01) -> CallerSlots[str]:
    return CallerSlots(
        key_of=str.lower, per_caller=2, together=2, small_seconds=small_seconds, waiting=1, patience=patience
    )


def let_in(slots: CallerSlots[str], caller: str, is_small: Callable[[], bool]) -> Callable[[], None]:
    place = slots.enter(caller)
    try:
        place.take(is_small)
    except TooManyError:
        place.leave()
        raise
    return place.leave


def test_a_caller_has_so_many_queries_at_a_time() -> None:
    those = slots()
    places = [those.enter("ada"), those.enter("Ada")]
    with pytest.raises(TooManyError, match="You have 2 queries running") as told:
        those.enter("ada")
    assert told.value.retry_after > 0
    those.enter("eve")
    for _ in range(2):
        places[0].leave()
    those.enter("ada")
    with pytest.raises(TooManyError):
        those.enter("ada")


def test_small_queries_find_a_place_beside_long_ones() -> None:
    those = slots()
    for caller in ("ada", "eve"):
        let_in(those, caller, never)
    with pytest.raises(TooManyError, match="busy"):
        let_in(those, "bob", lambda: False)
    for _ in range(3):
        place = those.enter("bob")
        assert place.take(lambda: True) == 600, "for so long and no longer"
        place.leave()


def come(those: CallerSlots[str], caller: str) -> tuple[threading.Thread, list[Callable[[], None]]]:
    """Have a small query come in a thread of its own; return when it waits."""
    come: list[Callable[[], None]] = []
    thread = threading.Thread(target=lambda: come.append(let_in(those, caller, lambda: True)))
    thread.start()
    while those._may_wait:
        thread.join(0.01)
    return thread, come


def test_a_small_query_waits_for_the_one_before_it() -> None:
    those = slots()
    leave_long = [let_in(those, caller, never) for caller in ("ada", "eve")]
    leave = let_in(those, "bob", lambda: True)
    thread, come_in = come(those, "kim")
    with pytest.raises(TooManyError, match="busy"):
        let_in(those, "joe", lambda: True)
    leave()
    thread.join(60)
    come_in[0]()
    for each in leave_long:
        each()
    assert those.enter("joe").take(never) is None


def test_a_small_query_does_not_wait_forever() -> None:
    those = slots(small_seconds=0.05)
    for caller in ("ada", "eve"):
        let_in(those, caller, never)
    leave = let_in(those, "bob", lambda: True)
    for _ in range(2):
        with pytest.raises(TooManyError, match="busy") as told:
            let_in(those, "kim", lambda: True)
        assert told.value.retry_after > 0
    leave()
    let_in(those, "kim", lambda: True)


def test_one_too_many_of_a_caller_waits_for_the_end_of_another() -> None:
    those = slots(patience=600)
    leave = [let_in(those, "ada", never) for _ in range(2)]
    thread, come_in = come(those, "ada")
    with pytest.raises(TooManyError, match="You have 2 queries running"):
        those.enter("ada")
    those.enter("bob").leave()
    leave[0]()
    thread.join(60)
    come_in[0]()
