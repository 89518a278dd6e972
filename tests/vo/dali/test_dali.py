from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vo.dali import (
    Cancellation,
    CancelledError,
    DALIError,
    ForbiddenError,
    Parameters,
    RowLimits,
    ServiceError,
    UploadReference,
    UsageError,
    as_fault,
    format_time,
    parse_time,
    parse_uploads,
    row_limit,
)


def test_names_are_blind_to_case_and_equal_values_are_one() -> None:
    parameters = Parameters([("query", "SELECT 1"), ("FORMAT", "csv"), ("format", "csv"), ("Maxrec", "")])
    assert parameters.one("QUERY") == "SELECT 1"
    assert parameters.one("Format") == "csv"
    assert parameters.one("MAXREC") is None
    assert parameters.one("LANG") is None
    assert "lang" not in parameters
    assert "query" in parameters


def test_different_values_of_one_parameter_are_an_error() -> None:
    with pytest.raises(UsageError, match="LANG can have one value only; it came with 'ADQL' and 'adql'"):
        Parameters([("LANG", "ADQL"), ("lang", "adql")]).one("Lang")


@pytest.mark.parametrize(
    ("text", "rows"), [(None, 100), ("", 100), ("0", 0), ("7", 7), (" 7 ", 7), ("100000000000", 1000)]
)
def test_maxrec_is_kept_within_limits(text: str | None, rows: int) -> None:
    pairs = [] if text is None else [("maxrec", text)]
    assert row_limit(Parameters(pairs), RowLimits(100, 1000)) == rows


@pytest.mark.parametrize("text", ["-1", "many", "1e3", "1.5", "٣", "9" * 40])
def test_maxrec_must_be_a_number(text: str) -> None:
    with pytest.raises(UsageError, match="MAXREC must be a whole number"):
        row_limit(Parameters([("MAXREC", text)]), RowLimits(100, 1000))


def test_uploads_are_pairs_in_one_or_many_values() -> None:
    found = parse_uploads(["a,param:p1", "b , http://x/y;z?c=1,2", "c,param:p3;d,https://x/d"])
    assert found == (
        UploadReference("a", "param:p1"),
        UploadReference("b", "http://x/y;z?c=1,2"),
        UploadReference("c", "param:p3"),
        UploadReference("d", "https://x/d"),
    )
    assert [each.part for each in found] == ["p1", None, "p3", None]
    # The same pair twice says nothing new.
    assert len(parse_uploads(["a,param:x", "a,param:x"])) == 1


@pytest.mark.parametrize(
    "values",
    [
        ["a"],
        ["a,"],
        [",param:x"],
        ["2mass,param:x"],
        ["tap_schema.tables,param:x"],
        ['"a",param:x'],
        ["a;drop,param:x"],
        ["a,param:x", "A,param:y"],
        [f"t{n},param:x" for n in range(101)],
        ["a" * 61 + ",param:x"],
    ],
)
def test_wrong_uploads_are_refused(values: list[str]) -> None:
    with pytest.raises(UsageError):
        parse_uploads(values)


@given(st.lists(st.text(max_size=30)))
def test_any_upload_is_read_or_refused(values: list[str]) -> None:
    try:
        found = parse_uploads(values)
    except UsageError:
        return
    assert all(each.name.isascii() and each.uri for each in found)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2014-09-10T10:01:02.000Z", datetime(2014, 9, 10, 10, 1, 2, tzinfo=UTC)),
        ("2014-09-10T10:01:02", datetime(2014, 9, 10, 10, 1, 2, tzinfo=UTC)),
        ("2014-09-10", datetime(2014, 9, 10, tzinfo=UTC)),
        ("2014-09-10T10:01:02+01:00", datetime(2014, 9, 10, 9, 1, 2, tzinfo=UTC)),
    ],
)
def test_times(text: str, moment: datetime) -> None:
    assert parse_time(text, "AFTER") == moment
    assert parse_time(format_time(moment), "AFTER") == moment
    assert format_time(moment).endswith("Z")


@pytest.mark.parametrize("text", ["tomorrow", "", "2014-13-01", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="AFTER must be a time"):
        parse_time(text, "AFTER")


def test_the_public_reads_our_words_and_never_those_of_the_cause(caplog: pytest.LogCaptureFixture) -> None:
    def translate(error: Exception) -> DALIError | None:
        return ForbiddenError("Not yours.") if isinstance(error, PermissionError) else None

    assert as_fault(UsageError("As it is.")).message == "As it is."
    assert as_fault(PermissionError("uid 0"), translate).message == "Not yours."
    unknown = as_fault(RuntimeError("password=hunter2"), translate)
    assert isinstance(unknown, ServiceError)
    assert "hunter2" not in unknown.message
    incident = unknown.message.split()[-1].rstrip(".")
    assert incident in caplog.text
    assert "hunter2" in caplog.text


def test_cancelling_reaches_what_is_attached_before_and_after() -> None:
    cancellation = Cancellation()
    told: list[str] = []
    cancellation.attach(lambda: told.append("first"))
    cancellation.check()
    cancellation.cancel()
    cancellation.cancel()
    cancellation.attach(lambda: told.append("late"))
    assert told == ["first", "late"]
    with pytest.raises(CancelledError):
        cancellation.check()
