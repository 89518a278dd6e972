"""Tables brought to a live archive in each form, and by the programs that bring them."""

import io
import subprocess
from pathlib import Path

import pytest
import requests
from astropy.io import votable
from astropy.table import Table

from tests.conformance.archives import LiveArchive
from tests.support.requirements import program
from tests.support.tables import FIELDS, ROWS, written

FORMS = ["votable", "votable/td", "votable/b", "votable_gzip", "fits", "parquet", "csv"]
NUMBERS = ["int", "long", "short", "ra"]


@pytest.mark.parametrize("form", FORMS)
def test_rows_come_back_with_what_is_known_of_them(live: LiveArchive, form: str) -> None:
    query = 'SELECT "name", "int", "long", "short", ra, seen FROM TAP_UPLOAD.mine ORDER BY "long"'
    asked = {"QUERY": query, "UPLOAD": "mine,param:p", "FORMAT": "votable/td"}
    files = {"p": ("t", written(form))}
    answer = requests.post(f"{live.url}/tap/sync", asked, files=files, timeout=60)
    assert answer.status_code == 200, answer.text
    [resource] = votable.parse(io.BytesIO(answer.content)).resources
    [table] = resource.tables
    assert len(table.array) == ROWS
    assert sorted(number for number in table.array["long"].tolist() if number is not None)[1:] == [-1, 0, 1, 2**63 - 1]
    assert "wxyz" not in answer.text
    if form == "csv":
        return
    frames = [(sky.system, sky.epoch) for sky in resource.coordinate_systems]
    assert frames == ([] if form == "fits" else [("ICRS", "J2015.5")])
    told = {field.name: field for field in FIELDS}
    for field in table.fields:
        if field.name in NUMBERS:
            assert field.datatype == told[field.name].datatype, field.name
        # FITS has a place for names and units alone.
        assert str(field.unit or "") == told[field.name].unit
        if form != "fits":
            assert (field.ucd or "", field.utype or "") == (told[field.name].ucd, told[field.name].utype)


def ran(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def test_stilts_matches_a_table_in_blocks(live: LiveArchive, tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.vot", tmp_path / "out.vot"
    Table({"n": [7, 8, 9], "ra": [10.0, 10.0501, 200.0], "dec": [41.0, 41.0, 0.0]}).write(mine, format="votable")
    ran(
        *(program("stilts"), "tapskymatch", f"tapurl={live.url}/tap", "taptable=ivoa.obscore", "taplon=s_ra"),
        *("taplat=s_dec", "tapcols=obs_id,calib_level", f"in={mine}", "inlon=ra", "inlat=dec", "sr=0.001"),
        *("blocksize=2", "find=best", f"out={out}"),
    )
    found = Table.read(out, format="votable")
    assert [(row["n"], row["obs_id"]) for row in found] == [(7, "ct4m.0"), (8, "ct4m.1")]


@pytest.mark.parametrize("mode", ["sync=true compress=true", "sync=true compress=false", "sync=false"])
def test_stilts_brings_a_table_with_a_query(live: LiveArchive, tmp_path: Path, mode: str) -> None:
    mine, out = tmp_path / "mine.csv", tmp_path / "out.vot"
    mine.write_text("n,obs\n70000,ct4m.3\n8,ct4m.99\n")
    query = "SELECT u.n, o.obs_id FROM TAP_UPLOAD.mine AS u JOIN ivoa.obscore AS o ON u.obs = o.obs_id"
    ran(
        *(program("stilts"), "tapquery", f"tapurl={live.url}/tap", f"adql={query}", *mode.split()),
        *("nupload=1", f"upload1={mine}", "ufmt1=csv", "upname1=mine", f"out={out}"),
    )
    found = Table.read(out, format="votable")
    assert [(row["n"], row["obs_id"]) for row in found] == [(70000, "ct4m.3")]
    # What was brought as an int comes back as one.
    assert found["n"].dtype.itemsize == 4
