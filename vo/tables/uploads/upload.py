# SPDX-License-Identifier: BSD-3-Clause
"""What an upload is once it is read, the limits on it, and the one error it can have."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from vo.tables.field import Field

__all__ = ["UploadError", "UploadLimits", "UploadedTable", "checked_fields"]

# PostgreSQL cuts longer names, and two that differ only behind that would be one.
_LONGEST_NAME = 63


class UploadError(ValueError):
    """An upload cannot be read; the message is for its sender."""


@dataclass(frozen=True)
class UploadLimits:
    """What an upload may have at most.

    Parameters
    ----------
    octets
        Of the file, and of what it holds once it is decompressed.
    """

    rows: int = 10_000_000
    octets: int = 2 * 2**30
    columns: int = 1000


@dataclass(frozen=True)
class UploadedTable:
    """A table on its way in.

    Parameters
    ----------
    batches
        Of Arrow, a column a field, of the type that `arrow_type` gives; times are Arrow's own
        timestamps. Faults of the rows come as `UploadError` while they are read.
    """

    fields: tuple[Field, ...]
    batches: Iterator[pa.RecordBatch]


def checked_fields(fields: list[Field], limits: UploadLimits) -> tuple[Field, ...]:
    """Check the number and the names of columns, and name those that have none.

    Raises
    ------
    UploadError
        If there are none or too many, or names are too long or the same but for their case.
    """
    if not fields:
        raise UploadError("The table has no columns.")
    if len(fields) > limits.columns:
        raise UploadError(f"The table has {len(fields)} columns; at most {limits.columns} are allowed.")
    named = [replace(field, name=_name(field.name) or f"col{number}") for number, field in enumerate(fields, 1)]
    for name, count in Counter(field.name.lower() for field in named).items():
        if count > 1:
            raise UploadError(f"{count} columns have the name {name!r}; names differ in more than their case.")
        if len(name.encode("utf-8")) > _LONGEST_NAME:
            raise UploadError(f"The name {name!r} is longer than {_LONGEST_NAME} octets.")
    return tuple(named)


def _name(name: str) -> str:
    return "".join(character for character in name.strip() if character.isprintable())
