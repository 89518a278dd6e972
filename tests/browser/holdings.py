"""A few files at M31, public and proprietary, with footprints and headers."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from archive.astro.simulator import HLSP_README
from archive.bootstrap import Services
from archive.db.footprints import FootprintStore, Outline
from archive.db.schema import NightRow
from archive.domain.identity import Scope
from tests.support.holdings import hold, make_collection, make_hdu, make_observation, make_product, make_program
from tests.support.people import PASSWORD
from vo.sky import hpx29

__all__ = ["LOCKED", "OPEN", "PERSON", "fill"]

OPEN, LOCKED = "open000000000000", "locked0000000000"
PERSON = "ada"
_LONG = "a_rather_long_name_of_a_file_that_does_not_want_to_break_anywhere_c4d_140801_030000_ooi_g_v1.fits.fz"


def fill(services: Services, folder: Path) -> None:
    """Store them."""
    ra, dec = 10.6847, 41.269
    place = {"ra": ra, "dec": dec, "hpx29": int(hpx29([ra], [dec])[0]), "target": "M31", "band": "g"}
    with services.database.begin() as uow:
        session = uow.session
        program = make_program(session, "2014B-0404", pi="Schlegel, D.", title="A survey of the sky in many bands")
        taken = make_observation(session, "ct4m20140801t030000", program_id=program.id, caldat=date(2014, 8, 1))
        corners = np.array([[10.4, 41.0], [10.6, 41.0], [10.6, 41.4], [10.4, 41.4]])
        outlines = [Outline(index, index, corners + np.array([0.21 * index, 0.0])) for index in range(1, 4)]
        common = {
            "observation_id": taken.id,
            "program_id": program.id,
            "caldat": date(2014, 8, 1),
            "t_min": 56870.1,
            "exptime": 90.0,
            "footprint_set_id": FootprintStore(uow).add_set(outlines),
            **place,
        }
        session.add(NightRow(telescope="ct4m", caldat=date(2014, 8, 1), note="Clear."))
        files = [
            make_product(session, f"{number:016}", **{**common, "archive_filename": f"{number}{_LONG}"})
            for number in range(60)
        ]
        make_hdu(session, files[0], 0, OBJECT="M31")
        make_collection(session, "decaps", files[0], title="The DECam Plane Survey")
        make_collection(
            session,
            "spirals",
            files[1],
            title=f"hlsp_{_LONG}",
            description=f"The files are\nhlsp_spirals_<instrument>_<target>_<filter>_<kind>_{_LONG}\nand {HLSP_README}",
            is_hlsp=True,
        )
    hold(services, folder, b"SIMPLE  =                    T", OPEN, **common)
    _make_person(services)
    later = datetime(2100, 1, 1, tzinfo=UTC)
    hold(services, folder, b"SIMPLE  =                    F", LOCKED, **{**common, "data_release": later})


def _make_person(services: Services) -> None:
    """Make the PI, with some tokens."""
    services.accounts.create(PERSON, PASSWORD)
    services.accounts.join(PERSON, "2014B-0404", is_pi=True)
    caller = services.accounts.caller_of_session(services.accounts.sign_in(PERSON, PASSWORD, ""), "")
    assert caller is not None
    for number in range(4):
        services.tokens.issue(caller, f"pipeline-of-the-night-{number}", Scope, 30)
