from datetime import UTC, datetime
from pathlib import Path

from tests.support.xml import parse_xml, require_valid_xml
from vo.tables import Datatype, Field
from vo.vosi import (
    ANONYMOUS,
    Availability,
    Capability,
    ColumnDescription,
    ForeignKeyDescription,
    Interface,
    Language,
    LanguageFeature,
    Limit,
    OutputFormat,
    SchemaDescription,
    TableAccess,
    TableDescription,
    without_columns,
    write_availability,
    write_capabilities,
    write_table,
    write_tables,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UDF = "ivo://ivoa.net/std/TAPRegExt#features-udf"
GEOMETRY = "ivo://ivoa.net/std/TAPRegExt#features-adqlgeo"
TAP = Capability(
    "ivo://ivoa.net/std/TAP",
    (Interface("https://x/tap", version="1.1", is_base=True, security=(ANONYMOUS, "ivo://ivoa.net/sso#cookie")),),
    table_access=TableAccess(
        languages=(
            Language(
                "ADQL",
                (("2.0", "ivo://ivoa.net/std/ADQL#v2.0"), ("2.1", "ivo://ivoa.net/std/ADQL#v2.1")),
                "The Astronomical Data Query Language",
                (
                    LanguageFeature(UDF, "f(a TEXT) -> INTEGER", "Less than <this> & that."),
                    LanguageFeature(GEOMETRY, "POINT"),
                    LanguageFeature(UDF, "g() -> DOUBLE"),
                ),
            ),
        ),
        formats=(
            OutputFormat("application/x-votable+xml", ("votable",), "ivo://ivoa.net/std/TAPRegExt#output-votable-td"),
            OutputFormat("text/csv"),
        ),
        data_models=(("ivo://ivoa.net/std/ObsCore#core-1.1", "ObsCore 1.1"),),
        upload_methods=("ivo://ivoa.net/std/TAPRegExt#upload-inline",),
        retention=Limit(600, 6000),
        duration=Limit(60, None),
        output_limit=Limit(1000, 10000, "row"),
        upload_limit=Limit(None, 10000, "byte"),
    ),
)
TABLES = (
    SchemaDescription(
        "ivoa",
        (
            TableDescription(
                "ivoa.obscore",
                (
                    ColumnDescription(
                        Field("obs_id", Datatype.CHAR, "64*", "", "meta.id", "obscore:x", "The id."),
                        is_indexed=True,
                        is_principal=True,
                        is_std=True,
                    ),
                    ColumnDescription(Field('"size"', Datatype.INT)),
                    ColumnDescription(Field("t", Datatype.CHAR, "*", xtype="timestamp")),
                ),
                (ForeignKeyDescription("obs.file", (("obs_id", "id"),), "Where it is."),),
                description="All that was observed.",
                kind="view",
                rows=12,
            ),
        ),
        description="Standard tables.",
    ),
    SchemaDescription("empty"),
)


def test_documents_are_valid(tmp_path: Path) -> None:
    probes = (Capability("ivo://ivoa.net/std/DALI#examples", (Interface("https://x/e", is_for_people=True),), "See."),)
    for body in (
        write_availability(Availability(is_available=True)),
        write_availability(Availability(is_available=False, up_since=NOW, down_at=NOW, back_at=NOW, notes=("a", "b"))),
        write_capabilities([TAP, *probes]),
        write_tables(TABLES),
        write_tables(without_columns(TABLES)),
        write_table(TABLES[0].tables[0]),
    ):
        require_valid_xml(body, tmp_path)


def test_features_are_told_by_their_kinds() -> None:
    root = parse_xml(write_capabilities([TAP]))
    lists = root.findall(".//languageFeatures")
    assert [each.get("type") for each in lists] == [UDF, GEOMETRY]
    assert [form.text for form in lists[0].iter("form")] == ["f(a TEXT) -> INTEGER", "g() -> DOUBLE"]
    [interface] = root.findall(".//interface")
    methods = [each.get("standardID") for each in interface.findall("securityMethod")]
    assert methods == [None, "ivo://ivoa.net/sso#cookie"]


def test_tables_are_read_by_names_without_prefix() -> None:
    root = parse_xml(write_tables(TABLES))
    [table] = root.findall("schema/table")
    assert table.findtext("name") == "ivoa.obscore"
    assert table.get("type") == "view"
    columns = {each.findtext("name"): each for each in table.findall("column")}
    assert [flag.text for flag in columns["obs_id"].findall("flag")] == ["indexed", "principal"]
    assert columns["obs_id"].get("std") == "true"
    [kind] = columns["t"].findall("dataType")
    assert (kind.text, kind.get("arraysize"), kind.get("extendedType")) == ("char", "*", "timestamp")
    assert parse_xml(write_tables(without_columns(TABLES))).findall(".//column") == []
