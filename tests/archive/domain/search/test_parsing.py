"""Searches as people and programs write them, right and wrong."""

from datetime import UTC, date, datetime

import pytest

from archive.db.columns import search_columns
from archive.domain.search import (
    Constraint,
    Operator,
    OutputFormat,
    Place,
    SearchQuery,
    SortOrder,
    Term,
    parse_criteria,
    parse_query,
)
from archive.errors import InvalidInputError

COLUMNS = search_columns()


def errors_of(**params: str) -> dict[str, str]:
    with pytest.raises(InvalidInputError) as caught:
        parse_query({name.replace("__", "."): [value] for name, value in params.items()}, COLUMNS)
    return caught.value.fields


def constraint(name: str, *values: str) -> Constraint:
    (made,) = parse_criteria({name: values}, COLUMNS).constraints
    return made


def test_nothing_asked_is_everything() -> None:
    assert parse_query({"target": [""], "propid": ["  "]}, COLUMNS) == SearchQuery()


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("30", Term(Operator.EQUAL, 30.0)),
        ("10..100", Term(Operator.RANGE, 10.0, 100.0)),
        ("..100", Term(Operator.RANGE, None, 100.0)),
        ("1e2..", Term(Operator.RANGE, 100.0, None)),
        ("<5", Term(Operator.LESS, 5.0)),
        (">= 5", Term(Operator.AT_LEAST, 5.0)),
        ("null", Term(Operator.NULL)),
    ],
)
def test_numbers(text: str, term: Term) -> None:
    assert constraint("exptime", text) == Constraint("exptime", (term,))


def test_lists_and_repeats_are_alternatives() -> None:
    assert constraint("telescope", "ct4m,kp4m") == constraint("telescope", "ct4m", "kp4m")


def test_comparisons_and_negations_stand_alone() -> None:
    made = parse_criteria({"exptime": [">10", "<100", "!30"]}, COLUMNS).constraints
    assert made == (
        Constraint("exptime", (Term(Operator.MORE, 10.0),)),
        Constraint("exptime", (Term(Operator.LESS, 100.0),)),
        Constraint("exptime", (Term(Operator.EQUAL, 30.0),), is_negated=True),
    )


def test_quotes_take_text_literally() -> None:
    assert constraint("pi", '"Smith, J. ""Jo"""').terms == (Term(Operator.EQUAL, 'Smith, J. "Jo"'),)
    assert constraint("pi", "Smi*").terms == (Term(Operator.LIKE, "Smi*"),)


def test_days_last_all_day() -> None:
    assert constraint("night", "2014-08-01..20140805").terms == (
        Term(Operator.RANGE, date(2014, 8, 1), date(2014, 8, 5)),
    )
    day = datetime(2014, 8, 1, tzinfo=UTC)
    end = datetime(2014, 8, 1, 23, 59, 59, 999999, tzinfo=UTC)
    assert constraint("release", "2014-08-01").terms == (Term(Operator.RANGE, day, end),)
    assert constraint("release", "<=2014-08-01").terms == (Term(Operator.AT_MOST, end),)
    assert constraint("date", "56870.5..").terms == (Term(Operator.RANGE, datetime(2014, 8, 1, 12, tzinfo=UTC), None),)


def test_choices_are_case_blind_and_taught() -> None:
    assert constraint("obs_type", "Dome Flat").terms == (Term(Operator.EQUAL, "dome flat"),)
    assert "did you mean object?" in errors_of(obs_type="objekt")["obs_type"]


@pytest.mark.parametrize(
    ("params", "place"),
    [
        ({"target": "M31"}, Place(target="M31", radius=0.1)),
        ({"ra": "10:00:00", "dec": "-12:30:00", "radius": "30m"}, Place(ra=150.0, dec=-12.5, radius=0.5)),
        ({"ra": "150", "dec": "−12.5", "radius": "1800s"}, Place(ra=150.0, dec=-12.5, radius=0.5)),
        ({"ra": "10h00m00s", "dec": "+12d30m00s", "radius": "30′"}, Place(ra=150.0, dec=12.5, radius=0.5)),
        ({"target": "M31", "width": "1", "height": "30'"}, Place(target="M31", width=1.0, height=0.5)),
        ({"ra": "10", "dec": "20", "radius": "0"}, Place(ra=10.0, dec=20.0, radius=0.0)),
        ({"ra": "10", "dec": "20", "radius": "180"}, Place(ra=10.0, dec=20.0, radius=180.0)),
        ({"pos": "CIRCLE 10 20 0.5"}, Place(shape="CIRCLE 10 20 0.5")),
    ],
)
def test_places(params: dict[str, str], place: Place) -> None:
    assert parse_criteria({name: [value] for name, value in params.items()}, COLUMNS).place == place


def test_ra_range_constrains_the_centre() -> None:
    criteria = parse_criteria({"ra": ["10..20"], "dec": [">0"]}, COLUMNS)
    assert criteria.place is None
    assert [part.column for part in criteria.constraints] == ["ra", "dec"]


