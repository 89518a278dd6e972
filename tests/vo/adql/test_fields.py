"""What the columns of a result are: type, unit, UCD, by rules and never by guess."""

import pytest

from tests.vo.adql.stars import translated
from vo.adql import Column, Table, TableMap, translate
from vo.tables import Datatype, Field, Frame, SkyFrame, TimeFrame


def test_bare_column_keeps_all() -> None:
    (field,) = translated("SELECT ra AS alpha FROM stars").fields
    assert (field.name, field.datatype, field.unit, field.ucd, field.utype, field.description) == (
        "alpha", Datatype.DOUBLE, "deg", "pos.eq.ra;meta.main", "stc:ra", "RA, ICRS"
    )  # fmt: skip
    (field,) = translated("SELECT q.a FROM (SELECT seen AS a FROM stars) AS q").fields
    assert (field.name, field.xtype, field.arraysize) == ("a", "timestamp", "*")


@pytest.mark.parametrize(
    ("value", "name", "datatype", "unit", "ucd"),
    [
        ("ra + dec", "column_1", "double", "deg", ""),
        ("ra + 0.5", "column_1", "double", "deg", ""),
        ("ra + mag", "column_1", "double", "", ""),
        ("ra * 3600", "column_1", "double", "", ""),
        ("ra * dec", "column_1", "double", "deg**2", ""),
        ("ra / dec", "column_1", "double", "", ""),
        ("-mag", "column_1", "float", "mag", "phot.mag;em.opt.V"),
        ("id / 2", "column_1", "long", "", ""),
        ("mag * 2", "column_1", "double", "", ""),
        ("1", "column_1", "int", "", ""),
        ("3000000000", "column_1", "long", "", ""),
        ("1.5", "column_1", "double", "", ""),
        ("COUNT(*)", "count", "long", "", "meta.number"),
        ("COUNT(mag)", "count_mag", "long", "", "meta.number"),
        ("MAX(mag)", "max_mag", "float", "mag", "phot.mag;em.opt.V;stat.max"),
        ("AVG(mag)", "avg_mag", "double", "mag", "phot.mag;em.opt.V;stat.mean"),
        ("SUM(id)", "sum_id", "long", "", ""),
        ("SQRT(ra)", "sqrt", "double", "", ""),
        ("ABS(mag)", "abs", "float", "mag", "phot.mag;em.opt.V"),
        ("ROUND(ra, 2)", "round", "double", "deg", "pos.eq.ra;meta.main"),
        ("DEGREES(ra)", "degrees", "double", "deg", ""),
        ("RADIANS(ra)", "radians", "double", "rad", ""),
        ("COS(ra)", "cos", "double", "", ""),
        ("DISTANCE(ra, dec, 1, 2)", "distance", "double", "deg", "pos.angDistance"),
        ("AREA(CIRCLE(ra, dec, 1))", "area", "double", "deg**2", "phys.angArea"),
        ("IN_UNIT(ra, 'arcsec')", "in_unit", "double", "arcsec", "pos.eq.ra;meta.main"),
        ("CAST(ra AS REAL)", "column_1", "float", "deg", "pos.eq.ra;meta.main"),
        ("CAST(ra AS INTEGER)", "column_1", "int", "deg", "pos.eq.ra;meta.main"),
        ("COALESCE(mag, ra)", "coalesce", "double", "mag", "phot.mag;em.opt.V"),
        ("CONTAINS(POINT(ra, dec), CIRCLE(1, 2, 3))", "contains", "int", "", ""),
    ],
)
def test_reckoned_column_is_described(value: str, name: str, datatype: str, unit: str, ucd: str) -> None:
    (field,) = translated(f"SELECT {value} FROM stars").fields
    assert (field.name, field.datatype, field.unit, field.ucd) == (name, datatype, unit, ucd)
    assert field.description == value


