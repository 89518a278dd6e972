# SPDX-License-Identifier: BSD-3-Clause
"""Parameters of a request: names without regard to case, GET and POST alike (DALI 1.1 §3.1, §3.2)."""

from collections.abc import Iterable, Iterator

from vo.dali.faults import UsageError

__all__ = ["Parameters"]


class Parameters:
    """Names and values as they came.

    Parameters
    ----------
    pairs
        Name and value, in their order; a name may come often.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name.upper(), []).append(value)

    def __contains__(self, name: str) -> bool:
        return name.upper() in self._values

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((name, value) for name, values in self._values.items() for value in values)

    def all(self, name: str) -> tuple[str, ...]:
        """Give the values of a parameter that may come often; none if it did not come."""
        return tuple(self._values.get(name.upper(), ()))

    def one(self, name: str) -> str | None:
        """Give the value of a parameter that has one; None if it did not come, or empty.

        The same value twice is still one: TapPlus sends FORMAT and format.

        Raises
        ------
        UsageError
            It came with different values (DALI 1.1 §3.2).
        """
        values = dict.fromkeys(value for value in self.all(name) if value)
        if len(values) > 1:
            shown = " and ".join(f"'{value[:60]}'" for value in list(values)[:2])
            raise UsageError(f"{name.upper()} can have one value only; it came with {shown}.")
        return next(iter(values), None)

    def count(self, name: str) -> int | None:
        """Give the value of a parameter that is a whole number, not negative; None if it did not come.

        Raises
        ------
        UsageError
            It is something else.
        """
        text = self.one(name)
        if text is None:
            return None
        digits = text.strip().removeprefix("+")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
            raise UsageError(f"{name.upper()} must be a whole number, 0 or more; it was '{text[:60]}'.")
        return int(digits)
