# SPDX-License-Identifier: BSD-3-Clause
"""What the query page takes, parsed."""

from dataclasses import dataclass
from enum import StrEnum

from werkzeug.datastructures import MultiDict

from archive.errors import InvalidInputError
from archive.services.queries import Question
from vo.dali import Parameters
from vo.tables import FORMATS, find_format
from vo.uws import Job

__all__ = ["FORMAT_CHOICES", "Action", "QueryForm"]

_LABELS = {
    "votable": "VOTable",
    "votable/td": "VOTable, as text",
    "votable/b": "VOTable, old binary",
    "votable_gzip": "VOTable, packed",
    "csv": "CSV",
    "tsv": "TSV",
    "csv/status": "CSV, with its status below",
    "tsv/status": "TSV, with its status below",
    "ecsv": "ECSV",
    "fits": "FITS",
    "parquet": "Parquet",
    "json": "JSON",
    "html": "HTML",
    "text": "Plain text",
}
FORMAT_CHOICES = tuple((name, _LABELS.get(name, name)) for name in FORMATS)


class Action(StrEnum):
    """What is to be done with a query."""

    SHOW = "show"
    DOWNLOAD = "download"
    RUN = "run"
    ESTIMATE = "estimate"


@dataclass(frozen=True)
class QueryForm:
    """The form as it was sent, which a page shows again."""

    text: str = ""
    format: str = "votable"
    most: str = ""

    @classmethod
    def read(cls, sent: MultiDict[str, str]) -> "QueryForm":
        """Take what was sent; what is wrong with it `question` tells."""
        # Browsers end lines with two characters, which would move the places of mistakes.
        text = sent.get("query", "").replace("\r\n", "\n").replace("\r", "\n")
        return cls(text, sent.get("format", "") or "votable", sent.get("maxrec", "").strip())

    @classmethod
    def of(cls, job: Job) -> "QueryForm":
        """Take the query of a job, to ask it again."""
        sent = Parameters(job.parameters)
        form = find_format(sent.one("RESPONSEFORMAT") or sent.one("FORMAT") or "votable")
        return cls(sent.one("QUERY") or "", form.name if form else "votable", sent.one("MAXREC") or "")

    def question(self) -> Question:
        """Give what is asked.

        Raises
        ------
        InvalidInputError
            A field cannot be used.
        """
        faults = {}
        if not self.text.strip():
            faults["query"] = "Write a query, or begin with one of the examples."
        if self.format not in FORMATS:
            faults["format"] = "Choose from what is offered."
        is_number = self.most.isascii() and self.most.isdigit() and len(self.most) < 19
        if self.most and not is_number:
            faults["maxrec"] = "A whole number, 0 or more."
        if faults:
            raise InvalidInputError(faults)
        return Question(self.text, FORMATS[self.format], int(self.most) if self.most else None)
