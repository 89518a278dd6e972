# SPDX-License-Identifier: BSD-3-Clause
"""A search's parts as chips, each of which can be taken off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.domain.search import KEYWORD_PREFIX, PARAMETERS, SearchColumns
from archive.web.sidebar import link

__all__ = ["Chip", "chips", "label_of"]

_LAYOUT = {"sort", "limit", "after", "columns", "count", "format"}
_NAMES = {parameter.name: parameter.label for parameter in PARAMETERS}
# Without these, those beside them mean nothing.
_TOGETHER = {
    "target": ("target", "radius", "width", "height"),
    "ra": ("ra", "dec", "radius", "width", "height"),
    "dec": ("ra", "dec", "radius", "width", "height"),
    "width": ("width", "height"),
    "height": ("width", "height"),
}


@dataclass(frozen=True)
class Chip:
    """One part of a search.

    Parameters
    ----------
    without
        Address of the same search without this part.
    """

    name: str
    label: str
    text: str
    values: tuple[str, ...]
    without: str


def chips(
    shown: Mapping[str, Sequence[str]], columns: SearchColumns, path: str, params: Mapping[str, Sequence[str]]
) -> tuple[Chip, ...]:
    """Make a chip of each parameter in `shown`.

    Parameters
    ----------
    params
        All parameters, from which one is taken off.
    """
    return tuple(
        Chip(
            name=name,
            label=label_of(name, columns),
            text="yes" if name == "mine" else " and ".join(values),
            values=tuple(values),
            without=link(path, _without(name, params)),
        )
        for name, values in shown.items()
        if name not in _LAYOUT or path != "/results"
    )


def label_of(name: str, columns: SearchColumns) -> str:
    """Give what a parameter is called on pages."""
    if name.startswith(KEYWORD_PREFIX):
        return name[len(KEYWORD_PREFIX) :] or "FITS keyword"
    if name in _NAMES:
        return _NAMES[name]
    return next((column.label for column in columns if name in {column.name, column.parameter}), name)


def _without(name: str, params: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    gone = {*_TOGETHER.get(name, (name,)), "after"}
    return {other: values for other, values in params.items() if other not in gone}
