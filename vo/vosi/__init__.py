"""What a service tells of itself (VOSI 1.1): availability, capabilities, tables."""

from vo.vosi.availability import Availability, write_availability
from vo.vosi.capabilities import (
    ANONYMOUS,
    Capability,
    Interface,
    Language,
    LanguageFeature,
    Limit,
    OutputFormat,
    TableAccess,
    write_capabilities,
)
from vo.vosi.tables import (
    ColumnDescription,
    ForeignKeyDescription,
    SchemaDescription,
    TableDescription,
    without_columns,
    write_table,
    write_tables,
)

__all__ = [
    "ANONYMOUS",
    "VOSI_TYPE",
    "Availability",
    "Capability",
    "ColumnDescription",
    "ForeignKeyDescription",
    "Interface",
    "Language",
    "LanguageFeature",
    "Limit",
    "OutputFormat",
    "SchemaDescription",
    "TableAccess",
    "TableDescription",
    "without_columns",
    "write_availability",
    "write_capabilities",
    "write_table",
    "write_tables",
]

VOSI_TYPE = "text/xml; charset=utf-8"
