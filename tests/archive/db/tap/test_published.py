"""Published tables are what their descriptions say, TAP_SCHEMA says the same, and ADQL finds its indexes in them."""

import numpy as np
import pytest
from sqlalchemy import text

from archive.db.footprints import FootprintStore, Outline
from archive.db.schema import CatalogueRow
from archive.db.session import Database
from archive.db.tap import SCHEMAS, PublishedTables, describe_all
from archive.domain.access import ANONYMOUS, Caller
from tests.support.holdings import NOW, make_observation, make_product, make_program
from tests.support.taprole import planned, told
from vo.adql import Table, translate
from vo.sky.healpix import hpx29
from vo.tables import Datatype, SkyFrame, TimeFrame
from vo.tap.metadata import as_in_queries, describe_schemas

SQL_TYPES = {
    Datatype.BOOLEAN: "boolean",
    Datatype.INT: "integer",
    Datatype.LONG: "bigint",
    Datatype.DOUBLE: "double precision",
    Datatype.UNICODE_CHAR: "text",
}
# ObsCore 1.1, table 5 and appendix B: utype, UCD, unit.
OBSCORE = """
dataproduct_type ObsDataset.dataProductType meta.code.class
calib_level ObsDataset.calibLevel meta.code;obs.calib
obs_collection DataID.Collection meta.id
obs_id DataID.observationID meta.id
obs_publisher_did Curation.PublisherDID meta.ref.ivoid
access_url Access.Reference meta.ref.url
access_format Access.Format meta.code.mime
access_estsize Access.Size phys.size;meta.file kbyte
target_name Target.Name meta.id;src
s_ra Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2.C1 pos.eq.ra deg
s_dec Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2.C2 pos.eq.dec deg
s_fov Char.SpatialAxis.Coverage.Bounds.Extent.diameter phys.angSize;instr.fov deg
s_region Char.SpatialAxis.Coverage.Support.Area pos.outline;obs.field
s_xel1 Char.SpatialAxis.numBins1 meta.number
s_xel2 Char.SpatialAxis.numBins2 meta.number
s_resolution Char.SpatialAxis.Resolution.Refval.value pos.angResolution arcsec
t_min Char.TimeAxis.Coverage.Bounds.Limits.StartTime time.start;obs.exposure d
t_max Char.TimeAxis.Coverage.Bounds.Limits.StopTime time.end;obs.exposure d
t_exptime Char.TimeAxis.Coverage.Support.Extent time.duration;obs.exposure s
t_resolution Char.TimeAxis.Resolution.Refval.value time.resolution s
t_xel Char.TimeAxis.numBins meta.number
em_min Char.SpectralAxis.Coverage.Bounds.Limits.LoLimit em.wl;stat.min m
em_max Char.SpectralAxis.Coverage.Bounds.Limits.HiLimit em.wl;stat.max m
em_res_power Char.SpectralAxis.Resolution.ResolPower.refVal spect.resolution
em_xel Char.SpectralAxis.numBins meta.number
o_ucd Char.ObservableAxis.ucd meta.ucd
pol_states Char.PolarizationAxis.stateList meta.code;phys.polarization
pol_xel Char.PolarizationAxis.numBins meta.number
facility_name Provenance.ObsConfig.Facility.name meta.id;instr.tel
instrument_name Provenance.ObsConfig.Instrument.name meta.id;instr
dataproduct_subtype ObsDataset.dataProductSubtype meta.code.class
obs_title DataID.Title meta.title;obs
obs_release_date Curation.releaseDate time.release
data_rights Curation.Rights meta.code
proposal_id Provenance.Proposal.identifier meta.id;obs.proposal
s_pixel_scale Char.SpatialAxis.Sampling.RefVal.SamplingPeriod phys.angSize;instr.pixel arcsec
"""


@pytest.fixture
def tables(database: Database) -> PublishedTables:
    return PublishedTables(database=database)


def written(tables: PublishedTables, adql: str, caller: Caller = ANONYMOUS) -> str:
    return translate(adql, tables(caller), limit=1000).sql


def found(tables: PublishedTables, name: str) -> Table:
    schema, _, last = name.partition(".")
    table = tables(ANONYMOUS).find(schema, last)
    assert table is not None
    return table


def test_views_have_the_columns_described(database: Database, tables: PublishedTables) -> None:
    for name in tables(ANONYMOUS).names():
        table = found(tables, name)
        with database.engine.connect() as connection:
            listed = connection.execute(
                text(
                    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
                    " WHERE attrelid = CAST(:name AS regclass) AND attnum > 0"
                ),
                {"name": name},
            )
            kinds = {str(attribute): str(kind) for attribute, kind in listed}
        for column in table.columns:
            kind = kinds[column.name]
            field = column.field
            if field.is_timestamp:
                assert kind in {"timestamp with time zone", "date"}
            elif field.is_array:
                assert kind == f"{SQL_TYPES[field.datatype]}[]"
            else:
                assert kind == SQL_TYPES.get(field.datatype, "text"), column
            assert column.field.description.endswith(".")
        hidden = set(kinds) - {column.name for column in table.columns}
        assert hidden <= {"product_key", "program_key", "header_key", "is_long_key", "hpx29"}


