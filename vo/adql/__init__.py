"""ADQL 2.1: parser, names resolved against a table set, described columns, PostgreSQL text."""

from vo.adql.context import Note, Quote, quote_text
from vo.adql.errors import ADQLError, ErrorCode, caret
from vo.adql.functions import Function, Parameter, Result
from vo.adql.outlining import outline
from vo.adql.printing import to_adql
from vo.adql.queries import parse
from vo.adql.tables import (
    Column,
    EntryIndex,
    ForeignKey,
    Lookup,
    Nearness,
    PositionIndex,
    RegionIndex,
    Table,
    TableMap,
    TableSet,
)
from vo.adql.translating import Translation, translate
from vo.adql.udfs import UDFS, simbadpoint
from vo.adql.words import Extension, Limits

__all__ = [
    "UDFS",
    "ADQLError",
    "Column",
    "EntryIndex",
    "ErrorCode",
    "Extension",
    "ForeignKey",
    "Function",
    "Limits",
    "Lookup",
    "Nearness",
    "Note",
    "Parameter",
    "PositionIndex",
    "Quote",
    "RegionIndex",
    "Result",
    "Table",
    "TableMap",
    "TableSet",
    "Translation",
    "caret",
    "outline",
    "parse",
    "quote_text",
    "simbadpoint",
    "to_adql",
    "translate",
]
