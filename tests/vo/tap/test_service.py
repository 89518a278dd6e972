import threading
from dataclasses import replace
from io import BytesIO

import pytest
from astropy.io.votable import parse as parse_votable
from astropy.io.votable.tree import VOTableFile

from tests.support.tap import LIMITS, TapWorld
from vo.dali import Cancellation, CancelledError, Parameters, RowLimits, UnavailableError, UsageError
from vo.tables import FORMATS, Door
from vo.tap import Plan, QueryError, QueryTimeoutError, TapAnswer, TapUpload, read_request
from vo.tap.estimate import COUNTED_ROWS, COUNTED_SECONDS

VOTABLE = b"""<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>
<FIELD name="n" datatype="int" unit="m" ucd="meta.number"/><FIELD name="Mixed" datatype="unicodeChar" arraysize="*"/>
<DATA><TABLEDATA><TR><TD>1</TD><TD>a</TD></TR><TR><TD>2</TD><TD>\xc3\xa9</TD></TR></TABLEDATA></DATA>
</TABLE></RESOURCE></VOTABLE>"""


def ran(
    world: TapWorld,
    query: str = "SELECT id, ra, name, size1 FROM cat.stars",
    *,
    caller: str | None = None,
    cancellation: Cancellation | None = None,
    uploads: dict[str, bytes] | None = None,
    first_seconds: float | None = None,
    **parameters: str,
) -> TapAnswer:
    made = tuple(TapUpload(name, lambda _, body=body: BytesIO(body)) for name, body in (uploads or {}).items())  # type: ignore[misc]
    pairs = {"QUERY": query.replace("size1", '"size"'), **parameters}.items()
    request = read_request(Parameters(pairs), LIMITS, made)
    return world.service.run(caller, request, cancellation or Cancellation(), seconds=9, first_seconds=first_seconds)


def votable(answer: TapAnswer) -> VOTableFile:
    return parse_votable(BytesIO(b"".join(answer)))


def test_rows_come_as_they_are_with_what_is_known_of_them() -> None:
    world = TapWorld()
    found = votable(ran(world))
    table = found.get_first_table()
    assert [field.name for field in table.fields] == ["id", "ra", "name", "size"]
    assert table.fields[2].utype == "obscore:Target.Name"
    assert table.fields[1].unit == "deg"
    assert [table.array[name][0] for name in ("id", "ra", "name", "size")] == [1, 10.5, "Véga", 3]
    assert table.array["size"].mask.tolist() == [False, True, False]
    statuses = [info.value for info in found.resources[0].infos if info.name == "QUERY_STATUS"]
    assert statuses == ["OK"]
    [running] = world.backend.running
    assert running.is_closed


@pytest.mark.parametrize(
    ("form", "door", "part"),
    [
        ("csv", Door.CSV, b"id,ra,name,size\n1,10.5,"),
        ("votable/td", Door.TEXT, b"<TD>10.5</TD>"),
        ("json", Door.BATCHES, b"10.5"),
    ],
)
def test_each_format_comes_by_its_door(form: str, door: Door, part: bytes) -> None:
    world = TapWorld()
    answer = ran(world, RESPONSEFORMAT=form)
    assert part in b"".join(answer).replace(b"\r\n", b"\n")
    assert answer.filename.startswith("result.")
    assert world.backend.doors == [door]


@pytest.mark.parametrize(
    ("limit", "rows", "statuses"),
    [(0, 0, ["OK", "OVERFLOW"]), (2, 2, ["OK", "OVERFLOW"]), (3, 3, ["OK"]), (9, 3, ["OK"])],
)
@pytest.mark.parametrize("form", ["votable", "votable/td"])
def test_overflow_is_told_exactly(limit: int, rows: int, statuses: list[str], form: str) -> None:
    world = TapWorld()
    found = votable(ran(world, MAXREC=str(limit), FORMAT=form))
    assert len(found.get_first_table().array) == rows
    assert [info.value for info in found.resources[0].infos if info.name == "QUERY_STATUS"] == statuses
    # With nothing to show the database is not asked.
    assert len(world.backend.statements) == (limit > 0)


def test_the_query_is_echoed_and_the_statement_is_one_select_with_its_limit() -> None:
    world = TapWorld()
    found = votable(ran(world, "SELECT TOP 2 id FROM cat.stars WHERE name = 'o''b' -- x", caller="eve"))
    [(caller, statement)] = world.backend.statements
    assert caller == "eve"
    assert statement.seconds == 9
    assert "LIMIT 2" in statement.sql
    assert "'o''b'" in statement.sql
    echoed = [info.value for info in found.resources[0].infos if info.name == "QUERY"]
    assert echoed == ["SELECT TOP 2 id FROM cat.stars WHERE name = 'o''b' -- x"]


