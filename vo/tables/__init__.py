"""Tables out and in: typed fields, the doors from the database, and streaming writers of every format."""

from vo.tables.arrow import batches_of
from vo.tables.compression import compressed
from vo.tables.document import write_error
from vo.tables.doors import Door, copy_expression
from vo.tables.field import Datatype, Field
from vo.tables.formats import FORMATS, Format, accepted_format, find_format, write
from vo.tables.sources import BatchSource, CopySource

__all__ = [
    "FORMATS",
    "BatchSource",
    "CopySource",
    "Datatype",
    "Door",
    "Field",
    "Format",
    "accepted_format",
    "batches_of",
    "compressed",
    "copy_expression",
    "find_format",
    "write",
    "write_error",
]
