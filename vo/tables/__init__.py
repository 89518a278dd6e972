"""Tables out and in: typed fields, the doors from the database, and streaming writers of every format."""

from vo.tables.ahead import fetched_ahead, pieces_of
from vo.tables.arrow import batches_of
from vo.tables.cells import Words, cells
from vo.tables.compression import compressed
from vo.tables.copy_in import binary_copy
from vo.tables.document import write_error
from vo.tables.doors import Door, copy_expression, sql_type
from vo.tables.field import Datatype, Field
from vo.tables.formats import FORMATS, Format, accepted_format, find_format, write
from vo.tables.frames import Frame, SkyFrame, TimeFrame, frame_from
from vo.tables.sources import BatchSource, CopySource

__all__ = [
    "FORMATS",
    "BatchSource",
    "CopySource",
    "Datatype",
    "Door",
    "Field",
    "Format",
    "Frame",
    "SkyFrame",
    "TimeFrame",
    "Words",
    "accepted_format",
    "batches_of",
    "binary_copy",
    "cells",
    "compressed",
    "copy_expression",
    "fetched_ahead",
    "find_format",
    "frame_from",
    "pieces_of",
    "sql_type",
    "write",
    "write_error",
]
