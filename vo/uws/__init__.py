"""Jobs that outlive a request (UWS 1.1): phases and legal moves, the service, its ports, its documents."""

from vo.uws.documents import UWS_TYPE, write_job, write_jobs, write_parameters, write_results
from vo.uws.execution import Execution, JobAnswer, JobRunner
from vo.uws.job import Job, JobError, JobFile, JobRequest
from vo.uws.limits import JobLimits
from vo.uws.phases import ACTIVE, FINISHED, MOVES, Phase
from vo.uws.ports import JobQuery, JobQueue, JobStatus, JobStore, ResultStore, StoredFile
from vo.uws.service import JobService
from vo.uws.upkeep import JobUpkeep
from vo.uws.waiting import JobWaiting

__all__ = [
    "ACTIVE",
    "FINISHED",
    "MOVES",
    "UWS_TYPE",
    "Execution",
    "Job",
    "JobAnswer",
    "JobError",
    "JobFile",
    "JobLimits",
    "JobQuery",
    "JobQueue",
    "JobRequest",
    "JobRunner",
    "JobService",
    "JobStatus",
    "JobStore",
    "JobUpkeep",
    "JobWaiting",
    "Phase",
    "ResultStore",
    "StoredFile",
    "write_job",
    "write_jobs",
    "write_parameters",
    "write_results",
]