@pytest.mark.parametrize(
    ("query", "place", "words"),
    [
        ("SELECT id FROM cat.starz", "line 1, column 16", "stars"),
        ("SELECT idd\nFROM cat.stars", "line 1, column 8", "id"),
        ("SELECT id FROM cat.stars LIMIT 5", "line 1, column 26", "TOP 5"),
        ("SELECT id\n  FROM team.targets", "line 2, column 8", "team.targets"),
        ("SELECT size FROM cat.stars", "line 1, column 8", '"size"'),
    ],
)
def test_what_is_wrong_is_shown_with_a_mark(query: str, place: str, words: str) -> None:
    with pytest.raises(QueryError) as told:
        ran(TapWorld(), query)
    message, shown, mark, *_ = told.value.message.split("\n")
    assert message.startswith(f"{place}: ")
    assert words in told.value.message
    assert shown in query
    assert mark.index("^") + 1 == int(place.rpartition(" ")[2])
    assert told.value.infos["ERROR_LINE"] in place


def test_who_may_know_a_table_asks_it_and_to_others_it_does_not_exist() -> None:
    world = TapWorld()
    ran(world, "SELECT id FROM team.targets", caller="ada").close()
    with pytest.raises(QueryError) as hidden:
        ran(world, "SELECT id FROM team.targets")
    with pytest.raises(QueryError) as missing:
        ran(world, "SELECT id FROM team.nothing")
    assert hidden.value.message.replace("targets", "nothing") == missing.value.message


def test_a_fault_before_the_first_row_comes_instead_of_an_answer() -> None:
    world = TapWorld()
    world.backend.failure = UnavailableError("The database does not answer just now.")
    for form in ("votable", "csv", "fits", "parquet"):
        with pytest.raises(UnavailableError):
            ran(world, FORMAT=form)
    assert all(running.is_closed for running in world.backend.running)


def test_a_fault_after_it_ends_the_document_and_passes_on() -> None:
    world = TapWorld()
    world.backend.late_failure = UnavailableError("gone")
    answer = ran(world)
    pieces: list[bytes] = []

    def read() -> None:
        for piece in answer:
            pieces.append(piece)  # noqa: PERF402 -- what came before the fault counts

    with pytest.raises(UnavailableError):
        read()
    assert b'value="ERROR"' in b"".join(pieces)
    assert world.backend.running[0].is_closed


def test_closing_an_answer_ends_its_query() -> None:
    world = TapWorld()
    answer = ran(world)
    next(iter(answer))
    answer.close()
    [running] = world.backend.running
    assert running.is_cancelled.is_set()
    assert running.is_closed
    answer.close()


def test_who_cancels_ends_it_before_the_first_row() -> None:
    world = TapWorld()
    world.backend.delay = 600
    cancellation = Cancellation()
    threading.Timer(0.2, cancellation.cancel).start()
    with pytest.raises(CancelledError):
        ran(world, cancellation=cancellation)
    assert world.backend.running[0].is_closed


def test_the_first_row_must_come_in_time() -> None:
    world = TapWorld()
    world.backend.delay = 600
    with pytest.raises(QueryTimeoutError, match=r"no row within 0.3 s.*asynchronously"):
        ran(world, first_seconds=0.3)
    assert world.backend.running[0].is_closed


def test_uploads_are_tables_for_one_query_and_keep_what_their_fields_say() -> None:
    world = TapWorld()
    world.backend.rows = [(1, "a"), (2, "é")]
    answer = ran(world, 'SELECT u.n, u."Mixed" FROM TAP_UPLOAD.mine AS u', caller="eve", uploads={"Mine": VOTABLE})
    assert not world.uploads.spaces[0].is_closed
    field = votable(answer).get_first_table().fields[0]
    assert (field.datatype, str(field.unit), field.ucd) == ("int", "m", "meta.number")
    [space] = world.uploads.spaces
    assert space.is_closed
    assert world.uploads.callers == ["eve"]
    assert sum(batch.num_rows for batch in space.tables["Mine"]) == 2
    [(_, statement)] = world.backend.statements
    assert statement.space == space.name


def test_nothing_is_brought_in_for_a_query_that_cannot_be_read() -> None:
    world = TapWorld()
    with pytest.raises(QueryError):
        ran(world, "SELEC n FROM TAP_UPLOAD.t", uploads={"t": VOTABLE})
    assert world.uploads.spaces == []
    with pytest.raises(QueryError):
        ran(world, "SELECT nope FROM TAP_UPLOAD.t", uploads={"t": VOTABLE})
    assert world.uploads.spaces[0].is_closed


