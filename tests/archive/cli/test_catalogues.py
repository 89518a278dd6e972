"""``archive load-table``, as an operator types it, and the catalogue as queries see it."""

from pathlib import Path

import pytest
from astropy.table import Table as AstropyTable
from click.testing import CliRunner, Result
from sqlalchemy import text

from archive.cli import main
from archive.db.session import Database
from archive.db.tap import PublishedTables
from archive.domain.access import ANONYMOUS
from tests.support.taprole import planned, told
from vo.adql import translate
from vo.tables import SkyFrame


@pytest.fixture
def runner(tmp_path: Path, database: Database) -> CliRunner:
    return CliRunner(
        env={"ARCHIVE_HOME": str(tmp_path), "ARCHIVE_DATABASE_URL": database.url, "ARCHIVE_LOG_LEVEL": "ERROR"}
    )


@pytest.fixture(autouse=True)
def no_catalogues(database: Database) -> None:
    with database.engine.begin() as connection:
        for name in connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'catalogues'")).all():
            connection.execute(text(f'DROP TABLE catalogues."{name}"'))


def stars(folder: Path, *mags: float) -> Path:
    """Write a VOTable of stars with all that a column can say."""
    path = folder / "Bright-Stars 2.vot"
    rows = "".join(
        f"<TR><TD>{number}</TD><TD>{number * 10.0}</TD><TD>-{number}.5</TD><TD>{mag}</TD><TD>HD {number}</TD></TR>"
        for number, mag in enumerate(mags, 1)
    )
    path.write_text(
        '<?xml version="1.0"?><VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE>'
        '<COOSYS ID="sky" system="ICRS" epoch="J2000"/><TABLE>'
        '<FIELD name="Id" datatype="int" ucd="meta.id;meta.main"><DESCRIPTION>Its number.</DESCRIPTION></FIELD>'
        '<FIELD name="alpha_j" datatype="double" unit="deg" ucd="pos.eq.ra;meta.main" ref="sky"/>'
        '<FIELD name="delta_j" datatype="double" unit="deg" ucd="pos.eq.dec;meta.main" ref="sky"/>'
        '<FIELD name="size" datatype="float" unit="mag" ucd="phot.mag" utype="x:mag"/>'
        '<FIELD name="name &quot;x&quot;" datatype="char" arraysize="*" ucd="meta.id"/>'
        f"<DATA><TABLEDATA>{rows}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
    )
    return path


def run(runner: CliRunner, *words: str) -> Result:
    return runner.invoke(main, [*words])


def asked(database: Database, adql: str) -> list[tuple[object, ...]]:
    return told(database, translate(adql, PublishedTables(database=database)(ANONYMOUS), limit=100).sql)


def test_a_catalogue_keeps_what_its_columns_say(runner: CliRunner, database: Database, tmp_path: Path) -> None:
    done = run(runner, "load-table", str(stars(tmp_path, 1.5, 2.5)), "--description", "Stars.")
    assert (done.exit_code, done.output) == (0, "catalogues.bright_stars_2 has 2 rows\n")
    table = PublishedTables(database=database)(ANONYMOUS).find("catalogues", "bright_stars_2")
    assert table is not None
    assert (table.description, table.rows) == ("Stars.", 2)
    fields = [column.field for column in table.columns]
    assert [field.name for field in fields] == ["Id", "alpha_j", "delta_j", "size", 'name "x"']
    assert (fields[0].datatype, fields[0].description) == ("int", "Its number.")
    assert [field.frame for field in fields[:4]] == [None, *[SkyFrame("ICRS", epoch="J2000")] * 2, None]
    assert (fields[3].unit, fields[3].ucd, fields[3].utype) == ("mag", "phot.mag", "x:mag")
    assert [column.is_indexed for column in table.columns] == [True, True, True, False, True]
    query = 'SELECT Id, "name ""x""" FROM catalogues.bright_stars_2 WHERE "size" > 2'
    assert asked(database, query) == [(2, "HD 2")]
    cone = "SELECT id FROM bright_stars_2 WHERE 1 = CONTAINS(POINT(alpha_j, delta_j), CIRCLE(20, -2.5, 0.1))"
    assert asked(database, cone) == [(2,)]
    listed = "SELECT column_name FROM tap_schema.columns WHERE table_name = 'catalogues.bright_stars_2'"
    assert {row[0] for row in asked(database, listed)} == {"Id", "alpha_j", "delta_j", '"size"', '"name ""x"""'}


