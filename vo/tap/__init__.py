"""Table access (TAP 1.1): requests read, queries run, uploads brought in, jobs done, the service described."""

from vo.tap.admission import Admission, CallerCount, CallerSlots, LocalCount, Place
from vo.tap.estimate import Estimate
from vo.tap.examples import EXAMPLES_TYPE, Example, write_examples
from vo.tap.faults import QueryError, QueryTimeoutError
from vo.tap.fetching import FetchRules, URLFetcher
from vo.tap.limits import TapLimits
from vo.tap.metadata import describe_schemas, describe_table, tap_capabilities
from vo.tap.ports import (
    Plan,
    QueryBackend,
    Running,
    Statement,
    UploadSpace,
    UploadStore,
)
from vo.tap.request import LANGUAGES, TapRequest, TapUpload, read_request
from vo.tap.runner import TapRunner
from vo.tap.service import Dialect, TapAnswer, TapService
from vo.tap.synchronous import SyncQueries
from vo.tap.uploading import tap_uploads

__all__ = [
    "EXAMPLES_TYPE",
    "LANGUAGES",
    "Admission",
    "CallerCount",
    "CallerSlots",
    "Dialect",
    "Estimate",
    "Example",
    "FetchRules",
    "LocalCount",
    "Place",
    "Plan",
    "QueryBackend",
    "QueryError",
    "QueryTimeoutError",
    "Running",
    "Statement",
    "SyncQueries",
    "TapAnswer",
    "TapLimits",
    "TapRequest",
    "TapRunner",
    "TapService",
    "TapUpload",
    "URLFetcher",
    "UploadSpace",
    "UploadStore",
    "describe_schemas",
    "describe_table",
    "read_request",
    "tap_capabilities",
    "tap_uploads",
    "write_examples",
]
