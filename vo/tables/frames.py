# SPDX-License-Identifier: BSD-3-Clause
"""What positions and times are counted in: the COOSYS and TIMESYS of a table (VOTable 1.4 §3.1, §3.4)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

__all__ = ["Frame", "SkyFrame", "TimeFrame", "elements_of", "frame_from", "read_frame"]

# VOTable 1.4 knows these alone; the words of the IVOA's vocabulary, which later ones take, stand before them.
_SYSTEMS = {
    "icrs": "ICRS",
    "fk4": "eq_FK4",
    "fk5": "eq_FK5",
    "eq_fk4": "eq_FK4",
    "eq_fk5": "eq_FK5",
    "ecliptic": "ecl_FK5",
    "ecl_fk4": "ecl_FK4",
    "ecl_fk5": "ecl_FK5",
    "galactic": "galactic",
    "super_galactic": "supergalactic",
    "supergalactic": "supergalactic",
}


@dataclass(frozen=True)
class SkyFrame:
    """A frame of positions.

    Parameters
    ----------
    system
        In VOTable's words, such as ``ICRS`` or ``eq_FK5``.
    equinox, epoch
        As ``J2000``; the epoch is that at which the positions hold. Empty where there is none.
    """

    system: str
    equinox: str = ""
    epoch: str = ""


@dataclass(frozen=True)
class TimeFrame:
    """A frame of times.

    Parameters
    ----------
    timescale
        Such as ``UTC`` or ``TDB``.
    refposition
        Where the clock stands, such as ``TOPOCENTER``; ``UNKNOWN`` is a word for it too.
    timeorigin
        The Julian date from which numbers are counted, or ``MJD-origin`` or ``JD-origin``; empty for calendar dates.
    """

    timescale: str
    refposition: str
    timeorigin: str = ""


Frame = SkyFrame | TimeFrame


def elements_of(frames: Mapping[str, Frame]) -> list[tuple[str, dict[str, str]]]:
    """Give the tags and attributes that declare frames by their IDs."""
    return [
        ("COOSYS" if isinstance(frame, SkyFrame) else "TIMESYS", {"ID": name, **_given(frame)})
        for name, frame in frames.items()
    ]


def read_frame(tag: str, attributes: Mapping[str, str]) -> Frame | None:
    """Read a COOSYS or TIMESYS; None for one that says nothing that we know."""
    given = {name: " ".join(value.split())[:40] for name, value in attributes.items()}
    if tag == "TIMESYS":
        if not given.get("timescale") or not given.get("refposition"):
            return None
        return TimeFrame(given["timescale"], given["refposition"], given.get("timeorigin", ""))
    system = _SYSTEMS.get(given.get("system", "").lower())
    return SkyFrame(system, given.get("equinox", ""), given.get("epoch", "")) if system else None


def frame_from(facts: Mapping[str, str]) -> Frame:
    """Give back a frame whose attributes were stored by their names."""
    return TimeFrame(**facts) if "timescale" in facts else SkyFrame(**facts)


def _given(frame: Frame) -> dict[str, str]:
    values = asdict(frame)
    return {each.name: values[each.name] for each in fields(frame) if values[each.name]}
