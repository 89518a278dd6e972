from pathlib import Path

from tests.support.tap import DOUBLED, JOB_LIMITS, LIMITS, tables_for
from tests.support.xml import parse_xml, require_valid_xml
from vo.adql import Extension
from vo.tables import FORMATS
from vo.tap import describe_schemas, describe_table, tap_capabilities
from vo.vosi import ANONYMOUS, write_capabilities, write_tables

URL = "https://archive.example/tap"


def capabilities() -> bytes:
    return write_capabilities(
        tap_capabilities(
            url=URL,
            limits=LIMITS,
            job_limits=JOB_LIMITS,
            functions=(DOUBLED,),
            extensions=tuple(Extension),
            security=(ANONYMOUS, "ivo://ivoa.net/sso#BasicAA"),
            data_models=(("ivo://ivoa.net/std/ObsCore#core-1.1", "ObsCore 1.1"),),
        )
    )


def test_documents_are_valid(tmp_path: Path) -> None:
    require_valid_xml(capabilities(), tmp_path)
    require_valid_xml(write_tables(describe_schemas(tables_for("ada"), {})), tmp_path)


def test_capabilities_declare_what_there_is() -> None:
    root = parse_xml(capabilities())
    [tap] = root.findall("capability[@standardID='ivo://ivoa.net/std/TAP']")
    [url] = tap.findall("interface/accessURL")
    assert (url.text, url.get("use")) == (URL, "base")
    features = {
        kind.get("type", "").partition("#")[2]: [form.text for form in kind.iter("form")]
        for kind in tap.iter("languageFeatures")
    }
    assert features["features-udf"] == ["doubled(x DOUBLE) -> DOUBLE"]
    assert len(features["features-adqlgeo"]) == 13
    assert set(features["features-adql-sets"]) == {"UNION", "EXCEPT", "INTERSECT"}
    assert len(features["extra-adql-keywords"]) == 4
    assert [version.text for version in tap.iter("version")] == ["2.0", "2.1"]
    assert {form.findtext("alias") for form in tap.iter("outputFormat")} == set(FORMATS)
    methods = {method.get("ivo-id", "").partition("#")[2] for method in tap.iter("uploadMethod")}
    assert methods == {"upload-inline", "upload-http", "upload-https"}
    assert tap.findtext("outputLimit/hard") == "1000"


def test_tables_are_described_by_their_schemas_in_the_order_given() -> None:
    found = describe_schemas(tables_for("ada"), {"team": "Of the team.", "cat": "Catalogues.", "gone": "Empty."})
    assert [(schema.name, schema.description) for schema in found] == [("team", "Of the team."), ("cat", "Catalogues.")]
    [stars, _] = found[1].tables
    assert (stars.name, stars.description, stars.rows) == ("cat.stars", "Some stars.", 3)
    # A reserved word is quoted, as a query has to write it.
    assert [column.field.name for column in stars.columns] == ["id", "ra", "name", '"size"']
    [key] = stars.foreign_keys
    assert (key.target, key.columns) == ("cat.kinds", (("name", "kind"),))
    assert [schema.name for schema in describe_schemas(tables_for(None), {})] == ["cat"]


def test_one_table_is_found_by_its_name_as_listed() -> None:
    found = describe_table(tables_for("ada"), "team.targets")
    assert found is not None
    assert found.name == "team.targets"
    for caller, name in ((None, "team.targets"), ("ada", "team"), ("ada", "x.y.z"), ("ada", ""), ("ada", ".")):
        assert describe_table(tables_for(caller), name) is None