def test_numbers_that_are_called_like_identifiers_are_indexed_where_no_ucd_says_what_is(
    runner: CliRunner, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "stars.csv").write_text("name,ObjID,id,ra,dec\na,7,1,10.5,10.5\nb,8,2,20.5,20.5\n")
    assert run(runner, "load-table", str(tmp_path / "stars.csv")).exit_code == 0
    table = PublishedTables(database=database)(ANONYMOUS).find("catalogues", "stars")
    assert table is not None
    assert [column.is_indexed for column in table.columns] == [False, True, False, True, True]
    assert asked(database, "SELECT name FROM stars WHERE objid = 8") == [("b",)]


def test_a_catalogue_is_replaced_and_dropped(runner: CliRunner, database: Database, tmp_path: Path) -> None:
    assert run(runner, "load-table", str(stars(tmp_path, 1.5)), "--name", "stars").exit_code == 0
    again = run(runner, "load-table", str(stars(tmp_path, 1.5, 2.5)), "--name", "stars")
    assert again.exit_code == 1
    assert "already; --replace" in again.output
    assert asked(database, "SELECT COUNT(*) FROM stars") == [(1,)]
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE catalogues.left_by_a_command_that_died (x int)"))
    assert run(runner, "load-table", str(stars(tmp_path, 1, 2, 3)), "--name", "stars", "--replace").exit_code == 0
    assert asked(database, "SELECT COUNT(*) FROM stars") == [(3,)]
    assert len(_relations(database)) == 1, "what is old is gone"
    assert run(runner, "drop-table", "stars").output == "catalogues.stars is gone\n"
    assert _relations(database) == []
    assert PublishedTables(database=database)(ANONYMOUS).find("catalogues", "stars") is None
    assert run(runner, "drop-table", "stars").output == "Error: There is no catalogue stars.\n"


def test_what_cannot_be_loaded_leaves_nothing(runner: CliRunner, database: Database, tmp_path: Path) -> None:
    good = stars(tmp_path, 1.5)
    assert run(runner, "load-table", str(good), "--name", "stars").exit_code == 0
    cut = tmp_path / "cut.vot"
    cut.write_text(good.read_text()[:-80])
    for words, told_of in (
        ((str(cut), "--name", "stars", "--replace"), "cut.vot cannot be loaded"),
        ((str(good), "--name", "table"), "cannot name a table"),
        ((str(good), "--name", 'x"; DROP TABLE product; --'), "cannot name a table"),
    ):
        done = run(runner, "load-table", *words)
        assert done.exit_code == 1
        assert told_of in done.output
    assert asked(database, "SELECT COUNT(*) FROM stars") == [(1,)]
    assert len(_relations(database)) == 1


def test_rows_lie_in_the_order_of_the_sky_and_are_found_by_it(
    runner: CliRunner, database: Database, tmp_path: Path
) -> None:
    count = 20000
    places = [((number * 137.508) % 360, number % 170 - 85.0) for number in range(count)]
    table = AstropyTable(rows=places, names=["RA", "DEC"])
    path = tmp_path / "many.fits"
    table.write(path)
    assert run(runner, "load-table", str(path)).exit_code == 0
    with database.engine.connect() as connection:
        (relation,) = _relations(database)
        ordered = f'SELECT archive_hpx29 >= lag(archive_hpx29) OVER (ORDER BY ctid) AS ok FROM catalogues."{relation}"'
        assert connection.scalar(text(f"SELECT bool_and(ok) FROM ({ordered}) q")) is True
    adql = "SELECT ra FROM many WHERE DISTANCE(POINT(ra, dec), POINT(10, 20)) < 1"
    sql = translate(adql, PublishedTables(database=database)(ANONYMOUS), limit=100).sql
    assert "archive_hpx29" in planned(database, sql)
    assert "Seq Scan" not in planned(database, sql)


def test_real_stars_are_loaded(runner: CliRunner, database: Database, shared: Path) -> None:
    path = shared / "data" / "catalogs" / "hipparcos" / "hip2_117955.fits.gz"
    done = run(runner, "load-table", str(path), "--name", "hipparcos")
    assert done.output == "catalogues.hipparcos has 117955 rows\n"
    assert asked(database, "SELECT COUNT(*) FROM hipparcos") == [(117955,)]


def _relations(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        query = text("SELECT tablename FROM pg_tables WHERE schemaname = 'catalogues'")
        return [str(name) for name in connection.scalars(query)]
