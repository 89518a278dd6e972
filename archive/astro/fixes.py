# SPDX-License-Identifier: BSD-3-Clause
"""Named corrections of headers that a recipe can ask for; each takes the keywords and gives those that change.

A correction raises `KeyError` with the keyword that it lacks; the file comes in nevertheless.
"""

import re
from collections.abc import Callable, Mapping

__all__ = ["FIXES", "Fix"]

Fix = Callable[[Mapping[str, object]], Mapping[str, object]]


def century_in_proposal(header: Mapping[str, object]) -> Mapping[str, object]:
    """Write ``17B-0169`` as ``2017B-0169``, as the telescopes' schedules do."""
    written = str(header.get("PROPID") or "").strip()
    match = re.fullmatch(r"(\d\d)([ABab]-\d{4})", written)
    return {"PROPID": f"20{match[1]}{match[2].upper()}"} if match else {}


def bok_observation_id(header: Mapping[str, object]) -> Mapping[str, object]:
    """Make 90Prime's OBSID, which the instrument does not write, of its start time."""
    if header.get("OBSID"):
        return {}
    start = str(header["DATE-OBS"]).strip()
    return {"OBSID": f"bok23m.{start if 'T' in start else start + 'T' + str(header['TIME-OBS']).strip()}"}


def filters_joined(header: Mapping[str, object]) -> Mapping[str, object]:
    """Join the filters of two wheels, leaving out what stands for no filter."""
    if header.get("FILTER"):
        return {}
    wheels = [str(header.get(name) or "").strip() for name in ("FILTER1", "FILTER2")]
    used = [name for name in wheels if name and name.lower() not in {"open", "dia", "none", "clear"}]
    return {"FILTER": " + ".join(used)} if used else {}


FIXES: Mapping[str, Fix] = {
    "century_in_proposal": century_in_proposal,
    "bok_observation_id": bok_observation_id,
    "filters_joined": filters_joined,
}