@pytest.mark.parametrize(
    "body", [b"", b"<VOTABLE", b"<!DOCTYPE x [<!ENTITY a 'b'>]><VOTABLE>&a;</VOTABLE>", b"\x00\x01"]
)
def test_what_is_no_table_is_refused_by_its_name(body: bytes) -> None:
    world = TapWorld()
    with pytest.raises(UsageError, match="The uploaded table 'bad' cannot be used"):
        ran(world, "SELECT * FROM TAP_UPLOAD.bad", uploads={"bad": body})
    assert world.uploads.spaces[0].is_closed


def test_more_tables_than_may_come_are_refused() -> None:
    with pytest.raises(UsageError, match="4 tables; 3"):
        ran(TapWorld(), uploads={f"t{number}": VOTABLE for number in range(4)})


def test_an_estimate_tells_rows_time_and_indexes_and_runs_nothing() -> None:
    world = TapWorld()
    request = read_request(Parameters([("QUERY", "SELECT id FROM cat.stars"), ("MAXREC", "3")]), LIMITS)
    found = world.service.estimate(None, request, Cancellation())
    assert (found.rows, found.matched, found.time_class, found.uses_index) == (3, 5, "quick", True)
    assert found.reasons[:2] == ("The index stars_id is used.", "cat.kinds is read from end to end, about 7 rows.")
    assert world.backend.running == []


def test_where_no_estimate_may_be_told_the_rows_are_counted_as_the_caller_sees_them() -> None:
    world = TapWorld()
    world.backend.plan = Plan(400_000, 3000.0, ("stars_id",), (("cat.kinds", 7),), is_told=False)
    request = read_request(Parameters([("QUERY", "SELECT id FROM cat.stars"), ("MAXREC", "3")]), LIMITS)

    def found() -> tuple[int | None, int | None, bool, str, bool]:
        told = world.service.estimate("ada", request, Cancellation())
        assert not any("stars_id" in reason or "cat.kinds" in reason for reason in told.reasons)
        return told.rows, told.matched, told.is_more, told.time_class, told.is_small

    world.backend.rows = [(4,)]
    assert found() == (3, 4, False, "quick", True)
    caller, statement = world.backend.statements[-1]
    assert caller == "ada"
    assert statement.sql.startswith("SELECT count(*) FROM (SELECT 1 FROM (")
    assert statement.seconds == COUNTED_SECONDS
    world.backend.rows = [(COUNTED_ROWS + 1,)]
    assert found() == (3, COUNTED_ROWS, True, "unknown", False)
    world.backend.failure = QueryTimeoutError("late")
    assert found() == (None, None, False, "unknown", False)


def test_whether_a_query_is_small_is_known_to_the_service_whatever_may_be_told() -> None:
    world = TapWorld()
    request = read_request(Parameters([("QUERY", "SELECT id FROM cat.stars")]), LIMITS)
    for seconds in (0.5, 3000.0):
        world.backend.plan = Plan(5, seconds, is_told=False)
        assert world.service.is_small(None, request, Cancellation()) is (seconds < 1)
    assert world.backend.running == []


@pytest.mark.parametrize(
    ("plan", "limit", "is_small"),
    [
        (Plan(5, 0.5), "1000", True),
        (Plan(10**9, 0.5), "10", True),
        (Plan(5, 2.5), "10", False),
        (Plan(5, None), "10", False),
        (Plan(10**9, 1.9), "50000", False),
    ],
)
def test_small_is_what_is_over_in_a_moment(plan: Plan, limit: str, *, is_small: bool) -> None:
    limits = replace(LIMITS, rows=RowLimits(100, 100_000))
    world = TapWorld(limits=limits)
    world.backend.plan = plan
    request = read_request(Parameters([("QUERY", "SELECT id FROM cat.stars"), ("MAXREC", limit)]), limits)
    assert world.service.estimate(None, request, Cancellation()).is_small is is_small


def test_functions_of_the_service_are_known() -> None:
    world = TapWorld()
    ran(world, "SELECT doubled(ra) FROM cat.stars").close()
    assert "(2 * " in world.backend.statements[0][1].sql
    with pytest.raises(QueryError, match="doubled"):
        ran(world, "SELECT doubledd(ra) FROM cat.stars")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("limit", ["0", "2"])
def test_each_format_is_cut_without_harm(form: str, limit: str) -> None:
    assert b"".join(ran(TapWorld(), FORMAT=form, MAXREC=limit))
