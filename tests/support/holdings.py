"""Rows for tests: small, valid, and different only where a test says so."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from archive.bootstrap import Services
from archive.db.schema import CollectionRow, HDURow, ObservationRow, ProductCollectionRow, ProductRow, ProgramRow

__all__ = ["NOW", "hold", "make_collection", "make_hdu", "make_observation", "make_product", "make_program"]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_program(session: Session, propid: str = "2014B-0404", **values: object) -> ProgramRow:
    """Store a program."""
    row = ProgramRow(**{"propid": propid, **values})
    session.add(row)
    session.flush()
    return row


def make_product(session: Session, public_id: str = "aaaaaaaaaaaaaaaa", **values: object) -> ProductRow:
    """Store a product: public, catalogue-only, of no program, and of an observation of its own."""
    if "observation_id" not in values:
        place = {name: values[name] for name in ("telescope", "instrument", "caldat") if name in values}
        values["observation_id"] = make_observation(session, f"obs.{public_id}", **place).id
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


def make_observation(session: Session, obs_id: str, **values: object) -> ObservationRow:
    """Store an observation; its products are made apart, with `observation_id`."""
    row = ObservationRow(**{"obs_id": obs_id, "telescope": "ct4m", "instrument": "decam", **values})
    session.add(row)
    session.flush()
    return row


def make_hdu(session: Session, product: ProductRow, hdu_index: int = 0, **header: object) -> HDURow:
    """Store an HDU with these keywords."""
    row = HDURow(product_id=product.id, hdu_index=hdu_index, kind="image", shape=[2, 3], bitpix=16, header=header)
    session.add(row)
    session.flush()
    return row


def make_collection(session: Session, name: str, *members: ProductRow, **values: object) -> CollectionRow:
    """Store a collection and what belongs to it."""
    row = CollectionRow(name=name, **values)
    session.add(row)
    session.flush()
    session.add_all(ProductCollectionRow(collection_id=row.id, product_id=member.id) for member in members)
    session.flush()
    return row
