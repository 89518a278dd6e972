"""What all protocols of data access share (DALI 1.1): parameters, uploads, times, faults, XML."""

from vo.dali.alarms import call_after
from vo.dali.cancelling import Cancellation
from vo.dali.faults import (
    CancelledError,
    DALIError,
    ForbiddenError,
    NoRoomError,
    NotFoundError,
    ServiceError,
    TooLargeError,
    TooManyError,
    UnauthenticatedError,
    UnavailableError,
    UsageError,
    as_fault,
)
from vo.dali.maxrec import RowLimits, row_limit
from vo.dali.parameters import Parameters
from vo.dali.times import Clock, format_time, parse_time
from vo.dali.uploads import UploadReference, parse_uploads

__all__ = [
    "Cancellation",
    "CancelledError",
    "Clock",
    "DALIError",
    "ForbiddenError",
    "NoRoomError",
    "NotFoundError",
    "Parameters",
    "RowLimits",
    "ServiceError",
    "TooLargeError",
    "TooManyError",
    "UnauthenticatedError",
    "UnavailableError",
    "UploadReference",
    "UsageError",
    "as_fault",
    "call_after",
    "format_time",
    "parse_time",
    "parse_uploads",
    "row_limit",
]
