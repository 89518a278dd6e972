"""Previews of images: where things come to lie, measured on the picture."""

import gzip
import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from PIL import Image

from archive.astro.preview import Limits, NoPreview, Preview, make_preview

CENTRE = SkyCoord(83.6, 22.0, unit="deg")
STRIP = 30


def sky_header(width: int, height: int, *, angle: float = 0.0, scale: float = 1.0, parity: int = -1) -> fits.Header:
    """Make a header whose image is centred on CENTRE, turned by `angle` degrees; `scale` in arcsec."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [CENTRE.ra.deg, CENTRE.dec.deg]
    wcs.wcs.crpix = [(width + 1) / 2, (height + 1) / 2]
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    wcs.wcs.cd = np.array([[parity * cos, -sin * parity], [sin, cos]]) * scale / 3600
    return wcs.to_header()


def noise(height: int, width: int, level: float = 100.0) -> npt.NDArray[np.float32]:
    return np.random.default_rng(7).normal(level, 3, (height, width)).astype(np.float32)


def with_star(
    header: fits.Header, pixels: npt.NDArray[np.float32], east: float, north: float
) -> npt.NDArray[np.float32]:
    """Put a star at an offset in arcsec from CENTRE."""
    place = CENTRE.spherical_offsets_by(east / 3600 * CENTRE.ra.unit, north / 3600 * CENTRE.ra.unit)
    x, y = WCS(header).world_to_pixel(place)
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    star: npt.NDArray[np.float32] = np.float32(5000) * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 8).astype(
        np.float32
    )
    return pixels + star


def write(path: Path, *hdus: fits.ImageHDU) -> Path:
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
    return path


def grey(result: Preview | NoPreview) -> npt.NDArray[np.float64]:
    """Give the picture without its strip; row 0 is the top."""
    assert isinstance(result, Preview), result
    image = Image.open(io.BytesIO(result.image))
    return np.asarray(image.convert("L"), dtype=np.float64)[:-STRIP]


def brightest(pixels: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Give the centre of the white area as fractions of width and height, from the left and the top."""
    rows, columns = np.nonzero(pixels > 250)
    return float(np.median(columns)) / pixels.shape[1], float(np.median(rows)) / pixels.shape[0]


@pytest.mark.parametrize(("angle", "parity"), [(0, -1), (30, -1), (90, -1), (180, -1), (200, 1), (0, 1)])
def test_a_star_in_the_north_east_appears_upper_left(tmp_path: Path, angle: float, parity: int) -> None:
    header = sky_header(300, 200, angle=angle, parity=parity)
    pixels = with_star(header, noise(200, 300), east=40, north=60)
    picture = grey(make_preview(write(tmp_path / "a.fits", fits.ImageHDU(pixels, header))))
    # One arcsec of the sky is so many pixels of the picture, whose middle is CENTRE.
    zoom = picture.shape[0] / (300 * abs(np.sin(np.radians(angle))) + 200 * abs(np.cos(np.radians(angle))))
    x, y = brightest(picture)
    assert x * picture.shape[1] - picture.shape[1] / 2 == pytest.approx(-40 * zoom, abs=3 * zoom)
    assert y * picture.shape[0] - picture.shape[0] / 2 == pytest.approx(-60 * zoom, abs=3 * zoom)


def test_a_mosaic_has_each_detector_at_its_place(tmp_path: Path) -> None:
    whole = sky_header(400, 400, scale=2.0)
    pixels = with_star(whole, noise(400, 400), east=250, north=-150)
    hdus = []
    for x0, y0 in ((210, 0), (0, 210), (0, 0), (210, 210)):
        header = whole.copy()
        header["CRPIX1"] -= x0
        header["CRPIX2"] -= y0
        hdus.append(fits.ImageHDU(pixels[y0 : y0 + 190, x0 : x0 + 190], header))
    picture = grey(make_preview(write(tmp_path / "a.fits", *hdus)))
    x, y = brightest(picture)
    assert x == pytest.approx(0.5 - 125 / 400, abs=0.01)
    assert y == pytest.approx(0.5 + 75 / 400, abs=0.01)
    height, width = picture.shape
    # The gaps between the detectors are black, the sky beside them is not.
    assert picture[:, round(width * 0.5)].max() == 0
    assert picture[round(height * 0.5), :].max() == 0
    assert picture[round(height * 0.25), round(width * 0.25)] > 0


def test_without_a_sky_the_detector_sections_place_the_amplifiers(tmp_path: Path) -> None:
    left, right = noise(100, 60, 500.0), noise(100, 60, 900.0)
    right[70:90, 30:50] += 5000
    hdus = []
    for pixels, section in ((right, "[51:100,1:100]"), (left, "[1:50,1:100]")):
        header = fits.Header({"DETSEC": section, "DATASEC": "[1:50,1:100]", "BIASSEC": "[51:60,1:100]"})
        pixels[:, 50:] = pixels[:, 50:] * 0 + (480 if pixels is left else 880)
        hdus.append(fits.ImageHDU(pixels, header))
    picture = grey(make_preview(write(tmp_path / "a.fits", *hdus)))
    x, y = brightest(picture)
    assert x == pytest.approx(0.9, abs=0.02)
    assert y == pytest.approx(0.2, abs=0.02)
    # Overscan is taken off: both halves have the same sky, though the amplifiers do not.
    assert np.median(picture[:, :300]) == pytest.approx(np.median(picture[:, -300:]), abs=25)


