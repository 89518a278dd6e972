"""ADQL 2.1: parser, names resolved against a table set, described columns, PostgreSQL text."""

from vo.adql.errors import ADQLError, ErrorCode, caret
from vo.adql.printing import to_adql
from vo.adql.queries import parse
from vo.adql.words import Extension, Limits

__all__ = ["ADQLError", "ErrorCode", "Extension", "Limits", "caret", "parse", "to_adql"]
