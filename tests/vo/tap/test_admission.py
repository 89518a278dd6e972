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
