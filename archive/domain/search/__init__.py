"""The one question that forms, API and exports ask: its terms, its reading, its writing as an address."""

from archive.domain.search.columns import (
    PARAMETERS,
    ColumnType,
    SearchColumn,
    SearchColumns,
    SearchParameter,
)
from archive.domain.search.criteria import (
    KEYWORD_PREFIX,
    Constraint,
    Operator,
    Place,
    ResolvedName,
    SearchCriteria,
    Term,
)
from archive.domain.search.page import (
    DEFAULT_COLUMNS,
    DEFAULT_LIMIT,
    MAX_LIMIT,
    MOST_VALUES,
    OutputFormat,
    PageRequest,
    ProductSummary,
    ResultPage,
    SearchQuery,
    SortOrder,
)
from archive.domain.search.parsing import parse_criteria, parse_query
from archive.domain.search.scalars import from_mjd, to_mjd
from archive.domain.search.writing import criteria_to_params, query_to_params, value_texts

__all__ = [
    "DEFAULT_COLUMNS",
    "DEFAULT_LIMIT",
    "KEYWORD_PREFIX",
    "MAX_LIMIT",
    "MOST_VALUES",
    "PARAMETERS",
    "ColumnType",
    "Constraint",
    "Operator",
    "OutputFormat",
    "PageRequest",
    "Place",
    "ProductSummary",
    "ResolvedName",
    "ResultPage",
    "SearchColumn",
    "SearchColumns",
    "SearchCriteria",
    "SearchParameter",
    "SearchQuery",
    "SortOrder",
    "Term",
    "criteria_to_params",
    "from_mjd",
    "parse_criteria",
    "parse_query",
    "query_to_params",
    "to_mjd",
    "value_texts",
]
