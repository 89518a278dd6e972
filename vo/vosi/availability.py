# SPDX-License-Identifier: BSD-3-Clause
"""Whether a service is there (VOSI 1.1 §5)."""

from dataclasses import dataclass
from datetime import datetime

from vo.dali import format_time
from vo.dali.xml import add, start, to_bytes

__all__ = ["Availability", "write_availability"]

_NAMESPACES = {"vosi": "http://www.ivoa.net/xml/VOSIAvailability/v1.0"}


@dataclass(frozen=True)
class Availability:
    """What a service says of itself.

    Parameters
    ----------
    notes
        Words for people.
    """

    is_available: bool
    up_since: datetime | None = None
    down_at: datetime | None = None
    back_at: datetime | None = None
    notes: tuple[str, ...] = ()


def write_availability(availability: Availability) -> bytes:
    """Write the document."""
    root = start("vosi:availability", _NAMESPACES)
    add(root, "vosi:available", "true" if availability.is_available else "false")
    times = {"upSince": availability.up_since, "downAt": availability.down_at, "backAt": availability.back_at}
    for name, moment in times.items():
        if moment is not None:
            add(root, f"vosi:{name}", format_time(moment))
    for note in availability.notes:
        add(root, "vosi:note", note)
    return to_bytes(root)
