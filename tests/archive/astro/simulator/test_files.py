"""The simulated files: true FITS, the same each time, with the stars where they belong."""

import hashlib
import itertools
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from archive.astro.simulator import PLANS, PROGRAMS, SimulatedFile, exposures_of, simulated_files
from archive.astro.simulator.camera import sky_cards
from archive.astro.simulator.cards import header_of
from archive.astro.simulator.instruments.decam import CAMERA as DECAM
from archive.astro.simulator.instruments.mosaic3 import CAMERA as MOSAIC3
from archive.astro.simulator.stars import hipparcos, stars_around

FILES = [*simulated_files(), *simulated_files(of_hlsp=True)]
# One of each kind that each instrument makes: by the beginning of the names and their endings.
SAMPLE = list(
    {
        (file.instrument, file.name[:3], file.name.split(".", 1)[-1][-8:], file.name[-18:-9]): file for file in FILES
    }.values()
)


def named(part: str) -> SimulatedFile:
    return next(file for file in FILES if part in file.name)


def test_ten_instruments_write_three_hundred_files() -> None:
    assert len({file.name for file in FILES}) == len(FILES)
    assert 280 <= len(FILES) <= 340
    assert len(Counter(file.instrument for file in FILES)) == 10
    assert len(PROGRAMS) == 10


def test_exposures_do_not_overlap_and_lie_within_two_weeks() -> None:
    for plan in PLANS.values():
        exposures = list(exposures_of(plan))
        for one, following in itertools.pairwise(exposures):
            assert one.end < following.start
        assert (exposures[-1].night - exposures[0].night).days < 14
        assert all(one.zenith_distance < 78 for one in exposures if one.is_on_sky)


@pytest.mark.parametrize(
    "name", ["DECam_00591202", "mos3.84103", "object_161112_0011", "wecfzst_0027", "m31_zd_v1_stack", "opw_i_v1"]
)
def test_a_file_is_the_same_whenever_it_is_made(name: str) -> None:
    digests = {hashlib.sha256(named(name).make()).hexdigest() for _ in range(2)}
    assert len(digests) == 1


def test_files_hold_to_the_standard(tmp_path: Path) -> None:
    for file in SAMPLE:
        path = file.write(tmp_path)
        assert path.stat().st_size < 1_000_000
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with fits.open(path, checksum=True, disable_image_compression=True) as hdus:
                hdus.verify("exception")
                for hdu in hdus:
                    assert "CHECKSUM" in hdu.header
                    assert hdu.verify_checksum() == 1
                    assert hdu.verify_datasum() == 1


def test_hipparcos_stars_fall_on_the_pixels_of_their_wcs(tmp_path: Path) -> None:
    found = 0
    with fits.open(named("161112_022143_ooi").write(tmp_path)) as hdus:
        for hdu in hdus[1:]:
            wcs, pixels = WCS(hdu.header), hdu.data
            centre = wcs.pixel_to_world(pixels.shape[1] / 2, pixels.shape[0] / 2)
            stars = stars_around(centre.ra.deg, centre.dec.deg, 0.2)
            for ra, dec in zip(stars.ra[stars.mag < 10], stars.dec[stars.mag < 10], strict=True):
                x, y = (float(value) for value in wcs.wcs_world2pix(ra, dec, 0))
                if 5 < x < pixels.shape[1] - 6 and 5 < y < pixels.shape[0] - 6:
                    around = pixels[round(y) - 3 : round(y) + 4, round(x) - 3 : round(x) + 4]
                    row, column = np.unravel_index(np.argmax(around), around.shape)
                    assert np.hypot(row - 3 - (y - round(y)), column - 3 - (x - round(x))) < 1.5
                    found += 1
    assert found >= 2


def test_the_catalogue_is_at_the_epoch_of_the_nights() -> None:
    stars = hipparcos()
    # Barnard's star moves by 10.4 arcsec a year, mostly north: 4.69 degrees at 1991.25.
    near = (np.abs(stars.ra - 269.45) < 0.01) & (np.abs(stars.dec - 4.74) < 0.02)
    assert near.sum() == 1
    assert float(stars.dec[near][0]) == pytest.approx(4.6681 + 10.33 / 3600 * 25.6 + 0.0003, abs=0.03)


def test_the_background_does_not_depend_on_who_looks() -> None:
    wide, small = stars_around(25.0, 15.8, 1.0), stars_around(25.2, 15.8, 0.1)
    bright = {
        (round(ra, 9), round(dec, 9)) for ra, dec, mag in zip(wide.ra, wide.dec, wide.mag, strict=True) if mag < 16
    }
    seen = {
        (round(ra, 9), round(dec, 9)) for ra, dec, mag in zip(small.ra, small.dec, small.mag, strict=True) if mag < 16
    }
    assert seen
    assert seen <= bright


@pytest.mark.parametrize(("camera", "instrument", "degrees"), [(DECAM, "decam", 1.97), (MOSAIC3, "mosaic3", 0.61)])
def test_a_mosaic_covers_the_field_of_the_real_instrument(camera: object, instrument: str, degrees: float) -> None:
    exposure = next(one for one in exposures_of(PLANS[instrument]) if one.kind == "object")
    corners = []
    for chip in camera.chips:  # type: ignore[attr-defined]
        rows, columns = camera.shape(chip)  # type: ignore[attr-defined]
        wcs = WCS(header_of(sky_cards(camera, exposure, chip)))  # type: ignore[arg-type]
        corners += [tuple(wcs.wcs_pix2world([[x, y]], 0)[0]) for x in (0, columns - 1) for y in (0, rows - 1)]
    decs = [dec for _, dec in corners]
    assert max(decs) - min(decs) == pytest.approx(degrees, rel=0.06)
