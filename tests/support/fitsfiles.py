"""Small FITS files for tests, and the bytes of a product put where a product's bytes are."""

import hashlib
from pathlib import Path

import numpy as np
from astropy.io import fits
from sqlalchemy.orm import Session

from archive.db.schema import ProductRow
from archive.storage import LocalFileStore
from tests.support.holdings import make_product

__all__ = ["hold_file", "small_image"]


def small_image(path: Path, seed: int = 1) -> Path:
    """Write an image of noise without any WCS."""
    pixels = np.random.default_rng(seed).normal(100, 5, (40, 60)).astype(np.float32)
    fits.PrimaryHDU(pixels).writeto(path, overwrite=True)
    return path


def hold_file(session: Session, store: LocalFileStore, path: Path, **values: object) -> ProductRow:
    """Store a product and its bytes."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    store.put(path, sha256)
    held: dict[str, object] = {"sha256": sha256, "is_held": True, "file_size": path.stat().st_size}
    return make_product(session, sha256[:16], **held, **values)