@pytest.mark.parametrize(
    ("value", "xtype", "arraysize"),
    [
        ("POINT(ra, dec)", "point", "2"),
        ("CIRCLE(ra, dec, 1)", "circle", "3"),
        ("CIRCLE(1, 2, 3)", "circle", "3"),
        ("POLYGON(1, 2, 3, 4, 5, 0)", "polygon", "*"),
        ("BOX(1, 2, 3, 4)", "polygon", "*"),
        ("CENTROID(outline)", "point", "2"),
        ("CAST('1 2' AS POINT)", "point", "2"),
        ("place", "point", "2"),
    ],
)
def test_shapes_are_arrays_of_degrees(value: str, xtype: str, arraysize: str) -> None:
    (field,) = translated(f"SELECT {value} FROM stars").fields
    assert (field.datatype, field.xtype, field.arraysize) == (Datatype.DOUBLE, xtype, arraysize)


_ICRS, _MJD, _TDB = SkyFrame("ICRS"), TimeFrame("UTC", "TOPOCENTER", "MJD-origin"), TimeFrame("TDB", "BARYCENTER")
_FRAMED = TableMap(
    [
        Table(
            "",
            "seen",
            "seen",
            (
                Column(Field("ra", Datatype.DOUBLE, frame=_ICRS), "ra"),
                Column(Field("dec", Datatype.DOUBLE, frame=_ICRS), "dec"),
                Column(Field("t", Datatype.DOUBLE, frame=_MJD), "t"),
                Column(Field("other", Datatype.DOUBLE, frame=_TDB), "other"),
            ),
        )
    ]
)


@pytest.mark.parametrize(
    ("query", "frame"),
    [
        ("SELECT ra AS x FROM seen", _ICRS),
        ("SELECT x FROM (SELECT t AS x FROM seen) AS q", _MJD),
        ("SELECT MIN(t) FROM seen", _MJD),
        ("SELECT AVG(dec) FROM seen", _ICRS),
        ("SELECT COALESCE(t, t) FROM seen", _MJD),
        ("SELECT COALESCE(t, other) FROM seen", None),
        ("SELECT POINT(ra, dec) FROM seen", _ICRS),
        ("SELECT t FROM seen UNION SELECT t FROM seen", _MJD),
        ("SELECT t FROM seen UNION SELECT other FROM seen", None),
        ("SELECT t + 1 FROM seen", None),
        ("SELECT COUNT(t) FROM seen", None),
    ],
)
def test_what_is_still_a_place_or_a_time_keeps_its_frame(query: str, frame: Frame | None) -> None:
    (field,) = translate(query, _FRAMED, limit=1).fields
    assert field.frame == frame


def test_texts_times_and_truths() -> None:
    fields = translated(
        "SELECT name || 'x', LOWER(name), CAST(mag AS VARCHAR(3)), CAST('2020-01-01' AS TIMESTAMP), is_variable"
        " FROM stars"
    ).fields
    assert [(field.datatype, field.xtype) for field in fields] == [
        (Datatype.UNICODE_CHAR, ""), (Datatype.UNICODE_CHAR, ""), (Datatype.UNICODE_CHAR, ""),
        (Datatype.CHAR, "timestamp"), (Datatype.BOOLEAN, ""),
    ]  # fmt: skip


def test_names_of_a_result_differ() -> None:
    found = translated("SELECT s.ra, g.ra, s.id, g.id FROM stars s, galaxies g")
    assert [field.name for field in found.fields] == ["ra", "ra_2", "id", "id_2"]
    assert [field.id for field in found.fields] == ["", "", "star_id", ""]
    assert [note.code for note in found.notes] == ["renamed", "renamed"]


def test_set_operations_take_the_left_names_and_the_wider_types() -> None:
    (field,) = translated("SELECT mag AS m FROM stars UNION SELECT ra FROM stars").fields
    assert (field.name, field.datatype, field.unit) == ("m", Datatype.DOUBLE, "mag")


def test_division_of_whole_numbers_is_told() -> None:
    found = translated("SELECT id FROM stars WHERE ra < 5/60")
    assert [(note.code, note.column) for note in found.notes] == [("integer-division", 33)]
    assert "gives 0" in found.notes[0].message
