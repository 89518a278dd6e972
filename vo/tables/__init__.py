"""Tables out: typed fields, and writers that stream rows as CSV and VOTable."""

from vo.tables.csv import CSV_TYPE, write_csv
from vo.tables.field import Datatype, Field
from vo.tables.rows import TableRows
from vo.tables.votable import VOTABLE_TYPE, write_error, write_votable

__all__ = [
    "CSV_TYPE",
    "VOTABLE_TYPE",
    "Datatype",
    "Field",
    "TableRows",
    "write_csv",
    "write_error",
    "write_votable",
]
