# SPDX-License-Identifier: BSD-3-Clause
"""What ``/data/<id>`` takes, parsed."""

import difflib
import re

from werkzeug.datastructures import MultiDict

from archive.domain.downloads import Wanted
from archive.errors import InvalidInputError

__all__ = ["parse_wanted"]

_PARAMETERS = ("hdus", "name", "unpack")
# A page's boxes send one number each.
_ONCE = ("name", "unpack")
_NAMES = {"archive": False, "original": True}
_SWITCHES = {"0": False, "1": True}
_HDUS = re.compile(r"[0-9]{1,5}(,[0-9]{1,5})*")


def parse_wanted(parameters: MultiDict[str, str]) -> Wanted:
    """Read how a file is asked for.

    Raises
    ------
    InvalidInputError
        A parameter is unknown, or has a value that cannot be used; all such are named.
    """
    faults = {name: _unknown(name) for name in parameters if name not in _PARAMETERS}
    faults |= {name: "Give it once only." for name in _ONCE if name not in faults and len(parameters.getlist(name)) > 1}
    name = parameters.get("name", "archive")
    if name not in _NAMES:
        faults.setdefault("name", "It is archive or original.")
    unpack = parameters.get("unpack", "0")
    if unpack not in _SWITCHES:
        faults.setdefault("unpack", "It is 1 or 0.")
    hdus = ",".join(parameters.getlist("hdus")) if "hdus" in parameters else None
    if hdus is not None and not _HDUS.fullmatch(hdus):
        faults.setdefault("hdus", "Give the numbers of HDUs, the primary is 0, with commas between: 0,3.")
    if faults:
        raise InvalidInputError(faults)
    return Wanted(
        by_original_name=_NAMES[name],
        hdus=None if hdus is None else frozenset(int(number) for number in hdus.split(",")),
        unpack=_SWITCHES[unpack],
    )


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, _PARAMETERS, n=1)
    return f"There is no such parameter; did you mean {near[0]}?" if near else "There is no such parameter."
