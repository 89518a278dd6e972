"""Structure and checksums of FITS files: sound ones pass, every damage is told, nothing crashes."""

import gzip
import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from archive.astro.fits import FitsFile, examine, read_fits
from archive.astro.header_draft import draft_product
from archive.astro.recipe import load_recipes
from archive.astro.recipes import RECIPES
from tests.support.submissions import make_fits

BOOK = load_recipes(RECIPES)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_fits(tmp_path_factory.mktemp("fits") / "a.fits", extensions=2, checksum=True).read_bytes()


def read(folder: Path, content: bytes) -> FitsFile:
    path = folder / "x.fits"
    path.write_bytes(content)
    return read_fits(path)


def codes(found: FitsFile) -> tuple[list[str], list[str]]:
    return [str(p.code) for p in found.problems], [str(w.code) for w in found.warnings]


def test_sound_file(tmp_path: Path, sound: bytes) -> None:
    found = read(tmp_path, sound)
    assert codes(found) == ([], [])
    assert found.is_whole
    assert [unit.shape for unit in found.hdus] == [(), (20, 30), (20, 30)]
    assert [unit.is_image for unit in found.hdus] == [False, True, True]


def test_digests_are_of_the_bytes_as_submitted(tmp_path: Path, sound: bytes) -> None:
    path = tmp_path / "x.fits.gz"
    path.write_bytes(gzip.compress(sound))
    digests, found = examine(path)
    assert digests.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert digests.md5 == hashlib.md5(path.read_bytes()).hexdigest()  # noqa: S324 -- the field's own digest
    assert digests.size == path.stat().st_size
    assert (found.media_type, len(found.hdus)) == ("application/gzip", 3)


@pytest.mark.parametrize("kind", ["RICE_1", "GZIP_2", "HCOMPRESS_1"])
def test_tile_compressed_image_is_an_image(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.fits.fz"
    pixels = np.arange(64 * 48, dtype=np.int16).reshape(48, 64)
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(pixels, compression_type=kind)]).writeto(path, checksum=True)
    found = read_fits(path)
    assert codes(found) == ([], [])
    unit = found.hdus[1]
    assert (unit.is_image, unit.is_table, unit.shape, unit.bitpix) == (True, False, (64, 48), 16)


def test_tables_and_random_groups(tmp_path: Path) -> None:
    table = fits.BinTableHDU.from_columns([fits.Column("a", "PJ()", array=np.array([[1], [2, 3]], dtype=object))])
    groups = fits.GroupsHDU(
        fits.GroupData(np.zeros((4, 3, 2), dtype=np.float32), parnames=["u"], pardata=[np.zeros(4)])
    )
    path = tmp_path / "x.fits"
    fits.HDUList([groups, table]).writeto(path, checksum=True)
    found = read_fits(path)
    assert codes(found) == ([], [])
    assert [unit.is_table for unit in found.hdus] == [False, True]


def test_damage_in_the_data_is_refused_and_in_a_comment_is_told(tmp_path: Path, sound: bytes) -> None:
    data = bytearray(sound)
    data[-2880] ^= 0xFF
    assert codes(read(tmp_path, bytes(data))) == (["NOVERIFY"], [])
    assert codes(read(tmp_path, sound.replace(b"M 31", b"M 33"))) == ([], ["NOVERIFY"])
    assert codes(read(tmp_path, sound.replace(b"M 31", b"M\xe931"))) == ([], ["NOVERIFY", "NOVERIFY"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"BITPIX  =                    8", b"BITPIX  =                    9"),
        (b"NAXIS   =                    0", b"NAXIS   =                 1000"),
        (b"NAXIS   =                    0", b"NAXIS   =                    2"),
        (b"BITPIX  =", b"BITPIXX ="),
        (b"SIMPLE  =                    T", b"SIMPLE  =                    F"),
        (b"GCOUNT  =                    1", b"GCOUNT  =                   -1"),
    ],
)
def test_mandatory_cards(tmp_path: Path, sound: bytes, old: bytes, new: bytes) -> None:
    assert "NOVERIFY" in codes(read(tmp_path, sound.replace(old, new, 1)))[0]


@pytest.mark.parametrize("content", [b"", b"\n", b"<html>", b"SIMPLE  = T", b"SIMPLE  =".ljust(2880) * 3])
def test_what_is_no_fits(tmp_path: Path, content: bytes) -> None:
    assert codes(read(tmp_path, content)) == (["NOTFITS"], [])


def test_header_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.fits"
    with path.open("wb") as stream:
        stream.write(b"SIMPLE  =                    T".ljust(2880))
        stream.truncate(10**12)
    assert codes(read_fits(path)) == (["NOTFITS"], [])


def test_junk_after_the_last_hdu_is_told_and_zeros_are_not(tmp_path: Path, sound: bytes) -> None:
    assert codes(read(tmp_path, sound + b"junk" * 720)) == ([], ["NOVERIFY"])
    assert codes(read(tmp_path, sound + bytes(2880))) == ([], [])


def test_last_block_that_is_not_filled_is_told(tmp_path: Path, sound: bytes) -> None:
    assert codes(read(tmp_path, sound[:-100])) == ([], ["NOVERIFY"])


def test_cut_anywhere_within_an_hdu_it_is_refused_or_told(tmp_path: Path, sound: bytes) -> None:
    # Between two HDUs a file can end; nobody can know that there was more.
    ends = ends_of_hdus(sound)
    for length in range(0, len(sound), 40):
        found = read(tmp_path, sound[:length])
        assert found.problems or found.warnings or length in ends, length
    packed = gzip.compress(sound)
    for length in range(2, len(packed), 40):
        assert read(tmp_path, packed[:length]).problems, length


def ends_of_hdus(content: bytes) -> set[int]:
    with fits.open(io.BytesIO(content)) as hdus:
        return {hdu.fileinfo()["datLoc"] + hdu.fileinfo()["datSpan"] for hdu in hdus}


def test_no_bytes_crash_the_readers(tmp_path: Path, sound: bytes) -> None:
    random = np.random.default_rng(6)
    for _ in range(1000):
        content = np.frombuffer(sound, np.uint8).copy()
        places = random.integers(0, len(sound), random.integers(1, 20))
        content[places] = random.integers(0, 256, len(places))
        found = read(tmp_path, content.tobytes())
        if found.hdus:
            draft_product(found, "x.fits", BOOK)


def test_every_shared_header_is_read_as_astropy_reads_it(shared: Path) -> None:
    path = shared / "data" / "fits" / "noirlab-decam" / "c4d_140818_232043_ooi_z_ls9.N12.fits"
    found = read_fits(path)
    with fits.open(path) as hdus:
        for unit, hdu in zip(found.hdus, hdus, strict=True):
            theirs = {card.keyword: card.value for card in hdu.header.cards}
            for keyword, value in unit.values.items():
                if keyword not in {"COMMENT", "HISTORY"}:
                    assert theirs[keyword] == value, keyword
