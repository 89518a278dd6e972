"""Recipes are data: a new instrument is a new file, and a wrong one is told by its name."""

from pathlib import Path

import pytest

from archive.astro.fits import FitsFile, HeaderUnit
from archive.astro.header_draft import DraftResult, draft_product
from archive.astro.recipe import load_recipes
from archive.astro.recipes import RECIPES
from archive.domain.holdings import ObsType, ProcType
from archive.errors import ConfigError

SHIPPED = load_recipes(RECIPES)
DECAM: dict[str, object] = {
    "TELESCOP": "CTIO 4.0-m telescope",
    "INSTRUME": "DECam",
    "OBSTYPE": "dome flat",
    "DATE-OBS": "2017-08-15T01:31:14.7",
}
NEW = """
extends = "_family"
prefix = "x1n"
required = ["GAIN|EGAIN", "OBSTYPE"]
start = ["DAY+CLOCK"]
timezone = "Europe/Madrid"
[[match]]
TELESCOP = "new *"
INSTRUME = "newcam"
[keywords]
propid = ["PROG"]
[constants]
telescope = "new1m"
instrument = "newcam"
site = "or"
[bands.L]
filters = ["lum*"]
nm = [400, 700]
[words.obs_type]
himmel = "object"
"""
FAMILY = """
[keywords]
telescope = []
obs_type = ["OBSTYPE"]
filter = ["FILTER"]
[constants]
proc_type = "raw"
"""


def drafted(values: dict[str, object], name: str = "a.fits", folder: Path | None = None) -> DraftResult:
    sound = {"BITPIX": 16, "NAXIS": 2, "NAXIS1": 8, "NAXIS2": 8} | values
    found = FitsFile(hdus=[HeaderUnit(index=0, values=sound, unreadable=(), wcs_cards="", data_size=128)])
    return draft_product(found, name, load_recipes(folder) if folder else SHIPPED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "newcam.toml").write_text(NEW)
    (tmp_path / "_family.toml").write_text(FAMILY)
    (tmp_path / "_vocabulary.toml").write_text((RECIPES / "_vocabulary.toml").read_text())
    return tmp_path


def test_new_instrument_is_a_new_file(folder: Path) -> None:
    header: dict[str, object] = {
        "TELESCOP": "New 1 m", "INSTRUME": "NewCam", "GAIN": 1, "OBSTYPE": "Himmel", "FILTER": "lum2",
        "DAY": "2024-07-01", "CLOCK": "23:10:05.25", "PROG": "P-7",
    }  # fmt: skip
    draft = drafted(header, folder=folder).draft
    assert draft is not None
    assert (draft.telescope, draft.instrument, draft.site, draft.propid) == ("new1m", "newcam", "or", "P-7")
    assert draft.archive_filename == "x1n_240701_231005_ori.fits"
    assert (draft.obs_type, draft.proc_type) == (ObsType.OBJECT, ProcType.RAW)
    assert draft.band == "L"
    assert draft.em_min == pytest.approx(4e-7)
    assert draft.em_max == pytest.approx(7e-7)
    assert draft.caldat is not None
    assert draft.caldat.isoformat() == "2024-07-01"


def test_all_that_is_missing_is_named(folder: Path) -> None:
    result = drafted({"TELESCOP": "New 1 m", "INSTRUME": "NewCam"}, folder=folder)
    assert result.draft is None
    assert [(p.code, p.keyword) for p in result.problems] == [
        ("MISSREQ", "GAIN|EGAIN"),
        ("MISSREQ", "OBSTYPE"),
        ("BADDATE", "DAY"),
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("colour = 'red'", "colour"),
        ("fixes = ['mend_all']", "mend_all"),
        ("extends = '_nobody'", "_nobody"),
        ("priority = 'high'", "priority"),
        ("prefix = ", "TOML"),
        ("prefix = 'abc'", "match"),
    ],
)
def test_wrong_recipe_is_told(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "wrong.toml").write_text(text)
    with pytest.raises(ConfigError, match=word) as caught:
        load_recipes(tmp_path)
    assert "wrong.toml" in caught.value.message


def test_raw_file_is_named_by_the_convention() -> None:
    draft = drafted(DECAM, "DECam_00666933.fits").draft
    assert draft is not None
    assert draft.archive_filename == "c4d_170815_013114_fri.fits"
    assert draft.caldat is not None
    assert draft.caldat.isoformat() == "2017-08-14"


@pytest.mark.parametrize("name", ["c4d_170815_013114_fri.fits.fz", "kp109391.fits", "tu1639682.fits.gz"])
def test_file_that_has_an_archive_name_keeps_it(name: str) -> None:
    draft = drafted(DECAM, name).draft
    assert draft is not None
    assert draft.archive_filename == name


def test_reduced_file_keeps_the_name_of_its_pipeline() -> None:
    draft = drafted(DECAM | {"PROCTYPE": "InstCal"}, "mine.fits").draft
    assert draft is not None
    assert draft.archive_filename == "mine.fits"


def test_known_site_without_prefix_is_refused() -> None:
    result = drafted(DECAM | {"INSTRUME": "Brand New"}, "b1.fits")
    assert [p.code for p in result.problems] == ["STILUT"]


