# SPDX-License-Identifier: BSD-3-Clause
"""What is observed: for each instrument its blocks of exposures, laid out over two weeks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from archive.astro.simulator.night import FIRST_NIGHT, SITES, Exposure
from archive.astro.simulator.programs import program_of
from archive.astro.simulator.targets import Target, target

__all__ = ["PLANS", "Block", "Plan", "exposures_of"]

_LAMP_KINDS = {"zero", "dark", "dome flat"}


@dataclass(frozen=True)
class Block:
    """Exposures of one kind: each target in each band at each dither position.

    Parameters
    ----------
    nights
        Numbers of the nights, 0 to 13.
    hour
        Hours after dusk at which the block begins; before it where negative.
    """

    nights: tuple[int, ...]
    propid: str
    kind: str
    hour: float
    seconds: float
    targets: tuple[str, ...] = ("",)
    bands: tuple[str, ...] = ("",)
    dithers: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    repeat: int = 1


@dataclass(frozen=True)
class Plan:
    """All that one instrument does; `overhead` is the seconds between two exposures."""

    site: str
    telescope: str
    instrument: str
    first_number: int
    overhead: float
    blocks: tuple[Block, ...]


_THREE = ((0.0, 0.0), (90.0, 60.0), (-80.0, 110.0))
_TWO = ((0.0, 0.0), (25.0, -30.0))

PLANS = {
    plan.instrument: plan
    for plan in (
        Plan("ct", "ct4m", "decam", 591200, 31.0, (
            Block((0, 4), "2016B-0101", "zero", -3.0, 0.0),
            Block((0, 4), "2016B-0101", "dome flat", -2.5, 10.0, bands=("g",)),
            Block((0,), "2016B-0101", "object", 4.0, 90.0, ("NGC 2070",), ("g", "r")),
            Block((4,), "2016B-0101", "object", 3.0, 120.0, ("NGC 292",), ("i",)),
            Block((4,), "2016B-0305", "object", 2.0, 150.0, ("NGC 253", "NGC 1365"), ("r",)),
        )),
        Plan("kp", "kp4m", "mosaic3", 84100, 40.0, (
            Block((1, 2), "2016B-0102", "zero", -3.0, 0.0, repeat=2),
            Block((1, 2), "2016B-0102", "dome flat", -2.5, 12.0, bands=("zd",), repeat=2),
            Block((1,), "2016B-0102", "object", 2.0, 80.0, ("M31",), ("zd",), _THREE),
            Block((2,), "2016B-0102", "object", 3.0, 80.0, ("M33", "NGC 891"), ("zd",)),
            Block((2,), "2016B-0102", "object", 5.0, 60.0, ("M45",), ("zd",)),
        )),
        Plan("kp", "kp4m", "newfirm", 41200, 20.0, (
            Block((5, 6), "2016B-0203", "dark", -3.0, 30.0, repeat=2),
            Block((5, 6), "2016B-0203", "dome flat", -2.5, 5.0, bands=("J", "H", "Ks")),
            Block((5,), "2016B-0203", "object", 7.0, 30.0, ("M42",), ("J", "H", "Ks"), _TWO),
            Block((6,), "2016B-0203", "object", 5.0, 60.0, ("NGC 1333", "NGC 1931"), ("J", "Ks")),
        )),
        Plan("kp", "kp4m", "kosmos", 9800, 35.0, (
            Block((9, 10), "2016B-0204", "zero", -3.0, 0.0, repeat=2),
            Block((9, 10), "2016B-0204", "dome flat", -2.5, 8.0, bands=("b2k",), repeat=2),
            Block((9, 10), "2016B-0204", "comparison", -2.0, 20.0, bands=("b2k",), repeat=2),
            Block((9, 10), "2016B-0204", "standard", 0.5, 60.0, ("BD+28 4211",), ("b2k",)),
            Block((9,), "2016B-0204", "object", 1.5, 900.0, ("NGC 7331", "NGC 628", "NGC 1068"), ("b2k",)),
            Block((10,), "2016B-0204", "object", 1.5, 900.0, ("NGC 7469", "NGC 821", "NGC 925"), ("b2k",)),
            Block((9, 10), "2016B-0204", "object", 6.0, 60.0, ("NGC 1569",), ("R",)),
        )),
        Plan("cp", "soar", "goodman", 20, 45.0, (
            Block((3, 11), "2016B-0305", "zero", -3.0, 0.0, repeat=2),
            Block((3, 11), "2016B-0305", "dome flat", -2.5, 15.0, repeat=2),
            Block((3, 11), "2016B-0305", "comparison", -2.0, 30.0, repeat=2),
            Block((3, 11), "2016B-0305", "standard", 0.5, 120.0, ("LTT 1020", "Feige 110")),
            Block((3,), "2016B-0305", "object", 2.0, 1200.0, ("NGC 1566", "NGC 1365", "3C 120")),
            Block((11,), "2016B-0305", "object", 2.0, 1200.0, ("PKS 0537-441", "NGC 1097", "NGC 1672")),
        )),
        Plan("ct", "ct15m", "chiron", 1000, 30.0, (
            Block((0, 2, 6), "2016B-0306", "zero", -3.0, 0.0),
            Block((0, 2, 6), "2016B-0306", "dome flat", -2.5, 12.0),
            Block((0, 2, 6), "2016B-0306", "comparison", -2.0, 1.0),
            Block((0, 6), "2016B-0306", "object", 1.0, 300.0, ("HD 10700", "HD 20794", "HD 1581")),
            Block((2, 6), "2016B-0306", "object", 4.0, 300.0, ("HD 22049", "HD 39060", "HD 10647")),
        )),
        Plan("kp", "bok23m", "90prime", 1, 35.0, (
            Block((3, 7), "2016B-0407", "zero", -3.0, 0.0, repeat=2),
            Block((3, 7), "2016B-0407", "dome flat", -2.5, 10.0, bands=("g", "bokr")),
            Block((3,), "2016B-0407", "object", 1.0, 100.0, ("NGC 7814", "NGC 7479"), ("g", "bokr")),
            Block((7,), "2016B-0407", "object", 1.0, 100.0, ("M33", "NGC 7741"), ("g", "bokr")),
            Block((7,), "2016B-0102", "object", 4.0, 120.0, ("M31",), ("bokr",), _TWO),
        )),
        Plan("kp", "kp09m", "hdi", 1, 25.0, (
            Block((4, 8, 12), "2016B-0408", "zero", -3.0, 0.0),
            Block((4, 8, 12), "2016B-0408", "dome flat", -2.5, 6.0, bands=("V",)),
            Block((4,), "2016B-0408", "object", 1.0, 60.0, ("NGC 7789", "NGC 869"), ("B", "V", "R")),
            Block((8,), "2016B-0408", "object", 2.0, 60.0, ("M52", "NGC 752"), ("B", "V", "R")),
            Block((12,), "2016B-0408", "object", 4.0, 60.0, ("M36", "M37", "M38"), ("V", "I")),
            Block((12,), "2016B-0408", "standard", 6.0, 20.0, ("SA 95",), ("B", "V")),
        )),
        Plan("kp", "wiyn", "whirc", 1, 15.0, (
            Block((5, 9), "2016B-0509", "dark", -3.0, 40.0, repeat=2),
            Block((5, 9), "2016B-0509", "dome flat", -2.5, 5.0, bands=("J", "Ks")),
            Block((5,), "2016B-0509", "object", 1.0, 40.0, ("NGC 7662", "NGC 7026"), ("J", "Ks", "H2"), _TWO),
            Block((9,), "2016B-0509", "object", 3.0, 40.0, ("NGC 40", "NGC 246"), ("J", "Ks", "H2")),
        )),
        Plan("ct", "ct13m", "andicam", 40, 20.0, (
            Block((0, 7), "2016B-0510", "zero", -3.0, 0.0),
            Block((0, 7), "2016B-0510", "dome flat", -2.5, 7.0, bands=("V",)),
            Block((0, 1, 3, 5, 7, 9, 11, 13), "2016B-0510", "object", 0.5, 90.0, ("PKS 2155-304",), ("B", "V", "R")),
            Block((7,), "2016B-0510", "standard", 6.0, 15.0, ("SA 98",), ("B", "V", "R")),
        )),
    )
}  # fmt: skip


def exposures_of(plan: Plan) -> Iterator[Exposure]:
    """Lay a plan out in time: blocks begin at their hour, or when the one before has ended."""
    number = plan.first_number
    for night in sorted({night for block in plan.blocks for night in block.nights}):
        day = FIRST_NIGHT + timedelta(days=night)
        dusk = datetime.combine(day, time(), tzinfo=UTC) + timedelta(hours=SITES[plan.site].dusk)
        free = dusk - timedelta(hours=12)
        for block in sorted((block for block in plan.blocks if night in block.nights), key=lambda block: block.hour):
            begin = max(free, dusk + timedelta(hours=block.hour, seconds=number * 7 % 50))
            for exposure in _in_block(plan, block, day, begin, number):
                yield exposure
                number += 1
                free = exposure.end + timedelta(seconds=plan.overhead)


def _in_block(plan: Plan, block: Block, day: date, begin: datetime, number: int) -> Iterator[Exposure]:
    steps = [
        (name, band, dither)
        for name in block.targets
        for band in block.bands
        for dither in block.dithers
        for _ in range(block.repeat)
    ]
    for index, (name, band, dither) in enumerate(steps):
        yield Exposure(
            site=SITES[plan.site],
            telescope=plan.telescope,
            instrument=plan.instrument,
            propid=block.propid,
            pi=program_of(block.propid).pi,
            night=day,
            # A shutter opens when it is ready, not on the second.
            start=begin
            + timedelta(seconds=index * (block.seconds + plan.overhead), milliseconds=(number + index) * 37 % 1000),
            seconds=block.seconds,
            kind=block.kind,
            band=band,
            number=number + index,
            target=target(name) if name else _at_zenith(plan),
            offset=dither,
        )


def _at_zenith(plan: Plan) -> Target:
    """Give where the telescope is parked, as far as headers care."""
    return Target(name="", ra=0.0, dec=round(SITES[plan.site].latitude, 2))