def test_keywords() -> None:
    criteria = parse_criteria({"kw.seeing": ["<1.2"], "kw.eso obs prog id": ["60.A*"]}, COLUMNS)
    assert criteria.keywords == (
        Constraint("SEEING", (Term(Operator.LESS, 1.2),)),
        Constraint("ESO OBS PROG ID", (Term(Operator.LIKE, "60.A*"),)),
    )


def test_layout() -> None:
    query = parse_query(
        {"sort": ["-exptime"], "limit": ["10"], "columns": ["ra, dec"], "format": ["CSV"], "count": ["exact"]}, COLUMNS
    )
    assert query.page.sort == SortOrder("exptime", is_descending=True)
    assert (query.page.limit, query.page.is_exact_count) == (10, True)
    assert (query.columns, query.format) == (("ra", "dec"), OutputFormat.CSV)


@pytest.mark.parametrize(
    ("params", "field", "words"),
    [
        ({"ra": "400", "dec": "0"}, "ra", "0 to 360"),
        ({"ra": "10", "dec": "-95"}, "dec", "-90 to 90"),
        ({"ra": "25:61:07", "dec": "0"}, "ra", "below 60"),
        ({"ra": "nan", "dec": "0"}, "ra", "hours"),
        ({"ra": "10"}, "dec", "with ra give dec"),
        ({"target": "M31", "radius": "-1"}, "radius", "at least 0"),
        ({"target": "M31", "radius": "1e999"}, "radius", "at most 180"),
        ({"target": "M31", "width": "1"}, "height", "with width give height"),
        ({"ra": "1", "dec": "1", "height": "1"}, "width", "with height give width"),
        ({"target": "M31", "width": "0", "height": "1"}, "width", "more than 0"),
        ({"target": "M31", "width": "1", "height": "181"}, "height", "180"),
        ({"sort": "-"}, "sort", "a column is missing"),
        ({"target": "M31", "radius": "1 parsec"}, "radius", "arcmin"),
        ({"target": "M31", "radius": "200"}, "radius", "180"),
        ({"target": "M31", "radius": "1", "width": "1"}, "radius", "not both"),
        ({"target": "M31", "ra": "1", "dec": "1"}, "target", "not both"),
        ({"radius": "1"}, "radius", "position"),
        ({"pos": "CIRCLE 1 2 3", "radius": "1"}, "pos", "not several"),
        ({"night": "2014-02-30"}, "night", "calendar"),
        ({"night": "tomorrow"}, "night", "2014-08-01"),
        ({"date": "2014"}, "date", "MJD"),
        ({"date": "2014-08-01T25:00"}, "date", "time of day"),
        ({"exptime": "100..10"}, "exptime", "write 10..100"),
        ({"exptime": ".."}, "exptime", "1..5"),
        ({"exptime": "long"}, "exptime", "not a number"),
        ({"exptime": "inf"}, "exptime", "not a number"),
        ({"exptime": "!"}, "exptime", "after !"),
        ({"exptime": "<"}, "exptime", "after <"),
        ({"exptime": "1,,2"}, "exptime", "empty"),
        ({"exptime": ",".join(["1"] * 500)}, "exptime", "at most 200 items"),
        ({"pi": "x" * 5000}, "pi", "at most 2000"),
        ({"pi": '"open'}, "pi", "not closed"),
        ({"pi": "nul\x00byte"}, "pi", "control"),
        ({"filename": "../../etc/passwd"}, "filename", "quotes"),
        ({"is_held": "perhaps"}, "is_held", "yes or no"),
        ({"n_hdu": "1.5"}, "n_hdu", "whole number"),
        ({"file_size": "99999999999999999999"}, "file_size", "whole number"),
        ({"telescop": "ct4m"}, "telescop", "did you mean telescope?"),
        ({"id": "1"}, "id", "no such parameter"),
        ({"hpx29": "1"}, "hpx29", "no such parameter"),
        ({"kw__": "1"}, "kw.", "FITS keyword"),
        ({"kw__A'; DROP TABLE product": "1"}, "kw.A'; DROP TABLE product", "FITS keyword"),
        ({"sort": "-exptme"}, "sort", "did you mean exptime?"),
        ({"columns": "ra,<b>"}, "columns", "no column <b>"),
        ({"limit": "0"}, "limit", "from 1 on"),
        ({"limit": "-5"}, "limit", "from 1 on"),
        ({"limit": "١"}, "limit", "from 1 on"),
        ({"format": "xml"}, "format", "votable"),
        ({"mine": "perhaps"}, "mine", "1 for your own"),
        ({"count": "about"}, "count", "exact"),
    ],
)
def test_nonsense_is_named_and_taught(params: dict[str, str], field: str, words: str) -> None:
    assert words in errors_of(**params)[field]


def test_all_errors_at_once() -> None:
    assert set(errors_of(ra="400", dec="x", exptime="y", nosuch="1")) == {"ra", "dec", "exptime", "nosuch"}
