"""Ten products of two programs, one of them private, to search in."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import numpy as np
from sqlalchemy.orm import Session

from archive.db.schema import ProductRow, ProgramRow
from archive.db.session import Database
from tests.support.holdings import make_collection, make_hdu, make_observation, make_product, make_program
from vo.sky import hpx29

FUTURE = datetime(2030, 1, 1, tzinfo=UTC)


def fill(database: Database) -> SimpleNamespace:
    """Store them; gives the ids of the programs."""
    with database.begin() as uow:
        session = uow.session
        open_one = make_program(session, "2014B-0404", pi="Schlegel, D.", title="Legacy Survey")
        private = make_program(session, "2015A-0001", pi="Private, P.", title="Hidden", is_metadata_private=True)
        raw, instcal = exposure(session, open_one)
        zero = make_product(
            session,
            "zero000000000000",
            archive_filename="k4k_140922_234607_zri.fits.fz",
            telescope="kp4m",
            instrument="kosmos",
            obs_type="zero",
            exptime=0.0,
            caldat=date(2014, 9, 22),
            t_min=56922.99,
            t_max=56922.99,
            file_size=None,
        )
        secret = secret_one(session, private)
        make_product(session, "hidden0000000000", is_hidden=True, exptime=66.0)
        for number in range(5):
            make_product(session, f"plain{number:011}", exptime=None if number < 2 else 10.0 * number, file_size=10)
        make_collection(session, "decaps", raw, instcal)
        make_collection(session, "Survey-2", zero, secret)
        return SimpleNamespace(open=open_one.id, private=private.id)


def exposure(session: Session, program: ProgramRow) -> tuple[ProductRow, ProductRow]:
    """Store a raw file and what was made of it, whose pixels are not public yet."""
    observation = make_observation(session, "ct4m20140801t030000", program_id=program.id)
    common = {
        "observation_id": observation.id,
        "program_id": program.id,
        "band": "g",
        "exptime": 30.0,
        "caldat": date(2014, 7, 31),
        "t_min": 56870.125,
        "t_max": 56870.126,
    }
    raw = make_product(
        session,
        "raw0000000000000",
        archive_filename="c4d_140801_030000_ori.fits.fz",
        original_filename="/data_local/images/DECam_00350001.fits",
        target="M31 field",
        filter="g DECam SDSS c0001 4720.0 1520.0",
        file_size=1000,
        is_held=True,
        **at(10.68, 41.27),
        **common,
    )
    make_hdu(session, raw, 0, OBJECT="M31 field", SEEING=1.1, PROPID="2014B-0404", EXPNUM=350001)
    make_hdu(session, raw, 1, EXTNAME="N1", AIRMASS="1.20", FLAG=True)
    instcal = make_product(
        session,
        "cal0000000000000",
        archive_filename="c4d_140801_030000_ooi_g_v1.fits.fz",
        original_filename="100%_sure.fits",
        proc_type="instcal",
        target="m31 FIELD",
        file_size=2000,
        data_release=FUTURE,
        **at(10.69, 41.28),
        **common,
    )
    make_hdu(session, instcal, 0, SEEING=0.9)
    return raw, instcal


def secret_one(session: Session, program: ProgramRow) -> ProductRow:
    """Store a file of which nobody but its team may know."""
    made = make_product(
        session,
        "secret0000000000",
        program_id=program.id,
        target="Secret target",
        caldat=date(2014, 8, 1),
        t_min=56871.0,
        t_max=56871.1,
        exptime=77.0,
        file_size=5000,
        metadata_release=FUTURE,
        data_release=FUTURE,
        **at(10.68, 41.27),
    )
    make_hdu(session, made, 0, SEEING=0.7)
    return made


def at(ra: float, dec: float) -> dict[str, object]:
    """Give the columns of a position."""
    return {"ra": ra, "dec": dec, "hpx29": int(hpx29(np.array([ra]), np.array([dec]))[0])}
