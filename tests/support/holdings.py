"""Rows for tests: small, valid, and different only where a test says so."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from archive.bootstrap import Services
from archive.db.schema import ProductRow, ProgramRow

__all__ = ["NOW", "hold", "make_product", "make_program"]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_program(session: Session, propid: str = "2014B-0404", **values: object) -> ProgramRow:
    """Store a program."""
    row = ProgramRow(**{"propid": propid, **values})
    session.add(row)
    session.flush()
    return row


def make_product(session: Session, public_id: str = "aaaaaaaaaaaaaaaa", **values: object) -> ProductRow:
    """Store a product: public, catalogue-only, of no program."""
    row = ProductRow(
        **{
            "public_id": public_id,
            "archive_filename": f"{public_id}.fits",
            "original_filename": f"original-{public_id}.fits",
            "telescope": "ct4m",
            "instrument": "decam",
            "obs_type": "object",
            "proc_type": "raw",
            "prod_type": "image",
            "calib_level": 1,
            "metadata_release": datetime(2020, 1, 1, tzinfo=UTC),
            "data_release": datetime(2020, 1, 1, tzinfo=UTC),
            "ingested": datetime(2020, 1, 1, tzinfo=UTC),
            "updated": datetime(2020, 1, 1, tzinfo=UTC),
            **values,
        }
    )
    session.add(row)
    session.flush()
    return row


def hold(services: Services, folder: Path, octets: bytes, public_id: str = "aaaaaaaaaaaaaaaa", **values: object) -> str:
    """Store a product and its bytes; give the digest that is its key in the store."""
    sha256 = hashlib.sha256(octets).hexdigest()
    source = folder / sha256
    source.write_bytes(octets)
    services.store.put(source, sha256)
    with services.database.begin() as uow:
        make_product(
            uow.session,
            public_id,
            **{
                "is_held": True,
                "sha256": sha256,
                "md5": hashlib.md5(octets, usedforsecurity=False).hexdigest(),
                "file_size": len(octets),
                **values,
            },
        )
    return sha256
