"""Logs of exposures and outlines of detectors, read from files good and bad."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table
from astropy.wcs import WCS

from archive.astro.camera import read_camera
from archive.astro.exposures import read_exposures
from archive.errors import InvalidInputError
from tests.support.exposures import OUTLINES, row, write_log

EARLIER = "/net/mss1/archive/pipeline/Q20130127/DEC12B/20121230/"


def test_a_row_becomes_an_exposure(tmp_path: Path) -> None:
    (exposure,) = read_exposures(write_log(tmp_path, [row()])).exposures
    assert exposure.obs_id == "ct4m20191228t054918"
    assert exposure.caldat == date(2019, 12, 27)
    assert exposure.band == "g"
    assert [exposure.em_min, exposure.em_max] == pytest.approx([396e-9, 548e-9])
    assert exposure.data_release == datetime(2019, 12, 26, tzinfo=UTC)
    assert [(file.archive_filename, file.prod_type, file.version) for file in exposure.files] == [
        ("c4d_191228_054918_ooi_g_v1.fits.fz", "image", "v1"),
        ("c4d_191228_054918_ood_g_v1.fits.fz", "dqmask", "v1"),
        ("c4d_191228_054918_oow_g_v1.fits.fz", "wtmap", "v1"),
    ]


def test_older_paths_and_places_west_of_zero(tmp_path: Path) -> None:
    older = row(RA=-0.00008, FLUXFILE=f"{EARLIER}tu1639682.fits.fz", FILTER="g")
    nameless = row(FLUXFILE="c4d_191228_054918_ooi_g_v1.fits.fz")
    first, second = read_exposures(write_log(tmp_path, [older, nameless])).exposures
    assert first.ra == pytest.approx(359.99992)
    assert first.caldat == date(2012, 12, 30)
    assert (first.band, first.em_min) == ("g", None)
    assert second.caldat == date(2019, 12, 27), "05:49 UTC belongs to the night that began the day before in Chile"


def test_wrong_rows_are_told_and_left_out(tmp_path: Path) -> None:
    rows = [
        row(DATE_OBS="yesterday"),
        row(RA=float("nan")),
        row(DEC=-95.0),
        row(EXPOSURE=-1.0),
        row(FLUXFILE="/net/x/../../etc/passwd"),
        row(WTFILE=""),
        row(),
    ]
    log = read_exposures(write_log(tmp_path, rows))
    assert [number for number, _ in log.refused] == [1, 2, 3, 4, 5, 6]
    assert len(log.exposures) == 1


def test_files_of_another_form_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "page.fits"
    text.write_text("<html>not found</html>")
    short = tmp_path / "short.fits"
    Table({"RA": [1.0]}).write(short)
    damaged = write_log(tmp_path, [row()])
    cut = tmp_path / "cut.fits"
    cut.write_bytes(damaged.read_bytes()[:5000])
    for path in (text, short, cut, tmp_path / "absent.fits"):
        with pytest.raises(InvalidInputError):
            read_exposures(path)


def test_outlines_fall_where_a_tangent_projection_puts_them(tmp_path: Path) -> None:
    path = tmp_path / "corners.dat"
    path.write_text(OUTLINES)
    camera = read_camera(path)
    assert camera.ccdnums.tolist() == [1, 3]
    for ra, dec in ((80.0, -65.0), (0.0, 0.0), (359.9, 89.9)):
        wcs = WCS(naxis=2)
        wcs.wcs.ctype, wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cdelt = ["RA---TAN", "DEC--TAN"], [ra, dec], [0, 0], [1, 1]
        sky = np.radians(wcs.wcs_pix2world(camera.corners.reshape(-1, 2), 1))
        lon, lat = sky.T
        expected = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
        assert np.allclose(camera.outlines_at([ra], [dec]).reshape(-1, 3), expected, atol=1e-12)
        hull = camera.hull_at([ra], [dec])[0]
        assert 4 <= len(hull) <= 8


def test_the_real_log_and_the_real_camera(shared: Path) -> None:
    logs = shared / "data" / "obslogs"
    camera = read_camera(logs / "decam-surveys" / "ccd_corners_xy_fill.dat")
    assert len(camera.ccdnums) == 60
    assert camera.diameter == pytest.approx(2.2, abs=0.05)
    log = read_exposures(logs / "noirlab-decam-exposures" / "decam_mcs_20200218.fits.gz")
    assert not log.refused
    assert len(log.exposures) == 44_214
    assert len({file.archive_filename for exposure in log.exposures for file in exposure.files}) == 132_642


@pytest.mark.parametrize(
    "text",
    ["", "{1: ", "__import__('os').getcwd()", "[1, 2]", "{1: [[0, 0], [1, 0]]}",
     "{1: [[0, 0], [9e9, 0], [1, 1], [0, 1]]}",
     "{1: [[0, 0], [1, 1], [1, 0], [0, 1]]}"]
)  # fmt: skip
def test_outlines_of_another_form_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "corners.dat"
    path.write_text(text)
    with pytest.raises(InvalidInputError):
        read_camera(path)
