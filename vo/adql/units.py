# SPDX-License-Identifier: BSD-3-Clause
"""Units of reckoned columns (VOUnits 1.0)."""

import warnings
from functools import lru_cache

import astropy.units as u

__all__ = ["divided", "factor", "multiplied"]


# What astropy raises for texts that are no units, beyond what it says it does.
UNREADABLE = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)


@lru_cache(maxsize=512)
def _unit(text: str) -> u.UnitBase | None:
    if len(text) > 100:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for form in ("vounit", None):
            try:
                return u.Unit(text, format=form)
            except UNREADABLE:
                continue
    return None


@lru_cache(maxsize=512)
def multiplied(one: str, other: str) -> str:
    """Give the unit of a product; empty if it is not known."""
    return _written(one, other, 1)


@lru_cache(maxsize=512)
def divided(one: str, other: str) -> str:
    """Give the unit of a quotient; empty if it is not known."""
    return "" if one == other else _written(one, other, -1)


def _written(one: str, other: str, power: int) -> str:
    left, right = _unit(one), _unit(other)
    if left is None or right is None:
        return ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            made = (left * right**power).to_string("vounit")
        except UNREADABLE:
            return ""
    return made if len(made) < 60 else ""


@lru_cache(maxsize=512)
def factor(source: str, target: str) -> float:
    """Give what a value in one unit is to be multiplied by to be in another.

    Raises
    ------
    ValueError
        With a message for the public: a unit is unknown, or they measure different things.
    """
    left, right = _unit(source), _unit(target)
    if right is None or not target.strip():
        raise ValueError(f"'{target[:40]}' is no unit of VOUnits, such as deg, arcsec, Jy or km/s")
    if left is None:
        raise ValueError(f"The unit of this column, '{source[:40]}', cannot be converted")
    try:
        found = left.to(right, 1.0)
        # Logarithmic and offset scales are no factors.
        if left.to(right, 2.0) != 2 * found:
            raise ValueError(f"{source} is not turned into {target} by a factor")
    except (u.UnitsError, TypeError, ArithmeticError) as exc:
        raise ValueError(f"{source} cannot be converted to {target[:40]}") from exc
    return float(found)
