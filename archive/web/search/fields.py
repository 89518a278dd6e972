# SPDX-License-Identifier: BSD-3-Clause
"""The fields of the two search forms, derived from what can be searched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.domain.search import PARAMETERS, ColumnType, SearchColumn, SearchColumns, SearchParameter

__all__ = ["Field", "FieldGroup", "FormState", "advanced_groups", "choice_label"]

_HINTS = {
    ColumnType.TEXT: "abc, a*, !c",
    ColumnType.INTEGER: "lo..hi, >=x",
    ColumnType.FLOAT: "lo..hi, >=x",
    ColumnType.MJD: "from..to",
    ColumnType.DATE: "from..to",
    ColumnType.TIME: "from..to",
}
_EXAMPLES = {
    ColumnType.TEXT: "abc*, xyz",
    ColumnType.INTEGER: "10..20",
    ColumnType.FLOAT: "0.5..1.5",
    ColumnType.MJD: "56870..56871",
    ColumnType.DATE: "2014-08-01..2014-08-05",
    ColumnType.TIME: ">=2014-08-01",
}
# The place has fields of its own.
_ELSEWHERE = {"ra", "dec"}
# Parameters on several columns at once stand with these.
_BESIDE = {"filename": "File", "date": "Time"}
_CHOICES = {"dome flat": "dome flat", "nota": "other", "wtmap": "weight map", "dqmask": "data-quality mask"}


@dataclass(frozen=True)
class Field:
    """One field of the advanced form.

    Parameters
    ----------
    kind
        ``text``, ``choices`` or ``boolean``.
    column
        Name of the column it stands for; empty where these are several.
    """

    name: str
    column: str
    label: str
    unit: str
    description: str
    hint: str
    example: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FieldGroup:
    """Fields under one heading."""

    heading: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class FormState:
    """What a form's fields hold, and what is wrong with them."""

    values: Mapping[str, Sequence[str]]
    errors: Mapping[str, str]

    def value(self, name: str) -> str:
        """Give a field's text; many values of one field become a list."""
        return ",".join(self.values.get(name, ()))

    def chosen(self, name: str) -> Sequence[str]:
        """Give the chosen ones of a field with choices."""
        return self.values.get(name, ())

    def error(self, *names: str) -> str:
        """Give what is wrong with the first of these fields that has a fault."""
        return next((self.errors[name] for name in names if name in self.errors), "")


def choice_label(choice: str) -> str:
    """Give a vocabulary's word as people read it."""
    return _CHOICES.get(choice, choice)


def advanced_groups(columns: SearchColumns) -> tuple[FieldGroup, ...]:
    """Give a field for each column, under the columns' own headings."""
    return tuple(
        FieldGroup(
            heading,
            (
                *(_beside(parameter) for parameter in PARAMETERS if _BESIDE.get(parameter.name) == heading),
                *(_field(column) for column in members if column.name not in _ELSEWHERE),
            ),
        )
        for heading, members in columns.groups().items()
    )


def _beside(parameter: SearchParameter) -> Field:
    return Field(
        name=parameter.name,
        column="",
        label=parameter.label,
        unit="",
        description=parameter.description,
        hint=_HINTS[parameter.type or ColumnType.TEXT],
        example=parameter.example,
        kind="text",
    )


def _field(column: SearchColumn) -> Field:
    kind = "boolean" if column.type is ColumnType.BOOLEAN else "choices" if column.choices else "text"
    return Field(
        name=column.parameter,
        column=column.name,
        label=column.label,
        unit=column.unit,
        description=column.description,
        hint=_HINTS.get(column.type, "") if kind == "text" else "",
        example=_EXAMPLES.get(column.type, ""),
        kind=kind,
        choices=tuple((choice, choice_label(choice)) for choice in column.choices),
    )