@pytest.mark.parametrize(
    ("header", "code", "keyword"),
    [
        ({}, "NORECIPE", "TELESCOP"),
        ({"TELESCOP": "x"}, "MISSREQ", "INSTRUME"),
        ({"INSTRUME": "x"}, "MISSREQ", "TELESCOP"),
        (DECAM | {"DATE-OBS": "2017-08-15"}, "BADDATE", "DATE-OBS"),
        (DECAM | {"DATE-OBS": "2017-02-30T00:00:00"}, "BADDATE", "DATE-OBS"),
        (DECAM | {"DATE-OBS": "yesterday"}, "BADDATE", "DATE-OBS"),
        (DECAM | {"DTSITE": "ct", "DTTELESC": "ct4m"}, "MISSREQ", "DTINSTRU"),
    ],
)
def test_refused(header: dict[str, object], code: str, keyword: str) -> None:
    result = drafted(header)
    assert result.draft is None
    assert (result.problems[0].code, result.problems[0].keyword) == (code, keyword)


@pytest.mark.parametrize(
    ("extra", "keyword"),
    [
        ({"RA": "25:61:07", "DEC": "10:00:00"}, "RA"),
        ({"RA": "05:00:00", "DEC": "+90:03:04"}, "DEC"),
        ({"AIRMASS": "high"}, "AIRMASS"),
        ({"DTCALDAT": "soon"}, "DTCALDAT"),
    ],
)
def test_value_that_cannot_be_read_is_left_empty_and_told(extra: dict[str, object], keyword: str) -> None:
    result = drafted(DECAM | extra, "c4d_170815_013114_fri.fits")
    assert result.draft is not None
    assert (result.draft.ra, result.draft.airmass) == (None, None)
    assert [(w.code, w.keyword) for w in result.warnings] == [("ETLKEY", keyword)]


def test_position_of_date_is_precessed() -> None:
    draft = drafted(DECAM | {"RA": "23:20:12.89", "DEC": "-05:08:21.8", "EQUINOX": 2004.95}).draft
    assert draft is not None
    assert draft.ra == pytest.approx(349.98986, abs=1e-5)
    assert draft.dec == pytest.approx(-5.166529, abs=1e-5)


# TELESCOP and INSTRUME of real headers, and what the archive calls them.
@pytest.mark.parametrize(
    ("telescop", "instrume", "expected"),
    [
        ("CTIO 4.0-m telescope", "DECam", ("ct4m", "decam", "c4d")),
        ("CTIO 4.0 meter telescope", "Mosaic2", ("ct4m", "mosaic_2", "c4m")),
        ("KPNO 4.0 meter telescope", "Mosaic3", ("kp4m", "mosaic3", "k4m")),
        ("KPNO 4.0 meter telescope", "KOSMOS", ("kp4m", "kosmos", "k4k")),
        ("KPNO 4.0 meter telescope", "newfirm", ("kp4m", "newfirm", "k4n")),
        ("CTIO 0.9 meter telescope", "cfccd", ("ct09m", "ccd_imager", "c09i")),
        ("SOAR 4.1m", "ghts_red", ("soar", "goodman", "psg")),
        ("WIYN", "WHIRC", ("wiyn", "whirc", "kww")),
        ("bok", "90prime", ("bok23m", "90prime", "ksb")),
        ("CTIO 1.3 meter telescope", "ANDICAM-CCD", ("ct13m", "andicam", "c13a")),
    ],
)
def test_shipped_recipes(telescop: str, instrume: str, expected: tuple[str, str, str]) -> None:
    draft = drafted(DECAM | {"TELESCOP": telescop, "INSTRUME": instrume}).draft
    assert draft is not None
    assert (draft.telescope, draft.instrument, draft.archive_filename.split("_")[0]) == expected


def test_correction_that_lacks_its_keyword_is_told() -> None:
    header = {key: value for key, value in DECAM.items() if key != "DATE-OBS"} | {"MJD-OBS": 57980.1}
    result = drafted(header | {"TELESCOP": "bok", "INSTRUME": "90prime"})
    assert result.draft is not None
    assert [(w.code, w.keyword) for w in result.warnings] == [("HDRFUNKW", "DATE-OBS")]


@pytest.mark.parametrize(
    ("propid", "expected"), [("17B-0169", "2017B-0169"), ("2017B-0169", "2017B-0169"), ("0103", "0103"), ("NA", None)]
)
def test_century_is_added_to_old_proposals(propid: str, expected: str | None) -> None:
    header = DECAM | {"TELESCOP": "KPNO 4.0 meter telescope", "INSTRUME": "KOSMOS", "PROPID": propid}
    draft = drafted(header).draft
    assert draft is not None
    assert draft.propid == expected


def test_two_filter_wheels_and_detectors_of_one_exposure() -> None:
    imager = DECAM | {"TELESCOP": "CTIO 0.9 meter telescope", "INSTRUME": "cfccd", "FILTER1": "dia", "FILTER2": "v"}
    spartan = DECAM | {"TELESCOP": "SOAR 4.1m", "INSTRUME": "Spartan IR Camera", "DETSERNO": "d3"}
    drafts = [drafted(header).draft for header in (imager, spartan)]
    assert [draft.filter if draft else None for draft in drafts] == ["v", None]
    assert [draft.archive_filename if draft else None for draft in drafts] == [
        "c09i_170815_013114_fri.fits",
        "pss_170815_013114700000_fri_d3.fits",
    ]


KOSMOS: dict[str, object] = {
    "DTTELESC": "kp4m",
    "DTINSTRU": "kosmos",
    "OBSTYPE": "object",
    "DATE-OBS": "2014-09-22T23:45:49",
    "PROPID": "2014B-0461",
}


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ({}, "spectrum"),
        ({"PRODTYPE": "cube", "NAXIS": 3, "NAXIS3": 8}, "cube"),
        ({"PRODTYPE": "spectrum", "NAXIS": 0}, "spectrum"),
    ],
)
def test_the_header_goes_before_what_the_instrument_mostly_makes(header: dict[str, object], kind: str) -> None:
    draft = drafted(KOSMOS | header).draft
    assert draft is not None
    assert draft.dataproduct_type == kind