def test_places_and_times_tell_what_they_are_counted_in(tables: PublishedTables) -> None:
    frames = {column.name: column.field.frame for column in found(tables, "ivoa.obscore").columns}
    assert {name for name, frame in frames.items() if frame == SkyFrame("ICRS")} == {"s_ra", "s_dec", "s_region"}
    clock = TimeFrame("UTC", "TOPOCENTER", "MJD-origin")
    assert {name for name, frame in frames.items() if frame == clock} == {"t_min", "t_max"}


def test_large_views_tell_about_how_large_they_are(sky: Database) -> None:
    sizes = {name: found(PublishedTables(database=sky), name).rows for name in ("ivoa.obscore", "archive.hdus")}
    assert sizes == {"ivoa.obscore": 2000, "archive.hdus": None}


def test_obscore_is_as_the_standard_has_it(tables: PublishedTables) -> None:
    columns = {column.name: column for column in found(tables, "ivoa.obscore").columns}
    for line in OBSCORE.split("\n")[1:-1]:
        name, utype, ucd, *unit = line.split(" ")
        field = columns[name].field
        assert (field.utype, field.ucd, field.unit) == (f"obscore:{utype}", ucd, "".join(unit)), name
        assert columns[name].is_std
    assert columns["s_region"].field.xtype == "adql:REGION"


def test_tap_schema_tells_of_all(database: Database, tables: PublishedTables) -> None:
    with database.begin() as uow:
        describe_all(uow)
    with database.begin() as uow:
        assert not describe_all(uow), "a second time changes nothing"
    schemas = describe_schemas(tables(ANONYMOUS), SCHEMAS)
    said = {
        (table.name, column.field.name, column.field.datatype.value, column.is_indexed)
        for schema in schemas
        for table in schema.tables
        for column in table.columns
    }
    query = "SELECT table_name, column_name, datatype, indexed FROM tap_schema.columns"
    assert {(row[0], row[1], row[2], row[3] == 1) for row in told(database, written(tables, query))} == said
    kinds = {(table.name, table.kind) for schema in schemas for table in schema.tables}
    listed = told(database, written(tables, "SELECT table_name, table_type FROM tap_schema.tables"))
    assert {tuple(row) for row in listed} == kinds
    assert {kind for name, kind in kinds if name in {"ivoa.obscore", "archive.files"}} == {"view"}
    sizes = told(database, written(tables, 'SELECT "size" FROM tap_schema.columns WHERE "size" > 0'))
    assert sizes == []
    joined = (
        "SELECT k.from_table, c.from_column, k.target_table, c.target_column FROM tap_schema.keys k JOIN"
        " tap_schema.key_columns c ON k.key_id = c.key_id"
    )
    for here, here_column, there, there_column in told(database, written(tables, joined)):
        for name, column in ((here, here_column), (there, there_column)):
            assert column in {as_in_queries(each.name) for each in found(tables, str(name)).columns}


def test_a_catalogue_is_known_once_it_is_loaded(database: Database, tables: PublishedTables) -> None:
    assert tables(ANONYMOUS).find("catalogues", "stars") is None
    field = {"name": "mag", "datatype": "float", "unit": "mag", "frame": {"system": "ICRS", "epoch": "J2000"}}
    with database.begin() as uow:
        uow.session.add(
            CatalogueRow(
                name="stars",
                description="Stars.",
                n_rows=7,
                loaded=NOW,
                relation="stars",
                columns=[{"field": field, "is_indexed": False, "is_principal": True}],
            )
        )
    table = found(tables, "catalogues.stars")
    assert (table.rows, table.columns[0].field.unit, table.columns[0].sql) == (7, "mag", "c1")
    assert table.columns[0].field.frame == SkyFrame("ICRS", epoch="J2000")


