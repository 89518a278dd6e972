"""Fields say what a column is."""

import pytest

from vo.tables import Datatype, Field


@pytest.mark.parametrize(
    ("arraysize", "length"),
    [("", 1), ("1", 1), ("12", 12), ("*", None), ("12*", None), ("3x2", 6), ("3x2*", None), ("3x*", None)],
)
def test_length_of_a_value(arraysize: str, length: int | None) -> None:
    assert Field("x", Datatype.DOUBLE, arraysize).length == length


@pytest.mark.parametrize("arraysize", ["0", "x", "*x2", "-1", "3 x 2", '"', "2x", "**"])
def test_arraysize_is_checked(arraysize: str) -> None:
    with pytest.raises(ValueError, match="arraysize"):
        Field("x", Datatype.DOUBLE, arraysize)


def test_kinds() -> None:
    assert Field("x", Datatype.CHAR, "*", xtype="timestamp").is_timestamp
    assert not Field("x", Datatype.UNICODE_CHAR, "*").is_array
    assert Field("x", Datatype.DOUBLE, "*", xtype="polygon").is_array
    assert not Field("x", Datatype.DOUBLE, "1").is_array
    assert Datatype("short").is_integer
    assert Datatype.FLOAT.is_float
