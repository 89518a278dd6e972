"""A query and its address are the same thing."""

from typing import Any

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from archive.db.columns import search_columns
from archive.domain.search import ColumnType, SearchColumn, parse_query, query_to_params
from archive.errors import InvalidInputError

COLUMNS = search_columns()

_SIGNS = "aB9é*?\"',.!<>=\\%_-nul"
_words = st.text(_SIGNS, min_size=1, max_size=12)
_quoted = st.text(_SIGNS + " ", max_size=12).map(lambda text: '"{}"'.format(text.replace('"', '""')))
_plain = _words.filter(lambda text: not set(text) & set('",') and ".." not in text and text[0] not in "<>!")
_numbers = st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr)
_days = st.dates().map(str)
_times = st.one_of(_days, st.datetimes().map(lambda moment: moment.isoformat()))
_mjds = st.floats(20_000, 90_000).map(repr)
_SCALARS: dict[ColumnType, Any] = {
    ColumnType.TEXT: st.one_of(_plain, _quoted),
    ColumnType.INTEGER: st.integers(-(2**63), 2**63 - 1).map(str),
    ColumnType.FLOAT: _numbers,
    ColumnType.MJD: st.one_of(_mjds, _times),
    ColumnType.DATE: _days,
    ColumnType.TIME: st.one_of(_times, _mjds),
    ColumnType.BOOLEAN: st.sampled_from(["yes", "no"]),
    ColumnType.KEYWORD: st.one_of(_plain, _quoted, _numbers),
}


@st.composite
def values(draw: Any, column: SearchColumn) -> str:
    scalars = st.sampled_from(column.choices) if column.choices else _SCALARS[column.type]
    if draw(st.integers(0, 9)) == 0:
        return "null"
    if column.type in {ColumnType.BOOLEAN, ColumnType.TEXT} or draw(st.booleans()):
        sign = draw(st.sampled_from(["", "!"]))
        return str(sign + ",".join(draw(st.lists(scalars, min_size=1, max_size=4))))
    sign = draw(st.sampled_from(["<", "<=", ">", ">=", "!<", "..", "open"]))
    text = draw(scalars)
    if sign == "..":
        return f"{text}..{text}"
    return f"{text}.." if sign == "open" else f"{sign}{text}"


@st.composite
def params(draw: Any) -> dict[str, list[str]]:
    chosen = draw(st.lists(st.sampled_from(list(COLUMNS)), max_size=4, unique_by=lambda column: column.name))
    made = {
        column.parameter: draw(st.lists(values(column), min_size=1, max_size=2))
        for column in chosen
        if column.name not in {"ra", "dec"}
    }
    if draw(st.booleans()):
        made |= {"ra": [repr(draw(st.floats(0, 360)))], "dec": [repr(draw(st.floats(-90, 90)))]}
        made["radius"] = [repr(draw(st.floats(1e-6, 90)))]
    if draw(st.booleans()):
        keyword = SearchColumn("", "", ColumnType.KEYWORD, "", "")
        made["kw.SEEING"] = [draw(values(keyword))]
    made["sort"] = [draw(st.sampled_from(["-t_min", "exptime", "-pi"]))]
    return made


@settings(max_examples=300, deadline=None)
@given(params())
def test_reading_what_was_written_gives_the_same_query(given_params: dict[str, list[str]]) -> None:
    try:
        query = parse_query(given_params, COLUMNS)
    except InvalidInputError:
        reject()
    assert parse_query(query_to_params(query, COLUMNS), COLUMNS) == query


def test_days_stay_days() -> None:
    query = parse_query({"release": ["2014-08-01..2014-08-05"], "night": ["2014-08-01"]}, COLUMNS)
    assert query_to_params(query, COLUMNS) == {"release": ["2014-08-01..2014-08-05"], "night": ["2014-08-01"]}
