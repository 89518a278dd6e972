# SPDX-License-Identifier: BSD-3-Clause
"""Files whose bytes depend on nothing but what is in them."""

import gzip
import io
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

__all__ = ["SimulatedFile", "compressed", "file_bytes", "image", "primary", "written"]

# astropy writes the time of the day into this comment unless it is told what to say.
_WHEN = "by the simulator"
# A tile of floats that Rice cannot take is gzipped, and gzip writes the time of the day (RFC 1952 §2.3.1).
_GZIP_TIME = re.compile(rb"(\x1f\x8b\x08\x00).{4}([\x00\x02\x04][\x03\xff])", re.DOTALL)


@dataclass(frozen=True)
class SimulatedFile:
    """A file that can be made.

    Parameters
    ----------
    name
        As written at the telescope or by the pipeline.
    make
        Gives its bytes.
    """

    name: str
    instrument: str
    make: Callable[[], bytes]

    def write(self, folder: Path) -> Path:
        """Write it into a folder, and give its place."""
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.make())
        return path


def written(files: Sequence[SimulatedFile], folder: Path, jobs: int) -> Iterator[Path]:
    """Write files, in their order; with more than one job ahead of whoever takes them.

    Parameters
    ----------
    folder
        Files of different instruments go to different folders below it.
    """
    write = partial(_write, folder)
    if jobs < 2 or len(files) < 2:
        yield from map(write, files)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        try:
            yield from pool.map(write, files)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _write(folder: Path, file: SimulatedFile) -> Path:
    return file.write(folder / file.instrument)


def primary(header: Any, pixels: Any = None) -> Any:  # noqa: ANN401
    """Make a primary HDU."""
    return fits.PrimaryHDU(pixels, header)


def image(pixels: Any, header: Any, name: str) -> Any:  # noqa: ANN401
    """Make an image extension."""
    return fits.ImageHDU(pixels, header, name=name)


def compressed(pixels: Any, header: Any, name: str) -> Any:  # noqa: ANN401
    """Make a tile-compressed image extension: Rice, with a fixed seed of the dither for floats."""
    if np.issubdtype(pixels.dtype, np.floating):
        return fits.CompImageHDU(
            pixels, header, name=name, compression_type="RICE_1", quantize_level=4, quantize_method=1, dither_seed=1
        )
    return fits.CompImageHDU(pixels, header, name=name, compression_type="RICE_1")


def _timeless(content: bytes) -> bytes:
    return _GZIP_TIME.sub(rb"\1\0\0\0\0\2", content)


def file_bytes(hdus: list[Any], *, is_gzipped: bool = False) -> bytes:
    """Give a file's bytes, each HDU with its checksums.

    Notes
    -----
    The checksums are put in a second pass over the tables that compressed images are.
    """
    draft = io.BytesIO()
    fits.HDUList(hdus).writeto(draft, output_verify="exception")
    final = io.BytesIO()
    with fits.open(
        io.BytesIO(_timeless(draft.getvalue())), disable_image_compression=True, do_not_scale_image_data=True
    ) as plain:
        for hdu in plain:
            hdu.add_checksum(when=_WHEN)
        plain.writeto(final, output_verify="exception")
    content = final.getvalue()
    return gzip.compress(content, 6, mtime=0) if is_gzipped else content