def test_detectors_of_no_known_place_stand_side_by_side(tmp_path: Path) -> None:
    hdus = [fits.ImageHDU(np.full((50, 50), value, dtype=np.float32)) for value in (1.0, 2.0, 3.0, 4.0)]
    picture = grey(make_preview(write(tmp_path / "a.fits", *hdus)))
    quarter, rest = picture.shape[0] // 4, picture.shape[0] * 3 // 4
    order = [picture[rest, quarter], picture[rest, rest], picture[quarter, quarter], picture[quarter, rest]]
    assert order == sorted(order)
    assert len(set(order)) == 4


@pytest.mark.parametrize("form", ["plain", "gz", "rice", "scaled", "unsigned"])
def test_the_form_of_the_file_does_not_matter(tmp_path: Path, form: str) -> None:
    header = sky_header(120, 120)
    pixels = with_star(header, noise(120, 120), east=30, north=30)
    path = tmp_path / "a.fits"
    if form == "rice":
        image = fits.CompImageHDU(pixels.astype(np.int32), header, compression_type="RICE_1")
    elif form == "scaled":
        image = fits.ImageHDU(pixels.astype(np.float64), header)
        image.scale("int16", bzero=2000, bscale=0.25)
    elif form == "unsigned":
        image = fits.ImageHDU(pixels.astype(np.uint16), header)
    else:
        image = fits.ImageHDU(pixels, header)
    write(path, image)
    if form == "gz":
        path.write_bytes(gzip.compress(path.read_bytes()))
    assert brightest(grey(make_preview(path))) == pytest.approx((0.25, 0.25), abs=0.02)


def test_pixels_without_value_are_black(tmp_path: Path) -> None:
    pixels = noise(100, 100)
    pixels[:50, :] = np.nan
    picture = grey(make_preview(write(tmp_path / "a.fits", fits.ImageHDU(pixels, sky_header(100, 100)))))
    assert picture[-100:].max() == 0
    assert picture[:100].min() > 0


def test_a_cube_is_collapsed(tmp_path: Path) -> None:
    header = sky_header(60, 60)
    cube = np.stack([with_star(header, noise(60, 60), east=15, north=-15) for _ in range(20)])
    header["CTYPE3"], header["CRVAL3"], header["CDELT3"], header["CRPIX3"] = "FREQ", 1.4e9, 1e6, 1.0
    header["WCSAXES"] = 3
    x, y = brightest(grey(make_preview(write(tmp_path / "a.fits", fits.ImageHDU(cube, header)))))
    assert (x, y) == pytest.approx((0.25, 0.75), abs=0.03)


def test_a_mask_shows_its_flags(tmp_path: Path) -> None:
    mask = np.zeros((2000, 2000), dtype=np.int16)
    mask[500:504, 1500:1504] = 7
    hdu = fits.ImageHDU(mask, fits.Header({"PRODTYPE": "dqmask"}))
    x, y = brightest(grey(make_preview(write(tmp_path / "a.fits", hdu))))
    assert (x, y) == pytest.approx((0.75, 0.75), abs=0.01)


def test_companions_of_an_image_are_left_out(tmp_path: Path) -> None:
    hdus = [fits.ImageHDU(noise(50, 80), name="SCI"), fits.ImageHDU(noise(50, 80), name="ERR")]
    picture = grey(make_preview(write(tmp_path / "a.fits", *hdus)))
    assert picture.shape[1] / picture.shape[0] == pytest.approx(1.6)


def test_the_thumbnail_is_small(tmp_path: Path) -> None:
    result = make_preview(write(tmp_path / "a.fits", fits.ImageHDU(noise(1500, 1000))))
    assert isinstance(result, Preview)
    assert max(Image.open(io.BytesIO(result.thumbnail)).size) == 240
    assert max(Image.open(io.BytesIO(result.image)).size) <= 1000


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(pixels=1000), "pixels"),
        (Limits(unpacked_bytes=5000), "unpacks"),
        (Limits(seconds=-1.0), "longer"),
    ],
)
def test_what_is_too_large_says_so(tmp_path: Path, limits: Limits, words: str) -> None:
    path = write(tmp_path / "a.fits", fits.ImageHDU(noise(100, 100)))
    path.write_bytes(gzip.compress(path.read_bytes()))
    result = make_preview(path, limits)
    assert isinstance(result, NoPreview)
    assert words in result.reason


def test_damage_gives_a_reason(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.fits", fits.ImageHDU(noise(100, 100), sky_header(100, 100))).read_bytes()
    packed = gzip.compress(whole)
    huge = whole.replace(b"NAXIS1  =                  100", b"NAXIS1  =           1000000000")
    endless = whole.replace(b"NAXIS   =                    2", b"NAXIS   = 99999999999999999999")
    for damaged in (
        endless,
        b"",
        b"<html>",
        whole[:4000],
        whole[:20000],
        packed[:3000],
        huge,
        whole[:2880] + b"\xff" * 9000,
    ):
        path = tmp_path / "damaged.fits"
        path.write_bytes(damaged)
        assert isinstance(make_preview(path), NoPreview)


def test_a_file_of_headers_has_nothing_to_show(tmp_path: Path) -> None:
    assert make_preview(write(tmp_path / "a.fits")) == NoPreview("the file holds no image and no spectrum")


def test_real_files_of_every_kind_get_a_picture(shared: Path) -> None:
    for folder in sorted((shared / "data" / "fits").iterdir()):
        results = [make_preview(path) for path in sorted(folder.iterdir())]
        assert any(isinstance(result, Preview) for result in results), folder
        assert not [result for result in results if isinstance(result, NoPreview) and "damaged" in result.reason]


def test_bad_files_never_raise(shared: Path) -> None:
    for path in sorted((shared / "data" / "bad-input").rglob("*")):
        if path.is_file():
            assert isinstance(make_preview(path), Preview | NoPreview)
