"""Who gets what at which door: callers × resources × doors, written out by hand.

The letters of a row stand for the resources in the order of `RESOURCES`.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import text

from archive.bootstrap import Services
from archive.db.schema import (
    NightRow,
    ObservationRow,
    PreviewRow,
    ProductRow,
    ScheduleSlotProgramRow,
    ScheduleSlotRow,
)
from archive.domain.access import Caller
from archive.domain.clock import utc_now
from archive.domain.identity import Role, Scope
from archive.services.tokens import TokenService
from tests.support.fitsfiles import small_image
from tests.support.holdings import hold, make_product, make_program
from tests.support.people import PASSWORD, log_in

PAST, FUTURE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

RESOURCES: Mapping[str, Mapping[str, object]] = {
    "public": {},
    "proprietary": {"data_release": FUTURE},
    "private": {"metadata_release": FUTURE, "data_release": FUTURE},
    "hidden": {"is_hidden": True},
    "notheld": {"is_held": False, "sha256": None},
    "nobodys": {"program_id": None, "data_release": None},
    "unknown": {},
}

# What of the seven each caller may know of, and what each gets of the bytes (GET and HEAD alike).
SEEN = {
    "anonymous": ("public", "proprietary", "notheld", "nobodys"),
    "other": ("public", "proprietary", "notheld", "nobodys"),
    "member": ("public", "proprietary", "private", "notheld", "nobodys"),
    "pi": ("public", "proprietary", "private", "notheld", "nobodys"),
    "staff": ("public", "proprietary", "private", "hidden", "notheld", "nobodys"),
    "pi's token": ("public", "proprietary", "private", "notheld", "nobodys"),
    "token for metadata": ("public", "proprietary", "private", "notheld", "nobodys"),
    "token for data": ("public", "proprietary", "notheld", "nobodys"),
}
BYTES = {
    "anonymous": (200, 401, 404, 404, 404, 401, 404),
    "other": (200, 403, 404, 404, 404, 403, 404),
    "member": (200, 200, 200, 404, 404, 403, 404),
    "pi": (200, 200, 200, 404, 404, 403, 404),
    "staff": (200, 200, 200, 200, 404, 200, 404),
    "pi's token": (200, 200, 200, 404, 404, 403, 404),
    "token for metadata": (200, 403, 403, 404, 404, 403, 404),
    "token for data": (200, 200, 404, 404, 404, 403, 404),
}
NOT_HOLDING = ("expired token", "revoked token", "unknown token", "token of a closed account")
OF_METADATA = ("/api/v1/files/{}", "/api/v1/files/{}/header", "/file/{}", "/obs/obs-{}")
OF_LISTS = (
    "/api/v1/search?columns=archive_filename",
    "/api/v1/search?format=csv&columns=archive_filename",
    "/api/v1/search?format=votable&columns=archive_filename",
    "/results?columns=archive_filename",
)


@dataclass(frozen=True)
class World:
    """A catalogue with one product of each kind, and a client for each caller."""

    clients: Mapping[str, FlaskClient]
    headers: Mapping[str, dict[str, str]]

    def ask(self, who: str, path: str, method: str = "GET") -> tuple[int, str]:
        headers = {"Accept": "text/html" if path.startswith(("/results", "/file", "/obs", "/program")) else "*/*"}
        answer = self.clients[who].open(path, method=method, headers=headers | self.headers[who], buffered=True)
        return answer.status_code, answer.get_data(as_text=False).decode("latin-1")


@pytest.fixture
def world(app: Flask, services: Services, tmp_path: Path) -> World:
    _fill(services, tmp_path)
    callers = [*SEEN, *NOT_HOLDING]
    clients = {who: app.test_client() for who in callers}
    accounts = services.accounts
    accounts.create("other", PASSWORD)
    accounts.create("staff", PASSWORD, roles=[Role.OPERATOR])
    accounts.create("closed", PASSWORD, propids=["2014B-0404"])
    for name in ("member", "pi"):
        accounts.create(name, PASSWORD)
        accounts.join(name, "2014B-0404", is_pi=name == "pi")
    for who in ("other", "member", "pi", "staff"):
        assert log_in(clients[who], who).status_code == 303
    pi, closed = (_caller(services, name) for name in ("pi", "closed"))
    issue = services.tokens.issue
    old = TokenService(database=services.database, clock=lambda: utc_now() - timedelta(days=2))
    tokens = {
        "pi's token": issue(pi, "all", Scope, None).text,
        "token for metadata": issue(pi, "metadata", [Scope.READ_METADATA], None).text,
        "token for data": issue(pi, "data", [Scope.READ_DATA], None).text,
        "expired token": old.issue(pi, "expired", Scope, 1).text,
        "revoked token": (revoked := issue(pi, "revoked", Scope, None)).text,
        "unknown token": "archive-aaaaaaaaaaaaaaaa." + "a" * 43,
        "token of a closed account": issue(closed, "closed", Scope, None).text,
    }
    services.tokens.revoke(pi, revoked.token.key)
    accounts.set_active("closed", is_active=False)
    headers = {who: {"Authorization": f"Bearer {tokens[who]}"} if who in tokens else {} for who in callers}
    return World(clients, headers)


def _caller(services: Services, name: str) -> Caller:
    caller = services.accounts.caller_of_session(services.accounts.sign_in(name, PASSWORD, ""), "")
    assert caller is not None
    return caller


def _fill(services: Services, folder: Path) -> None:
    with services.database.begin() as uow:
        program_id = make_program(uow.session).id
    sink = io.BytesIO()
    Image.new("L", (4, 4)).save(sink, "PNG")
    picture = hold(services, folder, sink.getvalue(), "picture")
    with services.database.begin() as uow:
        uow.session.execute(text("DELETE FROM product"))
    for seed, (name, values) in enumerate(RESOURCES.items()):
        if name == "unknown":
            continue
        held = {"program_id": program_id, "n_hdu": 1, "archive_filename": f"file-{name}.fits", **values}
        if held.get("is_held", True):
            hold(services, folder, small_image(folder / f"{name}.fits", seed).read_bytes(), name, **held)
        else:
            with services.database.begin() as uow:
                make_product(uow.session, name, **held)
        with services.database.begin() as uow:
            observation = ObservationRow(
                obs_id=f"obs-{name}", telescope="ct4m", instrument="decam", program_id=held["program_id"]
            )
            uow.session.add(observation)
            uow.session.flush()
            product = uow.session.query(ProductRow).filter_by(public_id=name).one()
            product.observation_id = observation.id
            uow.session.add(PreviewRow(product_id=product.id, state="ready", sha256=picture, thumbnail_sha256=picture))


def test_bytes(world: World) -> None:
    for method in ("GET", "HEAD"):
        got = {who: tuple(world.ask(who, f"/data/{name}", method)[0] for name in RESOURCES) for who in SEEN}
        assert got == BYTES, method


def test_pictures_are_pixels(world: World) -> None:
    held = [name for name in RESOURCES if name != "notheld"]
    for who, expected in BYTES.items():
        got = {name: world.ask(who, f"/file/{name}/preview.png")[0] for name in held}
        statuses = dict(zip(RESOURCES, expected, strict=True))
        assert got == {name: statuses[name] for name in held}, who


@pytest.mark.parametrize("door", OF_METADATA)
def test_metadata(world: World, door: str) -> None:
    for who, seen in SEEN.items():
        got = {name: world.ask(who, door.format(name))[0] for name in RESOURCES}
        assert got == {name: 200 if name in seen else 404 for name in RESOURCES}, who


@pytest.mark.parametrize("door", OF_LISTS)
def test_lists(world: World, door: str) -> None:
    for who, seen in SEEN.items():
        status, page = world.ask(who, door)
        assert status == 200
        assert {name for name in RESOURCES if f"file-{name}.fits" in page} == set(seen), who


def test_counts(world: World) -> None:
    for who, seen in SEEN.items():
        answer = world.clients[who].get("/api/v1/search", headers=world.headers[who])
        assert answer.json is not None
        assert answer.json["total"] == len(answer.json["rows"]) == len(seen), who


SECRET = "The secret of the pulsar"
OF_PROGRAMS = (
    "/program/2014B-0999",
    "/api/v1/programs/2014B-0999",
    "/file/flat",
    "/api/v1/files/flat",
    "/api/v1/columns/title",
    "/api/v1/search?propid=2014B-0999&columns=title,pi",
    "/api/v1/search?propid=2014B-0999&format=csv&columns=title,pi",
    "/api/v1/search?propid=2014B-0999&sort=-title&columns=all",
    "/results?propid=2014B-0999&columns=title,pi",
    "/night/2014-08-01/ct4m",
)


def _hold_flat_of_a_private_program(services: Services) -> None:
    with services.database.begin() as uow:
        program = make_program(
            uow.session, "2014B-0999", title=SECRET, pi=SECRET, abstract=SECRET, is_metadata_private=True
        )
        make_product(uow.session, "flat", obs_type="flat", program_id=program.id)
        night = NightRow(telescope="ct4m", caldat=date(2014, 8, 1))
        uow.session.add(night)
        uow.session.flush()
        slot = ScheduleSlotRow(night_id=night.id, instrument="decam")
        uow.session.add(slot)
        uow.session.flush()
        uow.session.add(ScheduleSlotProgramRow(slot_id=slot.id, program_id=program.id))
    services.accounts.join("member", "2014B-0999", is_pi=False)


def test_title_and_people_of_a_private_program(world: World, services: Services) -> None:
    _hold_flat_of_a_private_program(services)
    for who in SEEN:
        for door in OF_PROGRAMS:
            status, page = world.ask(who, door)
            assert status == 200, (who, door)
            assert (SECRET in page) == (who in {"member", "staff"}), (who, door)


@pytest.mark.parametrize("sought", ["pi=the+secret*", "title=The+secret+of+the+pulsar", "title=>Tha", "pi=!null"])
def test_private_programs_are_not_found_by_title_or_people(world: World, services: Services, sought: str) -> None:
    _hold_flat_of_a_private_program(services)
    for who in SEEN:
        _, page = world.ask(who, f"/api/v1/search?propid=2014B-0999&{sought}")
        assert ('"flat"' in page) == (who in {"member", "staff"}), who


def test_credentials_that_do_not_hold_open_nothing(world: World) -> None:
    doors = [*OF_METADATA, "/data/{}", "/file/{}/preview.png", *OF_LISTS, "/"]
    for who in NOT_HOLDING:
        for path in [door.format(name) for door in doors for name in ("public", "proprietary", "unknown")]:
            status, told = world.ask(who, path)
            assert status == 401, (who, path)
            if who == "expired token":
                assert "expired" in told


def test_refusals_tell_when_and_how(world: World) -> None:
    answer = world.clients["other"].get("/data/proprietary")
    assert answer.json is not None
    assert answer.json["title"] == "proprietary"
    assert answer.json["release_date"].startswith("2100-01-01")
    anonymous = world.clients["anonymous"].get("/data/proprietary")
    assert len(anonymous.headers.getlist("WWW-Authenticate")) == 2
    assert anonymous.json is not None
    assert "2100-01-01" in anonymous.json["detail"]
    token = world.clients["token for metadata"].get("/data/proprietary", headers=world.headers["token for metadata"])
    assert token.json is not None
    assert "read:data" in token.json["detail"]
    page = world.clients["anonymous"].get("/data/proprietary", headers={"Accept": "text/html"})
    assert page.status_code == 401
    assert "/login?next=/data/proprietary" in page.text
    missing = world.clients["anonymous"].get("/data/notheld")
    assert missing.json is not None
    assert missing.json["title"] == "not_held"


def test_the_same_answer_for_unknown_and_unseen(world: World) -> None:
    unseen = world.clients["other"].get("/data/private")
    unknown = world.clients["other"].get("/data/unknown")
    assert (unseen.status_code, unseen.json) == (unknown.status_code, unknown.json)
    assert dict(unseen.headers).keys() == dict(unknown.headers).keys()
