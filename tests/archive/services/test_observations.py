"""One file, one observation, as different callers may know them."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from archive.bootstrap import Services
from archive.db.schema import FootprintRow, FootprintSetRow, ProvenanceRow
from archive.domain.access import ANONYMOUS, Caller
from archive.domain.identity import Role
from archive.errors import NotFoundError
from archive.services.observations import ObservationService
from archive.storage import LocalFileStore
from tests.archive.services.search.holdings import fill
from tests.support.fitsfiles import hold_file
from tests.support.holdings import make_hdu, make_observation, make_product, make_program

STAFF = Caller(user_id=1, username="operator", roles=frozenset({Role.OPERATOR}))
RAW, CAL, SECRET = "raw0000000000000", "cal0000000000000", "secret0000000000"


@pytest.fixture
def shown(services: Services) -> ObservationService:
    fill(services.database)
    return services.observations


def test_a_file_with_all_its_facts(shown: ObservationService) -> None:
    found = shown.product(ANONYMOUS, RAW)
    assert found["archive_filename"] == "c4d_140801_030000_ori.fits.fz"
    assert found["obs_id"] == "ct4m20140801t030000"
    assert (found.may_read, found.is_public, found.is_held) == (True, True, True)
    assert found.program is not None
    assert found.program.pi == "Schlegel, D."
    assert found.collections == ("decaps",)
    assert [hdu.index for hdu in found.hdus] == [0, 1]
    assert [one.public_id for one in found.siblings] == [CAL]


def test_access_is_told_beforehand(shown: ObservationService) -> None:
    found = shown.product(ANONYMOUS, CAL)
    assert (found.may_read, found.is_public) == (False, False)
    assert found.data_release is not None
    assert shown.product(STAFF, CAL).may_read


def test_what_one_may_not_know_of_is_not_there(shown: ObservationService) -> None:
    for name in (SECRET, "nosuch", "\x00", "x" * 5000):
        with pytest.raises(NotFoundError):
            shown.product(ANONYMOUS, name)
    assert shown.product(STAFF, SECRET).program is not None


def test_an_observation_has_the_files_one_may_know_of(shown: ObservationService) -> None:
    (found,) = shown.observations(ANONYMOUS, "ct4m20140801t030000")
    assert [one.public_id for one in found.files] == [CAL, RAW]
    assert found.program is not None


def test_a_name_nobody_knows_has_suggestions(shown: ObservationService) -> None:
    with pytest.raises(NotFoundError) as caught:
        shown.observations(ANONYMOUS, "ct4m20140801t030001")
    assert caught.value.suggestions == ("ct4m20140801t030000",)


def test_suggestions_and_observations_keep_what_is_private(services: Services) -> None:
    with services.database.begin() as uow:
        program = make_program(uow.session, is_metadata_private=True)
        observation = make_observation(uow.session, "secret-observation", program_id=program.id)
        make_product(uow.session, observation_id=observation.id, program_id=program.id, metadata_release=None)
    for name in ("secret-observation", "secret-observatiom"):
        with pytest.raises(NotFoundError) as caught:
            services.observations.observations(ANONYMOUS, name)
        assert caught.value.suggestions == ()
    assert services.observations.observations(STAFF, "secret-observation")


def test_versions_and_provenance(services: Services) -> None:
    with services.database.begin() as uow:
        old = make_product(uow.session, "old0000000000000")
        new = make_product(uow.session, "new0000000000000", supersedes_id=old.id)
        hidden = make_product(uow.session, "hidden0000000000", is_hidden=True)
        for parent in (old, hidden):
            uow.session.add(ProvenanceRow(product_id=new.id, parent_name=parent.archive_filename, parent_id=parent.id))
        uow.session.add(ProvenanceRow(product_id=new.id, parent_name="lost.fits"))
    found = services.observations.product(ANONYMOUS, "new0000000000000")
    assert found.older is not None
    assert found.older.public_id == "old0000000000000"
    assert {parent.name: parent.public_id for parent in found.parents} == {
        "old0000000000000.fits": "old0000000000000",
        "hidden0000000000.fits": None,
        "lost.fits": None,
    }
    before = services.observations.product(ANONYMOUS, "old0000000000000")
    assert before.newer is not None
    assert [child.public_id for child in before.children] == ["new0000000000000"]


def test_outlines_are_corners_in_degrees(services: Services) -> None:
    with services.database.begin() as uow:
        footprints = FootprintSetRow()
        uow.session.add(footprints)
        uow.session.flush()
        vectors = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
        place = {"x": 1.0, "y": 0.0, "z": 0.0, "core": 0.0, "reach": 3.2}
        uow.session.add(
            FootprintRow(set_id=footprints.id, hdu_index=1, ccdnum=3, vertices=vectors, is_convex=True, **place)
        )
        make_product(uow.session, footprint_set_id=footprints.id)
    (outline,) = services.observations.product(ANONYMOUS, "aaaaaaaaaaaaaaaa").outlines
    assert outline.ccdnum == 3
    assert np.allclose(outline.vertices[:2], [(0, 0), (90, 0)])
    assert np.isclose(outline.vertices[2][1], 90)


@pytest.mark.parametrize("suffix", [".fits", ".fits.gz", ".fits.fz"])
def test_the_header_is_that_of_the_file(services: Services, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"one{suffix}"
    image = np.zeros((30, 30), dtype=np.int16)
    primary = fits.PrimaryHDU()
    primary.header["OBJECT"] = ("it's M31 / south", "what was seen")
    primary.header["HIERARCH ESO OBS PROG ID"] = "60.A-9036"
    primary.header["LONGONE"] = "x" * 100
    primary.header["EXPTIME"] = (30.0, "[s]")
    primary.header["COMMENT"] = "a comment / with a slash"
    second = fits.CompImageHDU(image) if suffix == ".fits.fz" else fits.ImageHDU(image)
    fits.HDUList([primary, second]).writeto(path)
    with services.database.begin() as uow:
        assert isinstance(services.store, LocalFileStore)
        public_id = hold_file(uow.session, services.store, path).public_id
    first, *others = services.observations.header(ANONYMOUS, public_id)
    assert len(others) == 1
    cards = {card.keyword: card for card in first}
    assert (cards["OBJECT"].value, cards["OBJECT"].comment) == ("'it''s M31 / south'", "what was seen")
    assert cards["HIERARCH ESO OBS PROG ID"].value == "'60.A-9036'"
    assert (cards["EXPTIME"].value, cards["EXPTIME"].comment) == ("30.0", "[s]")
    assert cards["COMMENT"].comment == "a comment / with a slash"
    assert any(card.keyword == "CONTINUE" for card in first)


def test_the_header_of_a_file_that_is_not_here_comes_from_the_catalogue(services: Services) -> None:
    with services.database.begin() as uow:
        product = make_product(uow.session)
        make_hdu(uow.session, product, 0, SEEING=1.1)
    ((card,),) = services.observations.header(ANONYMOUS, "aaaaaaaaaaaaaaaa")
    assert (card.keyword, card.value) == ("SEEING", "1.1")
