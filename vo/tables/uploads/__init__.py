"""Tables in: what people upload, read as it comes, with all that its fields say, and refused with a reason."""

from vo.tables.uploads.reading import read_table
from vo.tables.uploads.upload import UploadedTable, UploadError, UploadLimits

__all__ = ["UploadError", "UploadLimits", "UploadedTable", "read_table"]
