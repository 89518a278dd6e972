"""Footprints by each HDU's own WCS agree with astropy's; what is no sky gives none."""

import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS

from archive.astro.footprint import enclosing_region, field_size, hull, mean_position, outline_of
from tests.support.submissions import sky_cards

SHAPE = (20, 30)
SIP = {
    "CTYPE1": "RA---TAN-SIP", "CTYPE2": "DEC--TAN-SIP",
    "A_ORDER": 2, "A_2_0": 1e-4, "A_1_1": 2e-5, "B_ORDER": 2, "B_0_2": -2e-4,
}  # fmt: skip
TPV = {"CTYPE1": "RA---TPV", "CTYPE2": "DEC--TPV", "PV1_1": 1.01, "PV1_4": 0.5, "PV2_1": 0.99, "PV2_5": -0.3}


def outline(cards: dict[str, object], shape: tuple[int, ...] = SHAPE, largest: float = 60.0) -> object:
    header = fits.Header(cards)
    text = "".join(card.image for card in header.cards)
    return outline_of(text, dict(header), shape, largest)


def found(cards: dict[str, object], shape: tuple[int, ...] = SHAPE) -> tuple[np.ndarray, tuple[float, float], float]:
    sky = outline(cards, shape)
    assert sky is not None
    return sky.vertices, sky.centre, sky.scale  # type: ignore[attr-defined]


@pytest.mark.parametrize("extra", [{}, SIP, TPV, {"RADESYS": "FK5", "EQUINOX": 2000.0}], ids=str)
@pytest.mark.parametrize("place", [(10.68, 41.27), (0.001, -0.002), (359.999, 12.0), (123.0, 89.999), (45.0, -90.0)])
@pytest.mark.parametrize("scale", [1e-5, 1 / 3600, 0.05])
def test_agrees_with_astropy(place: tuple[float, float], extra: dict[str, object], scale: float) -> None:
    cards = sky_cards(*place, scale) | extra
    vertices, centre, _ = found(cards)
    wcs = WCS(fits.Header(cards))
    corners = wcs.all_pix2world([[0.5, 0.5], [20.5, 0.5], [20.5, 30.5], [0.5, 30.5], [10.5, 15.5]], 1)
    theirs = SkyCoord(corners, unit="deg")
    step = len(vertices) // 4
    ours = SkyCoord(np.concatenate([vertices[::step], [centre]]), unit="deg")
    assert np.all(theirs.separation(ours).arcsec < 0.03)


def test_scale_is_in_arcseconds() -> None:
    assert found(sky_cards(scale=0.25 / 3600))[2] == pytest.approx(0.25, rel=1e-4)


def test_straight_edges_have_four_corners_and_bent_ones_more() -> None:
    assert len(found(sky_cards())[0]) == 4
    bent = sky_cards(scale=1.0) | {"CTYPE1": "RA---CAR", "CTYPE2": "DEC--CAR"}
    assert len(found(bent)[0]) > 4


def test_galactic_and_old_equinoxes_become_icrs() -> None:
    galactic = sky_cards(0.0, 0.0) | {"CTYPE1": "GLON-TAN", "CTYPE2": "GLAT-TAN", "CRVAL1": 1e-9}
    assert found(galactic)[1] == pytest.approx((266.40499, -28.93617), abs=1e-4)
    old = sky_cards(10.0, 41.0) | {"RADESYS": "FK4", "EQUINOX": 1950.0}
    expected = SkyCoord(10.0, 41.0, unit="deg", frame="fk4").icrs
    assert found(old)[1] == pytest.approx((expected.ra.deg, expected.dec.deg), abs=1e-5)


def test_cube_with_the_sky_on_its_last_axes() -> None:
    sky = {key.replace("1", "9"): value for key, value in sky_cards().items()}
    moved = {
        "CTYPE1": "FREQ", "CRVAL1": 1e9, "CRPIX1": 1.0, "CDELT1": 1e3,
        "CTYPE2": sky["CTYPE9"], "CTYPE3": sky["CTYPE2"], "CRVAL2": 10.68, "CRVAL3": 41.27,
        "CRPIX2": 10.5, "CRPIX3": 15.5, "CDELT2": -1 / 3600, "CDELT3": 1 / 3600,
    }  # fmt: skip
    vertices, centre, _ = found(moved, (7, 20, 30))
    assert centre == pytest.approx((10.68, 41.27), abs=1e-9)
    assert np.ptp(vertices[:, 1]) == pytest.approx(30 / 3600, rel=1e-3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"CTYPE1": "LINEAR", "CTYPE2": "LINEAR"},
        {"CTYPE1": "PIXEL", "CTYPE2": "PIXEL"},
        {"CTYPE2": "WAVE"},
        {"CRVAL1": "NaN"},
        {"CD1_1": "broken"},
        {"CD1_1": 0.0, "CD2_2": 0.0},
        {"CD1_1": 0.0},
        {"CD1_1": 90.0, "CD2_2": 90.0},
        {"CRPIX1": 1e9},
        {"CTYPE1": "RA---XYZ", "CTYPE2": "DEC--XYZ"},
        {"CTYPE1": "RA---TPV"},
    ],
    ids=str,
)
def test_what_is_no_sky_gives_none(wrong: dict[str, object]) -> None:
    assert outline(sky_cards() | wrong) is None


def test_field_wider_than_the_instrument_sees_is_broken() -> None:
    assert outline(sky_cards(scale=0.1), largest=1.0) is None
    assert outline(sky_cards(scale=0.01), largest=1.0) is not None


def test_region_of_several_is_their_hull() -> None:
    outlines = [found(sky_cards(ra=10.0 + step / 10, dec=40.0))[0] for step in range(3)]
    region = enclosing_region(outlines)
    assert region.startswith("POLYGON ICRS ")
    corners = np.array(region.split()[2:], dtype=float).reshape(-1, 2)
    everything = np.concatenate(outlines)
    assert corners[:, 0].min() == pytest.approx(everything[:, 0].min(), abs=1e-6)
    assert corners[:, 0].max() == pytest.approx(everything[:, 0].max(), abs=1e-6)
    assert len(hull(outlines)) < 12
    assert field_size(outlines) == pytest.approx(0.2 * math.cos(math.radians(40)), rel=0.1)


def test_mean_position_crosses_zero() -> None:
    ra, dec = mean_position([(359.9, 1.0), (0.1, 1.0)])
    assert min(ra, 360.0 - ra) < 1e-9
    assert dec == pytest.approx(1.0, abs=1e-4)


def test_every_projection_agrees_with_astropy(shared: Path) -> None:
    count = 0
    for path in sorted((shared / "data" / "fits-headers" / "wcs-projections").glob("*.hdr")):
        header = _header_of(path)
        if header is None or header.get("NAXIS", 0) < 2:
            continue
        cards = "".join(card.image for card in header.cards if len(card.image) == 80)
        shape = (int(header["NAXIS1"]), int(header["NAXIS2"]))
        sky = outline_of(cards, dict(header), shape, 360.0)
        if sky is None:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wcs = WCS(header).celestial
            theirs = wcs.pixel_to_world((shape[0] - 1) / 2, (shape[1] - 1) / 2)
        ours = SkyCoord(*sky.centre, unit="deg")
        assert theirs.icrs.separation(ours).arcsec < 0.1, path.name
        count += 1
    assert count > 20


def _header_of(path: Path) -> fits.Header | None:
    try:
        return (
            fits.Header.fromtextfile(path)
            if b"\n" in path.read_bytes()[:200]
            else fits.Header.fromfile(path, padding=False)
        )
    except OSError:
        return None
