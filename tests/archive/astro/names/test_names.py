"""Names as positions."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.astro.names import BuiltInNames, NameResolver, Sesame
from archive.astro.names.proper_names import HIP_OF
from archive.domain.search import ResolvedName
from archive.domain.search.angles import parse_position
from archive.errors import NotFoundError
from tests.support import sesame as fake


@pytest.fixture(scope="module")
def builtin() -> BuiltInNames:
    return BuiltInNames()


@pytest.fixture
def server() -> Iterator[fake.Sesame]:
    with fake.sesame_server() as running:
        yield running


def nobody(name: str) -> ResolvedName | None:
    return None


@pytest.mark.parametrize(
    ("name", "shown", "ra", "dec"),
    [
        ("M31", "M 31", 10.6848, 41.2691),
        ("messier 31", "M 31", 10.6848, 41.2691),
        ("NGC 224", "M 31", 10.6848, 41.2691),
        ("ngc0224", "M 31", 10.6848, 41.2691),
        ("Andromeda Galaxy", "M 31", 10.6848, 41.2691),
        ("PGC 2557", "M 31", 10.6848, 41.2691),
        ("IC 342", "IC 342", 56.7021, 68.0964),
        ("C 5", "IC 342", 56.7021, 68.0964),
        ("Pleiades", "M 45", 56.8692, 24.1053),
        ("M102", "M 101", 210.8023, 54.3489),
        ("IC 11", "NGC 281", 13.2473, 56.6219),
        ("LMC", "ESO056-115", 80.8938, -69.7561),
        ("Sirius", "Sirius", 101.2872, -16.7161),
        ("barnard’s STAR", "Barnard's Star", 269.4521, 4.6934),
        ("HIP 91262", "HIP 91262", 279.2347, 38.7837),
        ("10:23:45 -12:34:56", "10:23:45 -12:34:56", 155.9375, -12.5822),
    ],
)
def test_built_in_names(builtin: BuiltInNames, name: str, shown: str, ra: float, dec: float) -> None:
    found = builtin.find(name)
    assert found is not None
    assert found.name == shown
    assert math.isclose(found.ra, ra, abs_tol=2e-4)
    assert math.isclose(found.dec, dec, abs_tol=2e-4)


@pytest.mark.parametrize("name", ["Nosuch", "%", "_", "'; DROP TABLE objects", "M 999", "HIP 999999", "NGC 0", "../x"])
def test_names_that_nobody_knows(builtin: BuiltInNames, name: str) -> None:
    assert builtin.find(name) is None


def test_stars_lie_where_another_catalogue_has_them(builtin: BuiltInNames, shared: Path) -> None:
    stars = json.loads((shared / "data/catalogs/d3-celestial/stars.6.json").read_text(encoding="utf-8"))
    places = {star["id"]: star["geometry"]["coordinates"] for star in stars["features"]}
    compared = 0
    for name, number in HIP_OF.items():
        found = builtin.find(name)
        assert found is not None, name
        if number in places:
            ra, dec = places[number]
            assert abs((found.ra - ra + 180) % 360 - 180) < 0.01, name
            assert abs(found.dec - dec) < 0.01, name
            compared += 1
    assert compared > 100


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("10 23 45 +12 34 56", (155.9375, 12.58222)),
        ("10 23 45 12 34 56", (155.9375, 12.58222)),
        ("10h23m45s −12d34m56s", (155.9375, -12.58222)),
        ("J1023-1234", (155.75, -12.56667)),
        ("10.5, -41", (10.5, -41.0)),
        ("10.5+41", (10.5, 41.0)),
        ("10 20 30", None),
        ("400 10", None),
        ("2014 MU69", None),
        ("3C 273", None),
    ],
)
def test_positions_as_names(text: str, position: tuple[float, float] | None) -> None:
    assert parse_position(text) == (position and pytest.approx(position, abs=1e-5))


def test_own_targets_come_before_the_outer_resolver(builtin: BuiltInNames, server: fake.Sesame) -> None:
    resolver = NameResolver(builtin=builtin, sesame=Sesame(server.url))
    own = ResolvedName("3C 273", 1.0, 2.0, "this archive")
    assert resolver.resolve("3C 273", lambda _: own) == own
    assert resolver.resolve("M31", lambda _: own).resolver == "OpenNGC"
    assert server.asked == []


def test_sesame_answers_and_is_asked_once(builtin: BuiltInNames, server: fake.Sesame) -> None:
    resolver = NameResolver(builtin=builtin, sesame=Sesame(server.url))
    for _ in range(2):
        found = resolver.resolve("3C  273", nobody)
    assert found == ResolvedName("3C 273", 187.2779156, 2.0523883, "Sesame (Simbad)", "BLL")
    assert len(server.asked) == 1


def test_unknown_names_have_suggestions(builtin: BuiltInNames, server: fake.Sesame) -> None:
    resolver = NameResolver(builtin=builtin, sesame=Sesame(server.url))
    with pytest.raises(NotFoundError, match="Did you mean Andromeda Galaxy") as caught:
        resolver.resolve("Andromda Galaxy", nobody)
    assert caught.value.suggestions == ("Andromeda Galaxy",)


@pytest.mark.parametrize(
    ("status", "answer"), [(503, ""), (200, "<html>portal of the hotel</html>"), (200, "#\n%J 999.0 +99.0\n")]
)
def test_a_resolver_out_of_order_is_told(builtin: BuiltInNames, server: fake.Sesame, status: int, answer: str) -> None:
    server.status, server.answer = status, answer
    with pytest.raises(NotFoundError, match="did not answer"):
        NameResolver(builtin=builtin, sesame=Sesame(server.url)).resolve("3C 273", nobody)


def test_nobody_listens_there(builtin: BuiltInNames) -> None:
    with pytest.raises(NotFoundError, match="did not answer"):
        NameResolver(builtin=builtin, sesame=Sesame("http://127.0.0.1:9/sesame")).resolve("3C 273", nobody)


def test_long_names_are_refused_before_anybody_is_asked(builtin: BuiltInNames, server: fake.Sesame) -> None:
    with pytest.raises(NotFoundError, match="at most"):
        NameResolver(builtin=builtin, sesame=Sesame(server.url)).resolve("x" * 300, nobody)
    assert server.asked == []
