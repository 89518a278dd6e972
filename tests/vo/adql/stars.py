"""A small table set: stars and galaxies with positions that are indexed, pictures with regions, an upload."""

from dataclasses import dataclass

from vo.adql import Column, PositionIndex, RegionIndex, Table, TableMap, Translation, translate
from vo.sky import Region
from vo.tables import Datatype, Field

ID = Field("id", Datatype.LONG, ucd="meta.id;meta.main", description="Number of the star", id="star_id")
RA = Field("ra", Datatype.DOUBLE, unit="deg", ucd="pos.eq.ra;meta.main", utype="stc:ra", description="RA, ICRS")
DEC = Field("dec", Datatype.DOUBLE, unit="deg", ucd="pos.eq.dec;meta.main")
MAG = Field("mag", Datatype.FLOAT, unit="mag", ucd="phot.mag;em.opt.V")
NAME = Field("name", Datatype.UNICODE_CHAR, arraysize="*", ucd="meta.id")
HPX29 = Field("hpx29", Datatype.LONG, ucd="pos.healpix")
MIXED = Field("Flux", Datatype.DOUBLE, unit="Jy")
IS_VARIABLE = Field("is_variable", Datatype.BOOLEAN)
SEEN = Field("seen", Datatype.CHAR, arraysize="*", xtype="timestamp")
REGION = Field("s_region", Datatype.CHAR, arraysize="*", xtype="adql:REGION", ucd="pos.outline;obs.field")
PLACE = Field("place", Datatype.DOUBLE, arraysize="2", xtype="point", unit="deg")
OUTLINE = Field("outline", Datatype.DOUBLE, arraysize="*", xtype="polygon", unit="deg")


def columns(*fields: Field) -> tuple[Column, ...]:
    return tuple(Column(field, '"Flux"' if field is MIXED else field.name) for field in fields)


@dataclass(frozen=True)
class Pictures:
    """An index of regions that tells what it was asked."""

    column: str = "s_region"

    def meets(self, region: Region, relation: str) -> str:
        return f"{relation}.id = ANY (ARRAY(SELECT {type(region).__name__.lower()}_index()))"

    def meets_regions(self, other: RegionIndex, theirs: str, relation: str) -> str | None:  # noqa: ARG002 -- has none
        return None

    def holds(self, ra: str, dec: str, relation: str) -> str | None:
        return f"{relation}.id = ANY (holding({ra}, {dec}))"


INDEX = (PositionIndex("ra", "dec", "hpx29"),)
STARS = Table(
    "sky",
    "stars",
    "sky.stars",
    columns(ID, RA, DEC, MAG, NAME, HPX29, MIXED, IS_VARIABLE, SEEN, PLACE, OUTLINE),
    positions=INDEX,
    catalog="cat",
    rows=1_000_000,
)
GALAXIES = Table("sky", "galaxies", "sky.galaxies", columns(ID, RA, DEC, NAME, HPX29), positions=INDEX, rows=10_000)
PICTURES = Table("ivoa", "pictures", "ivoa.pictures", columns(ID, REGION, NAME), regions=(Pictures(),))
UPLOAD = Table("TAP_UPLOAD", "mine", "up.t1", columns(ID, RA, DEC, HPX29), positions=INDEX, rows=100)
PLAIN = Table("TAP_UPLOAD", "plain", "up.t2", columns(ID, RA, DEC))
TABLES = TableMap([STARS, GALAXIES, PICTURES, UPLOAD, PLAIN])


def sql_of(query: str) -> str:
    return translated(query).sql


def translated(query: str) -> Translation:
    return translate(query, TABLES)
