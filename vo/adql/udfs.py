# SPDX-License-Identifier: BSD-3-Clause
"""Functions beyond the standard: those of the IVOA's catalogue of user defined functions (EN 1.2), as rows."""

from collections.abc import Callable

from vo.adql.functions import Function, Parameter, Result
from vo.adql.valuetypes import Type
from vo.sky import Point
from vo.tables import Datatype

__all__ = ["UDFS", "simbadpoint"]

_D, _I, _T = Parameter.DOUBLE, Parameter.INTEGER, Parameter.TEXT
_TRUTH = Result(Type.INT)
_POINT = Result(Type.SHAPE, form="point")
_MOTION = (_D,) * 8
_MOTION_TEXT = (
    "(ra DOUBLE, dec DOUBLE, parallax DOUBLE, pmra DOUBLE, pmdec DOUBLE, radial_velocity DOUBLE, ref_epoch DOUBLE,"
    " out_epoch DOUBLE)"
)

UDFS = (
    Function(
        "ivo_healpix_index",
        (_I, _D, _D),
        Result(Type.LONG, ucd="pos.healpix"),
        "adql_healpix({0}, {1}, {2})",
        signature="ivo_healpix_index(hpxOrder INTEGER, long DOUBLE, lat DOUBLE) -> BIGINT",
        description="The nested HEALPix cell of an order, 0 to 29, that a position in degrees lies in.",
    ),
    Function(
        "ivo_healpix_index",
        (_I, Parameter.POINT),
        Result(Type.LONG, ucd="pos.healpix"),
        "adql_healpix({0}, {1})",
        signature="ivo_healpix_index(hpxOrder INTEGER, p POINT) -> BIGINT",
        description="The nested HEALPix cell of an order, 0 to 29, that a point lies in.",
    ),
    Function(
        "ivo_healpix_center",
        (_I, Parameter.BIGINT),
        _POINT,
        "adql_healpix_centre({0}, {1})",
        signature="ivo_healpix_center(hpxOrder INTEGER, hpxIndex BIGINT) -> POINT",
        description="The centre of a nested HEALPix cell.",
    ),
    Function(
        "ivo_epoch_prop_pos",
        _MOTION,
        _POINT,
        "(adql_epoch_prop({*}))[1:2]",
        signature=f"ivo_epoch_prop_pos{_MOTION_TEXT} -> POINT",
        description="Where an object in uniform motion is at another epoch (degrees, mas, mas/yr, km/s, Julian years).",
    ),
    Function(
        "ivo_epoch_prop",
        _MOTION,
        Result(Type.ARRAY, arraysize="6"),
        "adql_epoch_prop({*})",
        signature=f"ivo_epoch_prop{_MOTION_TEXT} -> DOUBLE[6]",
        description="Position, parallax, proper motion and radial velocity of an object at another epoch.",
    ),
    Function(
        "ivo_geom_transform",
        (_T, _T, Parameter.SHAPE),
        Result(Type.SHAPE, form="as given"),
        "",
        signature="ivo_geom_transform(from_sys TEXT, to_sys TEXT, geo GEOMETRY) -> GEOMETRY",
        description="A point, circle or polygon turned from one frame to another: ICRS, FK5, FK4, GALACTIC, ECLIPTIC.",
    ),
    Function(
        "ivo_to_jd",
        (Parameter.TIMESTAMP,),
        Result(Type.DOUBLE, unit="d", ucd="time.epoch"),
        "(extract(epoch FROM {0}) / 86400.0 + 2440587.5)::float8",
        signature="ivo_to_jd(d TIMESTAMP) -> DOUBLE",
        description="The Julian Date of a time.",
    ),
    Function(
        "ivo_to_mjd",
        (Parameter.TIMESTAMP,),
        Result(Type.DOUBLE, unit="d", ucd="time.epoch"),
        "(extract(epoch FROM {0}) / 86400.0 + 40587)::float8",
        signature="ivo_to_mjd(d TIMESTAMP) -> DOUBLE",
        description="The Modified Julian Date of a time.",
    ),
    Function(
        "ivo_string_agg",
        (_T, _T),
        Result(Type.TEXT),
        "string_agg({0}, {1})",
        signature="ivo_string_agg(expression TEXT, delimiter TEXT) -> TEXT",
        description="All texts of a group, joined by a delimiter; NULLs leave no trace.",
        is_aggregate=True,
    ),
    Function(
        "ivo_nocasematch",
        (_T, _T),
        _TRUTH,
        "({0} ILIKE {1})::int4",
        signature="ivo_nocasematch(value TEXT, pattern TEXT) -> INTEGER",
        description="1 if a text is LIKE a pattern whatever its case, else 0.",
    ),
    Function(
        "ivo_hasword",
        (_T, _T),
        _TRUTH,
        "(to_tsvector('english', {0}) @@ plainto_tsquery('english', {1})"
        " OR to_tsvector('simple', {0}) @@ plainto_tsquery('simple', {1}))::int4",
        signature="ivo_hasword(haystack TEXT, needle TEXT) -> INTEGER",
        description="1 if all words of the second text are in the first, in any case and inflexion, else 0.",
    ),
    Function(
        "ivo_hashlist_has",
        (_T, _T),
        _TRUTH,
        "adql_hashlist_has({0}, {1})",
        signature="ivo_hashlist_has(hashlist TEXT, item TEXT) -> INTEGER",
        description="1 if a word is in a list whose words are joined by #, whatever its case, else 0.",
    ),
    Function(
        "ivo_histogram",
        (_D, _D, _D, _I),
        Result(Type.ARRAY, arraysize="*", datatype=Datatype.LONG, ucd="meta.number"),
        "adql_histogram({*})",
        signature="ivo_histogram(val DOUBLE, lower DOUBLE, upper DOUBLE, nbins INTEGER) -> BIGINT[]",
        description="How many values of a group lie below, in each of the bins between two limits, and above.",
        is_aggregate=True,
    ),
    Function(
        "ivo_normal_random",
        (_D, _D),
        Result(Type.DOUBLE),
        "adql_normal_random({0}, {1})",
        signature="ivo_normal_random(mu DOUBLE, sigma DOUBLE) -> DOUBLE",
        description="A random number of a normal distribution.",
    ),
    Function(
        "ivo_interval_overlaps",
        (_D, _D, _D, _D),
        _TRUTH,
        "({0} <= {3} AND {2} <= {1})::int4",
        signature="ivo_interval_overlaps(a1 DOUBLE, b1 DOUBLE, a2 DOUBLE, b2 DOUBLE) -> INTEGER",
        description="1 if two intervals have a number in common, else 0.",
    ),
    Function(
        "ivo_interval_has",
        (_D, Parameter.ARRAY),
        _TRUTH,
        "({0} BETWEEN ({1})[1] AND ({1})[2])::int4",
        signature="ivo_interval_has(val DOUBLE, interval DOUBLE[2]) -> INTEGER",
        description="1 if a number lies in an interval, else 0.",
    ),
    Function(
        "ivo_hms_to_degrees",
        (_T,),
        Result(Type.DOUBLE, unit="deg"),
        "adql_sexagesimal({0}, 15)",
        signature="ivo_hms_to_degrees(hms TEXT) -> DOUBLE",
        description="Degrees of hours, minutes and seconds: h:m:s, hhmmss or 1h2m3s.",
    ),
    Function(
        "ivo_dms_to_degrees",
        (_T,),
        Result(Type.DOUBLE, unit="deg"),
        "adql_sexagesimal({0}, 1)",
        signature="ivo_dms_to_degrees(dms TEXT) -> DOUBLE",
        description="Degrees of degrees, minutes and seconds: d:m:s, ddmmss or 1d2m3s.",
    ),
)
"""All but ``ivo_simbadpoint``, which needs someone who knows names."""


def simbadpoint(resolve: Callable[[str], tuple[float, float] | None]) -> Function:
    """Make ``ivo_simbadpoint``; the name is looked up while the query is written.

    Parameters
    ----------
    resolve
        Gives RA and Dec of an object's name in degrees ICRS, or None.
    """

    def point(name: str) -> Point:
        found = resolve(name)
        if found is None:
            raise ValueError(f"Nothing is known under the name {name[:60]}")
        return Point(*found)

    return Function(
        "ivo_simbadpoint",
        (_T,),
        _POINT,
        "",
        signature="ivo_simbadpoint(identifier TEXT) -> POINT",
        description="The position of an object, by its name written out; stars and nebulae of the usual catalogues.",
        fold=point,
    )
