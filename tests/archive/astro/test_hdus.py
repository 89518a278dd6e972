"""Chosen HDUs and unpacked files: valid FITS, the same bytes each time, any cut of them right."""

import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.astro.hdus import choose, gunzipped, is_gzip, read_layout, size_of, stream_parts

RNG = np.random.default_rng(7)
CUBE = RNG.integers(-99, 99, (5, 40, 30), dtype="i2")
COUNTS = RNG.integers(0, 60000, (333, 120)).astype("u2")
FLUX = RNG.normal(size=(50, 61)).astype("f4")
ROWS = np.rec.array([(1, "a"), (2, "b")], dtype=[("n", "i4"), ("s", "S3")])


def _bytes_of(hdus: fits.HDUList, **options: object) -> bytes:
    sink = io.BytesIO()
    hdus.writeto(sink, **options)
    return sink.getvalue()


@pytest.fixture(scope="module")
def mosaic() -> bytes:
    """A primary with data, images, a cube, a table."""
    primary = fits.PrimaryHDU(np.arange(12, dtype="i4").reshape(3, 4))
    primary.header["NEXTEND"] = 4
    primary.header["OBJECT"] = "M31"
    primary.header["BLANK"] = -1
    hdus = [
        primary,
        fits.ImageHDU(COUNTS, name="A"),
        fits.ImageHDU(FLUX, name="B"),
        fits.BinTableHDU(ROWS, name="T"),
        fits.ImageHDU(CUBE, name="C"),
    ]
    return _bytes_of(fits.HDUList(hdus), checksum=True)


@pytest.fixture(scope="module")
def packed() -> bytes:
    """As fpack leaves a mosaic: an empty primary, tile-compressed images, a table as it was."""
    hdus = [
        fits.PrimaryHDU(),
        fits.CompImageHDU(COUNTS, name="A"),
        fits.CompImageHDU(FLUX, name="B", compression_type="GZIP_2", quantize_level=0),
        fits.BinTableHDU(ROWS, name="T"),
        fits.CompImageHDU(CUBE, name="C", tile_shape=(1, 8, 30)),
    ]
    hdus[1].header["FILTER"] = ("g", "the filter")
    return _bytes_of(fits.HDUList(hdus), checksum=True)


def _chosen(octets: bytes, chosen: frozenset[int] | None, *, restore: bool = False) -> bytes:
    stream = io.BytesIO(octets)
    parts = choose(stream, chosen, restore=restore)
    sent = b"".join(stream_parts(stream, parts))
    assert len(sent) == size_of(parts)
    assert sent == b"".join(stream_parts(io.BytesIO(octets), parts)), "the same bytes each time"
    return sent


def _opened(octets: bytes, **options: object) -> fits.HDUList:
    hdus = fits.open(io.BytesIO(octets), checksum=True, **options)
    hdus.verify("exception")
    return hdus


def test_layout_is_that_of_astropy(mosaic: bytes) -> None:
    units = read_layout(io.BytesIO(mosaic))
    with _opened(mosaic) as hdus:
        assert [unit.offset for unit in units] == [hdu.fileinfo()["hdrLoc"] for hdu in hdus]
    assert units[-1].end == len(mosaic)


def test_all_is_the_file_itself(mosaic: bytes) -> None:
    assert _chosen(mosaic, None) == mosaic


def test_extension_comes_with_an_empty_primary(mosaic: bytes) -> None:
    sent = _chosen(mosaic, frozenset({2}))
    with _opened(sent) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "B"]
        assert hdus[0].data is None
        assert hdus[0].header["OBJECT"] == "M31"
        assert hdus[0].header["NEXTEND"] == 1
        assert not {"NAXIS1", "BLANK", "DATASUM", "CHECKSUM"} & set(hdus[0].header)
        assert np.array_equal(hdus[1].data, FLUX)
    units = read_layout(io.BytesIO(mosaic))
    assert sent.endswith(mosaic[units[2].offset : units[2].end]), "the extension's bytes are the file's own"


def test_primary_and_extensions(mosaic: bytes) -> None:
    with _opened(_chosen(mosaic, frozenset({0, 1, 4}))) as hdus:
        assert np.array_equal(hdus[0].data, np.arange(12).reshape(3, 4))
        assert np.array_equal(hdus[1].data, COUNTS)
        assert np.array_equal(hdus[2].data, CUBE)
    with _opened(_chosen(mosaic, frozenset({0}))) as hdus:
        assert len(hdus) == 1


def test_no_such_hdu(mosaic: bytes) -> None:
    with pytest.raises(ValueError, match="5 HDUs"):
        choose(io.BytesIO(mosaic), frozenset({0, 5}), restore=False)