@pytest.fixture
def sky(database: Database) -> Database:
    """Give files of which one has an outline, one a position alone, and one is under embargo."""
    with database.begin() as uow:
        square = np.array([(10.0, -0.5), (11.0, -0.5), (11.0, 0.5), (10.0, 0.5)])
        outline = "POLYGON 10 -0.5 11 -0.5 11 0.5 10 0.5"
        outlines = FootprintStore(uow).add_set([Outline(1, 1, square)])
        program = make_program(uow.session, "2014B-0001")
        marked: dict[str, object] = {"footprint_set_id": outlines, "s_region": outline}
        for name, ra, dec, values in (
            ("outlined", 10.5, 0.0, marked),
            ("embargoed", 10.5, 0.0, {**marked, "metadata_release": None}),
            ("placed", 10.6, 0.1, {}),
            ("far", 200.0, -80.0, {}),
        ):
            observation = make_observation(uow.session, f"obs-{name}")
            make_product(
                uow.session,
                name,
                observation_id=observation.id,
                program_id=program.id,
                target=f"{name} field",
                t_min=57000.0,
                ra=ra,
                dec=dec,
                hpx29=int(hpx29(ra, dec)[0]),
                **values,
            )
        for number in range(2000):
            ra = number * 0.18
            make_product(
                uow.session, f"more{number}", ra=ra, dec=45.0, hpx29=int(hpx29(ra, 45.0)[0]), target=f"m{number}"
            )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE product, observation, footprint, footprint_cell"))
    return database


ASKED = {
    "s_ra > 10.4 AND 1 = CONTAINS(POINT(s_ra, s_dec), CIRCLE(10.5, 0, 1))": ["outlined", "placed"],
    "DISTANCE(POINT(s_ra, s_dec), POINT(10.6, 0.1)) < 0.01": ["placed"],
    "1 = INTERSECTS(s_region, CIRCLE(9.9, 0, 0.2))": ["outlined"],
    "1 = CONTAINS(POINT(10.9, 0.4), s_region)": ["outlined"],
    "1 = INTERSECTS(POLYGON(9, -1, 12, -1, 12, 1, 9, 1), s_region)": ["outlined"],
    "obs_id = 'obs-placed'": ["placed"],
    "public_id IN ('placed', 'embargoed', 'far')": ["far", "placed"],
    "target_name = 'far field'": ["far"],
    "target_name LIKE 'far%'": ["far"],
    "target_name LIKE '%lace_ field'": ["placed"],
    "NOT target_name LIKE 'm%' AND target_name NOT LIKE 'f%'": ["outlined", "placed"],
    "obs_id LIKE 'obs-p_aced'": ["placed"],
    "obs_id LIKE 'obs-􏿿%'": [],
    "proposal_id = '2014B-0001' AND t_min BETWEEN 56999 AND 57001": ["far", "outlined", "placed"],
}


@pytest.mark.parametrize("condition", ASKED)
def test_places_and_names_are_found(sky: Database, condition: str) -> None:
    tables = PublishedTables(database=sky)
    sql = written(tables, f"SELECT public_id FROM ivoa.obscore WHERE {condition}")
    assert sorted(str(row[0]) for row in told(sky, sql)) == ASKED[condition]


def test_regions_join_positions(sky: Database) -> None:
    tables = PublishedTables(database=sky)
    sql = written(
        tables,
        "SELECT f.public_id, o.public_id FROM archive.files f JOIN ivoa.obscore o"
        " ON 1 = CONTAINS(POINT(f.ra, f.dec), o.s_region)",
    )
    assert sorted(told(sky, sql)) == [("outlined", "outlined"), ("placed", "outlined")]


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ("1 = CONTAINS(POINT(s_ra, s_dec), CIRCLE(10.5, 0, 0.1))", "ix_product_hpx29"),
        ("DISTANCE(POINT(s_ra, s_dec), POINT(10.6, 0.1)) < 0.01", "ix_product_hpx29"),
        ("1 = INTERSECTS(s_region, CIRCLE(10.5, 0, 0.1))", "ix_product_footprint_set_id"),
        ("1 = INTERSECTS(s_region, CIRCLE(10.5, 0, 0.1))", "pk_product"),
        ("obs_id = 'obs-placed'", "observation"),
        ("public_id = 'placed'", "uq_product_public_id"),
        ("target_name = 'far field'", "ix_product_target_begins"),
        ("target_name LIKE 'far%'", "ix_product_target_begins"),
        ("archive_filename LIKE 'far%'", "ix_product_archive_filename_begins"),
        ("obs_id LIKE 'obs-far%'", "observation"),
        ("archive_filename = 'far.fits'", "product_archive_filename"),
    ],
)
@pytest.mark.parametrize(
    "caller", [ANONYMOUS, Caller(user_id=1, programs=frozenset({1, 7}))], ids=["anonymous", "investigator"]
)
def test_conditions_find_their_index(sky: Database, condition: str, index: str, caller: Caller) -> None:
    tables = PublishedTables(database=sky)
    plan = planned(sky, written(tables, f"SELECT public_id FROM ivoa.obscore WHERE {condition}"), caller)
    assert index in plan, plan
    assert "Seq Scan on product" not in plan, plan
