# SPDX-License-Identifier: BSD-3-Clause
"""CDS Sesame, the name resolver of SIMBAD, NED and VizieR."""

import re
import threading
from collections import OrderedDict
from urllib.parse import quote

import requests
import structlog

from archive.domain.search import ResolvedName

__all__ = ["Sesame"]

_log = structlog.get_logger(__name__)
_CONNECT_SECONDS, _READ_SECONDS = 2.0, 4.0
_MOST_BYTES = 64 * 1024
_KEPT = 1000
_POSITION = re.compile(r"^%J\s+([+-]?\d[\d.]*)\s+([+-]?\d[\d.]*)", re.MULTILINE)
_RESOLVER = re.compile(r"^#=\S*?=([^:\n]+)", re.MULTILINE)
_NAME = re.compile(r"^%I\.0\s+(.+)$", re.MULTILINE)
_TYPE = re.compile(r"^%C\.0\s+(.+)$", re.MULTILINE)


class Sesame:
    """A Sesame service; its answers are kept, its failures are not.

    Parameters
    ----------
    url
        Address of the service, up to and without the options.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._known: OrderedDict[str, ResolvedName | None] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, name: str) -> ResolvedName | None:
        """Ask for the position of a name; None when it is not known.

        Raises
        ------
        ConnectionError
            The service did not answer, or not in its own words.
        """
        asked = " ".join(name.split())
        with self._lock:
            if asked in self._known:
                self._known.move_to_end(asked)
                return self._known[asked]
        found = _read(self._ask(asked), asked)
        with self._lock:
            self._known[asked] = found
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def _ask(self, name: str) -> str:
        try:
            with requests.get(
                f"{self._url}/-oI/SNV?{quote(name)}", timeout=(_CONNECT_SECONDS, _READ_SECONDS), stream=True
            ) as answer:
                answer.raise_for_status()
                body = answer.raw.read(_MOST_BYTES, decode_content=True)
        except (requests.RequestException, OSError) as exc:
            _log.warning("name resolver does not answer", url=self._url, error=type(exc).__name__)
            raise ConnectionError(self._url) from exc
        return str(body.decode("utf-8", "replace"))


def _read(text: str, asked: str) -> ResolvedName | None:
    """Read Sesame's plain answer: ``%J`` has the position, ``%I.0`` the name, ``#=`` who knew."""
    position = _POSITION.search(text)
    if position is None:
        if not text.startswith("#"):
            raise ConnectionError("the answer is not Sesame's")
        return None
    ra, dec = float(position[1]), float(position[2])
    if not (0 <= ra <= 360 and -90 <= dec <= 90):
        raise ConnectionError("the answer is outside the sky")
    source, name, kind = (found.search(text) for found in (_RESOLVER, _NAME, _TYPE))
    return ResolvedName(
        name=name[1].strip() if name else asked,
        ra=ra,
        dec=dec,
        resolver=f"Sesame ({source[1].split('(')[0].strip()})" if source else "Sesame",
        type=kind[1].strip() if kind else "",
    )