def test_restored_images_are_those_that_were_packed(packed: bytes) -> None:
    with _opened(_chosen(packed, None, restore=True), disable_image_compression=True) as hdus:
        assert [type(hdu).__name__ for hdu in hdus] == ["PrimaryHDU", "ImageHDU", "ImageHDU", "BinTableHDU", "ImageHDU"]
        assert np.array_equal(hdus["A"].data, COUNTS)
        assert hdus["A"].header["FILTER"] == "g"
        assert "ZIMAGE" not in hdus["A"].header
        assert np.array_equal(hdus["B"].data, FLUX)
        assert np.array_equal(hdus["C"].data, CUBE)
        assert hdus["T"].data["n"].tolist() == [1, 2]
    with _opened(_chosen(packed, frozenset({3, 4}), restore=True)) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "T", "C"]


def test_packed_hdu_is_sent_as_it_is_unless_unpacked(packed: bytes) -> None:
    with _opened(_chosen(packed, frozenset({1})), disable_image_compression=True) as hdus:
        assert hdus[1].header["ZIMAGE"] is True
    with _opened(_chosen(packed, frozenset({1}))) as hdus:
        assert np.array_equal(hdus[1].data, COUNTS)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_cut_is_a_cut_of_the_whole(mosaic: bytes, packed: bytes, data: st.DataObject) -> None:
    octets, restore = data.draw(st.sampled_from([(mosaic, False), (packed, True)]))
    stream = io.BytesIO(octets)
    parts = choose(stream, data.draw(st.none() | st.frozensets(st.integers(0, 4), min_size=1)), restore=restore)
    size = size_of(parts)
    start = data.draw(st.integers(0, size))
    stop = data.draw(st.integers(start, size))
    whole = b"".join(stream_parts(stream, parts))
    assert b"".join(stream_parts(stream, parts, start, stop)) == whole[start:stop]


def test_gzip_stream(mosaic: bytes) -> None:
    zipped = gzip.compress(mosaic)
    assert is_gzip(io.BytesIO(zipped))
    assert not is_gzip(io.BytesIO(mosaic))
    assert b"".join(gunzipped(io.BytesIO(zipped), None)) == mosaic
    for chosen in (frozenset({2}), frozenset({0, 1, 4}), frozenset({0})):
        assert b"".join(gunzipped(io.BytesIO(zipped), chosen)) == _chosen(mosaic, chosen)
    with pytest.raises(ValueError, match="5 HDUs"):
        list(gunzipped(io.BytesIO(zipped), frozenset({7})))
    with pytest.raises(EOFError):
        list(gunzipped(io.BytesIO(zipped[:-1000]), frozenset({4})))


@pytest.mark.parametrize("octets", [b"", b"junk", b"SIMPLE  =" + b" " * 2871, b"SIMPLE  =" + b" " * 5000])
def test_what_is_no_fits(octets: bytes) -> None:
    with pytest.raises(ValueError, match=r"begin|END"):
        read_layout(io.BytesIO(octets))


def test_shortened_file_ends_in_an_error(mosaic: bytes) -> None:
    parts = choose(io.BytesIO(mosaic), None, restore=False)
    with pytest.raises(EOFError):
        list(stream_parts(io.BytesIO(mosaic[:-1]), parts))


def _real(shared: Path) -> list[Path]:
    return sorted((shared / "data" / "fits").rglob("*.fits*"))


def test_real_packed_files(shared: Path) -> None:
    packed = [path for path in _real(shared) if path.suffix == ".fz"]
    assert len(packed) >= 8
    for path in packed:
        octets = path.read_bytes()
        with (
            fits.open(io.BytesIO(_chosen(octets, None, restore=True)), disable_image_compression=True) as ours,
            fits.open(path) as theirs,
        ):
            restored = [hdu for hdu in ours if hdu.data is not None]
            expected = [hdu for hdu in theirs if hdu.data is not None]
            assert len(restored) == len(expected), path.name
            for one, other in zip(restored, expected, strict=True):
                assert np.array_equal(one.data, other.data, equal_nan=one.data.dtype.kind == "f"), path.name


def test_real_files_one_hdu_at_a_time(shared: Path) -> None:
    for path in _real(shared):
        octets = path.read_bytes()
        if is_gzip(io.BytesIO(octets)) or not octets.startswith(b"SIMPLE"):
            continue
        for unit in read_layout(io.BytesIO(octets))[:4]:
            sent = _chosen(octets, frozenset({unit.index}))
            assert len(read_layout(io.BytesIO(sent))) == (1 if unit.index == 0 else 2), path.name
            assert octets[unit.offset + len(unit.header) : unit.end] == sent[len(sent) - unit.data_size :], path.name
