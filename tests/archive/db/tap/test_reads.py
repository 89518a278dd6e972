"""Queries by text and by id read what they are asked for, whoever asks, and give what a look at every row would."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from archive.db.session import Database
from archive.db.tap import PublishedTables
from archive.domain.access import ANONYMOUS, Caller
from tests.support.manyfiles import COUNTERS, FEW, filled_with_files, reads_of
from tests.support.taprole import asking, told
from vo.adql import translate

Row = dict[str, object]
Rule = Callable[[Row], bool]
COLUMNS = (
    *("public_id", "obs_id", "target_name", "obs_collection", "obs_publisher_did", "access_url", "facility_name"),
    *("instrument_name", "filter", "band", "obs_title", "original_filename", "proposal_id", "proposal_pi"),
    *("proposal_title", "md5", "t_min", "t_max", "em_min", "caldat", "obs_release_date"),
)


def _same(column: str, value: str) -> Rule:
    return lambda row: str(row[column]).lower() == value.lower()


def _begins(column: str, start: str) -> Rule:
    return lambda row: str(row[column]).lower().startswith(start.lower())


def _never(row: Row) -> bool:
    return False


QUESTIONS: dict[str, Rule] = {
    "target_name = 'NGC 1017'": _same("target_name", "NGC 1017"),
    "LOWER(target_name) = 'ngc 1017'": _same("target_name", "NGC 1017"),
    "UPPER(target_name) = 'NGC 1017'": _same("target_name", "NGC 1017"),
    "UPPER(target_name) LIKE 'NGC 1017%'": _same("target_name", "NGC 1017"),
    "LOWER(target_name) IN ('ngc 1017', 'ngc 3')": lambda row: row["target_name"] in {"NGC 1017", "NGC 3"},
    "target_name ILIKE 'ngc 1017'": _same("target_name", "NGC 1017"),
    "target_name ILIKE 'ngc 101%'": _begins("target_name", "NGC 101"),
    "LOWER(target_name) LIKE 'ngc 101_'": lambda row: (
        str(row["target_name"]).startswith("NGC 101") and len(str(row["target_name"])) == 8
    ),
    "1 = ivo_nocasematch(target_name, 'ngc 1017')": _same("target_name", "NGC 1017"),
    "ivo_nocasematch(target_name, 'Ngc 101%') = 1": _begins("target_name", "NGC 101"),
    "LOWER(target_name) = 'ngc 1017' OR target_name ILIKE 'NGC 3'": lambda row: (
        row["target_name"] in {"NGC 1017", "NGC 3"}
    ),
    "obs_id = 'ct4m.001017'": _same("obs_id", "ct4m.001017"),
    "LOWER(obs_id) = 'ct4m.001017'": _same("obs_id", "ct4m.001017"),
    "obs_id ILIKE 'CT4M.00101%'": _begins("obs_id", "ct4m.00101"),
    "obs_id IN ('ct4m.001017', 'ct4m.001018')": lambda row: row["obs_id"] in {"ct4m.001017", "ct4m.001018"},
    "obs_collection = 'Old1m-OldCam'": _same("obs_collection", "Old1m-OldCam"),
    "obs_collection ILIKE 'old1m-oldcam'": _same("obs_collection", "Old1m-OldCam"),
    "UPPER(obs_collection) = 'OLD1M-OLDCAM'": _same("obs_collection", "Old1m-OldCam"),
    "obs_collection IN ('a-b-c', 'Old1m-OldCam')": _same("obs_collection", "Old1m-OldCam"),
    "facility_name = 'Old1m'": _same("facility_name", "Old1m"),
    "instrument_name = 'OldCam'": _same("instrument_name", "OldCam"),
    "LOWER(instrument_name) = 'oldcam'": _same("instrument_name", "OldCam"),
    "instrument_name LIKE 'Oldc%'": _never,
    "instrument_name LIKE 'OldC%'": _same("instrument_name", "OldCam"),
    "filter = 'VR DECam c0007'": _same("band", "VR"),
    "filter LIKE 'VR%'": _same("band", "VR"),
    "1 = ivo_nocasematch(band, 'vr')": _same("band", "VR"),
    "obs_publisher_did = 'ivo://example.org/ct4m-DECam?p1017-2'": _same("public_id", "p1017-2"),
    "obs_publisher_did = 'ivo://example.org/other?p1017-2'": _never,
    "access_url = 'https://archive.example/data/p1017-2'": _same("public_id", "p1017-2"),
    "access_url IN ('https://archive.example/data/p1017-2', 'x')": _same("public_id", "p1017-2"),
    "public_id = 'p1017-2'": _same("public_id", "p1017-2"),
    "public_id IN ('p1017-1', 'p1017-2')": lambda row: row["public_id"] in {"p1017-1", "p1017-2"},
    "obs_title = 'C4D_001017_2.fits.fz'": _same("public_id", "p1017-2"),
    "LOWER(archive_filename) = 'c4d_001017_2.fits.fz'": _same("public_id", "p1017-2"),
    "archive_filename ILIKE 'c4d\\_00101%'": _begins("obs_title", "C4D_00101"),
    "original_filename = 'DECam_00001017.fits'": _same("original_filename", "decam_00001017.fits"),
    "original_filename LIKE 'DECam\\_0000101%'": _begins("original_filename", "decam_0000101"),
    "LOWER(original_filename) = 'decam_00001017.fits'": _same("original_filename", "decam_00001017.fits"),
    "proposal_id = '2014B-0017'": _same("proposal_id", "2014B-0017"),
    "proposal_id LIKE '2014B-0017%'": _same("proposal_id", "2014B-0017"),
    "LOWER(proposal_id) = '2014b-0017'": _same("proposal_id", "2014B-0017"),
    "proposal_pi = 'Investigator 17'": _same("proposal_pi", "Investigator 17"),
    "LOWER(proposal_pi) = 'investigator 17'": _same("proposal_pi", "Investigator 17"),
    "proposal_pi LIKE '%gator 17'": _same("proposal_pi", "Investigator 17"),
    "proposal_pi ILIKE 'INVESTIGATOR 17'": _same("proposal_pi", "Investigator 17"),
    "1 = ivo_hasword(proposal_pi, '17')": _same("proposal_pi", "Investigator 17"),
    "1 = ivo_hasword(proposal_title, 'galaxy 17')": _same("proposal_title", "Galaxies of group 17"),
    "md5 = 'a29d1598024f9e87beab4b98411d48ce'": _same("md5", "a29d1598024f9e87beab4b98411d48ce"),
    "t_min BETWEEN 50254.2 AND 50254.6": lambda row: 50254.2 <= float(str(row["t_min"])) <= 50254.6,
    "t_min >= 50254.2 AND t_min < 50254.6 AND t_exptime > 20": lambda row: (
        50254.2 <= float(str(row["t_min"])) < 50254.6
    ),
    "t_min <= 50254.6 AND t_max >= 50254.2": lambda row: (
        float(str(row["t_min"])) <= 50254.6 and float(str(row["t_max"])) >= 50254.2
    ),
    "50254.2 < t_max AND 50254.6 > t_min": lambda row: (
        float(str(row["t_min"])) < 50254.6 and float(str(row["t_max"])) > 50254.2
    ),
    "t_max BETWEEN 52498.2 AND 53000": lambda row: float(str(row["t_max"])) >= 52498.2,
    "t_min < 40000 AND t_max > 51000": lambda row: float(str(row["t_min"])) < 40000,
    "obs_release_date BETWEEN '1998-01-01' AND '1998-01-10'": lambda row: (
        "1998-01-01 00:00:00+00:00" <= str(row["obs_release_date"]) <= "1998-01-10 00:00:00+00:00"
    ),
    "caldat = '1996-01-01'": lambda row: str(row["caldat"]) == "1996-01-01",
    "em_min > 4.9e-7": _same("band", "VR"),
}
NEGATED: dict[str, Rule] = {
    "NOT LOWER(target_name) LIKE 'ngc%' OR NOT (proposal_pi LIKE 'Inv%' AND 1 = ivo_nocasematch(band, 'g'))": _same(
        "band", "VR"
    ),
    "NOT obs_collection ILIKE 'ct4m-decam'": _same("obs_collection", "Old1m-OldCam"),
}


@pytest.fixture(scope="module")
def filled(database_url: str) -> Iterator[Database]:
    with filled_with_files(database_url) as database:
        with database.begin() as uow:
            # A stack began long ago.
            uow.session.execute(text("UPDATE product SET t_min = 39000, t_max = 52000 WHERE public_id = 'p9000-3'"))
            # One file of each exposure of this program is not to be known yet.
            uow.session.execute(
                text(
                    "UPDATE product SET metadata_release = NULL WHERE public_id LIKE '%-1'"
                    " AND program_id = (SELECT id FROM program WHERE propid = '2014B-0017')"
                )
            )
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE product"))
        yield database


@pytest.fixture(scope="module")
def investigator(filled: Database) -> Caller:
    with filled.engine.connect() as connection:
        program = connection.scalar(text("SELECT id FROM program WHERE propid = '2014B-0017'"))
    return Caller(user_id=1, programs=frozenset({int(str(program))}))


@pytest.fixture(scope="module")
def known(filled: Database, investigator: Caller) -> dict[Caller, list[Row]]:
    query = f"SELECT {', '.join(COLUMNS)} FROM ivoa.obscore"
    return {
        caller: [dict(zip(COLUMNS, row, strict=True)) for row in told(filled, query, caller)]
        for caller in (ANONYMOUS, investigator)
    }


def test_one_knows_more_than_the_other(known: dict[Caller, list[Row]], investigator: Caller) -> None:
    assert len(known[investigator]) == len(known[ANONYMOUS]) + 40


def read(database: Database, caller: Caller, adql: str) -> tuple[list[tuple[object, ...]], Counter[str]]:
    """Ask as TAP does, and count what is read."""
    sql = translate(adql, PublishedTables(database=database)(caller), limit=100_000).sql
    with asking(database, caller) as cursor:
        cursor.execute("BEGIN")
        cursor.execute(sql)
        rows = cursor.fetchall()
        cursor.execute("RESET ROLE")
        cursor.execute(COUNTERS)
        return rows, reads_of(iter(cursor.fetchall()))


def assert_few(reads: Counter[str]) -> None:
    assert [table for table in ("product", "observation", "hdu") if reads[f"{table} from end to end"]] == [], reads
    assert reads["product by index"] <= 4 * FEW, reads
    assert reads["observation by index"] <= 4 * FEW, reads


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("asks", ["anonymous", "investigator"])
def test_what_is_asked_for_is_found(
    filled: Database, known: dict[Caller, list[Row]], investigator: Caller, question: str, asks: str
) -> None:
    caller = investigator if asks == "investigator" else ANONYMOUS
    rows, reads = read(filled, caller, f"SELECT public_id FROM ivoa.obscore WHERE {question}")
    assert sorted(str(row[0]) for row in rows) == sorted(
        str(row["public_id"]) for row in known[caller] if QUESTIONS[question](row)
    )
    assert_few(reads)


@pytest.mark.parametrize("question", NEGATED)
def test_what_is_denied_is_so(filled: Database, known: dict[Caller, list[Row]], question: str) -> None:
    rows, _ = read(filled, ANONYMOUS, f"SELECT public_id FROM ivoa.obscore WHERE {question}")
    assert sorted(str(row[0]) for row in rows) == sorted(
        str(row["public_id"]) for row in known[ANONYMOUS] if NEGATED[question](row)
    )


JOINED = {
    "SELECT o.public_id FROM ivoa.obscore o JOIN archive.files f ON f.public_id = o.public_id"
    " WHERE f.telescope = 'Old1m'": 239,
    "SELECT f.public_id FROM archive.files f JOIN archive.observations o ON o.obs_id = f.obs_id"
    " WHERE o.obs_id = 'ct4m.001018'": 3,
    "SELECT o.public_id FROM archive.observations b JOIN ivoa.obscore o ON o.obs_id = b.obs_id"
    " WHERE LOWER(b.obs_id) LIKE 'ct4m.00101%'": 29,
    "SELECT h.public_id FROM archive.hdus h JOIN ivoa.obscore o ON h.public_id = o.public_id"
    " WHERE o.obs_id = 'ct4m.001018'": 3,
    "SELECT f.public_id FROM archive.files f JOIN archive.programs g ON g.propid = f.propid"
    " WHERE g.pi_name = 'Investigator 18'": 120,
    "SELECT public_id FROM archive.files WHERE pi_name ILIKE 'investigator 17'": 80,
    "SELECT public_id FROM archive.files WHERE UPPER(target) = 'NGC 1017'": 10,
    "SELECT obs_id FROM archive.observations WHERE UPPER(obs_id) = 'CT4M.001018'": 1,
    "SELECT public_id FROM archive.keywords WHERE public_id = 'p1018-1' AND keyword = 'OBJECT'": 1,
    "SELECT public_id FROM ivoa.obscore o WHERE EXISTS (SELECT 1 FROM archive.hdus h WHERE h.public_id = o.public_id"
    " AND h.kind = 'image') AND LOWER(o.target_name) = 'ngc 1018'": 15,
}


@pytest.mark.parametrize("query", JOINED)
def test_tables_are_joined_by_their_ids(filled: Database, query: str) -> None:
    rows, reads = read(filled, ANONYMOUS, query)
    assert len(rows) == JOINED[query]
    assert_few(reads)


KEYWORDS = {
    "keyword = 'OBJECT' AND content = 'Field {0}'": 1,
    "content = '{0}' AND keyword = 'EXPNUM'": 1,
    "keyword = 'EXPNUM' AND content IN ('{0}', '{0}.5')": 1,
    "keyword IN ('EXPNUM', 'OBJECT') AND (content = '{0}' AND keyword = 'EXPNUM')": 1,
    "keyword = 'EXPNUM' AND content = '{0}.0'": 0,
    "keyword = 'EXPNUM' AND content = '{{\"a\": 1' AND public_id = 'p1017-1'": 0,
    "keyword = 'NOTE\"' AND content = '\"'": 0,
}


@pytest.mark.parametrize("condition", KEYWORDS)
def test_keywords_are_found_by_their_values(filled: Database, investigator: Caller, condition: str) -> None:
    with filled.engine.connect() as connection:
        ids = connection.execute(text("SELECT public_id, id FROM product WHERE public_id IN ('p1017-1', 'p1018-1')"))
        keys = {str(row[0]): int(row[1]) for row in ids}
    for caller, name, is_known in (
        (ANONYMOUS, "p1018-1", True),
        (ANONYMOUS, "p1017-1", False),
        (investigator, "p1017-1", True),
    ):
        rows, reads = read(
            filled,
            caller,
            "SELECT public_id, o.target_name FROM archive.keywords JOIN ivoa.obscore AS o USING (public_id)"
            f" WHERE {condition.format(keys[name])}",
        )
        assert [row[0] for row in rows] == [name] * (KEYWORDS[condition] if is_known else 0)
        assert_few(reads)
        assert reads["hdu by index"] <= FEW
