# SPDX-License-Identifier: BSD-3-Clause
"""What a parser tells of a VOTable: the fields of its first table with data, then its data."""

from collections.abc import Callable, Mapping
from xml.parsers import expat

from vo.tables.frames import Frame, read_frame
from vo.tables.uploads.binary_rows import Slot
from vo.tables.uploads.upload import UploadError, UploadLimits
from vo.tables.uploads.votable_fields import read_field

__all__ = ["VOTableDocument"]

_DEEPEST = 64
_MOST_FRAMES = 100
_LONGEST_DESCRIPTION = 10_000
# Those that the parser knows by itself.
_ENCODINGS = {"utf-8", "utf-16", "us-ascii", "iso-8859-1"}
# No tag and no cell is longer; else a parser would gather all of it.
_LONGEST_TOKEN = 32 * 2**20


class VOTableDocument:
    """A parser of VOTables that looks nothing up: no document type, no entities but XML's own, no ``href``.

    Attributes
    ----------
    slots
        The columns, complete once `is_open` or `is_over`.
    serialization
        Of the data, while `is_open`: ``TABLEDATA``, ``BINARY`` or ``BINARY2``.
    is_utf8
        Whether the octets are UTF-8.
    """

    def __init__(self, limits: UploadLimits) -> None:
        self.slots: list[Slot] = []
        self.serialization = ""
        self.is_open = False
        self.is_over = False
        self.is_utf8 = True
        self._limits = limits
        self._depth = 0
        self._fed = 0
        self._field: dict[str, str] | None = None
        self._null: str | None = None
        self._texts: list[str] = []
        self._length = 0
        self._is_gathering = False
        self._cells: list[str] = []
        self._row = 0
        self._stream: list[str] = []
        self._frames: dict[str, Frame] = {}
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            "COOSYS": lambda given: self._start_frame("COOSYS", given),
            "TIMESYS": lambda given: self._start_frame("TIMESYS", given),
            "TABLE": self._start_table,
            "FIELD": self._start_field,
            "VALUES": self._start_values,
            "DESCRIPTION": self._start_description,
            "TABLEDATA": lambda _: self._start_serialization("TABLEDATA"),
            "BINARY": lambda _: self._start_serialization("BINARY"),
            "BINARY2": lambda _: self._start_serialization("BINARY2"),
            "FITS": lambda _: self._start_serialization("FITS"),
            "STREAM": self._start_stream,
            "TD": self._start_cell,
        }
        self._ends: dict[str, Callable[[], None]] = {
            "DESCRIPTION": self._end_description,
            "FIELD": self._end_field,
            "TABLEDATA": self._end_data,
            "STREAM": self._end_data,
            "TD": self._end_cell,
            "TR": self._end_row,
        }
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._on_declaration
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.EntityDeclHandler = _refuse_doctype
        self._parser.StartElementHandler = self._on_start
        self._parser.EndElementHandler = self._on_end
        self._parser.CharacterDataHandler = self._on_text

    @property
    def may_bypass(self) -> bool:
        """Whether data begin here whose octets can be read as they are."""
        return self.is_open and self.is_utf8

    def feed(self, octets: bytes, *, is_last: bool = False) -> None:
        """Parse further octets.

        Raises
        ------
        UploadError
            If they are no XML, no VOTable that we take, or are refused.
        """
        try:
            self._parser.Parse(octets, is_last)
        except expat.ExpatError as error:
            raise UploadError(f"The VOTable is not well formed: {expat.ErrorString(error.code)}.") from error
        self._fed += len(octets)
        if self._fed - max(self._parser.CurrentByteIndex, 0) > _LONGEST_TOKEN and not self._is_gathering:
            raise UploadError("The VOTable has a tag or comment that does not end.")

    def taken_cells(self) -> list[str]:
        """Take the cells of whole rows that were parsed since."""
        whole = len(self._cells) - self._row
        taken, self._cells = self._cells[:whole], self._cells[whole:]
        return taken

    def taken_stream(self) -> bytes:
        """Take the text of the STREAM that was parsed since."""
        text, self._stream = "".join(self._stream), []
        return text.encode("ascii", "replace")

    def _on_declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        name = (encoding or "utf-8").lower()
        if name not in _ENCODINGS:
            raise UploadError(f"A VOTable in {name[:40]!r} cannot be read; write it in UTF-8.")
        self.is_utf8 = name in {"utf-8", "us-ascii"}

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UploadError("The VOTable is nested too deeply.")
        handler = self._starts.get(name.rpartition(":")[2])
        if handler is not None and not self.is_over:
            handler(attributes)

    def _on_end(self, name: str) -> None:
        self._depth -= 1
        handler = self._ends.get(name.rpartition(":")[2])
        if handler is not None and not self.is_over:
            handler()

    def _on_text(self, text: str) -> None:
        if self._is_gathering:
            self._length += len(text)
            if self._length > _LONGEST_TOKEN:
                raise UploadError("The VOTable has a cell that is too long.")
            self._texts.append(text)
        elif self.is_open and self.serialization != "TABLEDATA":
            self._stream.append(text)

    def _gather(self, _attributes: Mapping[str, str] | None = None) -> None:
        self._is_gathering, self._texts, self._length = True, [], 0

    def _gathered(self) -> str:
        self._is_gathering = False
        return "".join(self._texts)

    def _start_table(self, _attributes: Mapping[str, str]) -> None:
        if self.slots and not self.is_open:
            # The table before had no data; the last one counts.
            self.slots = []

    def _start_frame(self, tag: str, attributes: Mapping[str, str]) -> None:
        frame = read_frame(tag, attributes)
        if frame is not None and len(self._frames) < _MOST_FRAMES:
            self._frames[attributes.get("ID", "")] = frame

    def _start_field(self, attributes: dict[str, str]) -> None:
        if len(self.slots) >= self._limits.columns:
            raise UploadError(f"The table has more than {self._limits.columns} columns.")
        self._field, self._null, self._texts = attributes, None, []

    def _start_values(self, attributes: Mapping[str, str]) -> None:
        if self._field is not None:
            self._null = attributes.get("null")

    def _start_description(self, _attributes: Mapping[str, str]) -> None:
        if self._field is not None:
            self._gather()

    def _end_description(self) -> None:
        if self._field is not None:
            self._texts = [self._gathered()[:_LONGEST_DESCRIPTION]]

    def _end_field(self) -> None:
        if self._field is not None:
            frame = self._frames.get(self._field.get("ref", "").strip()) if "ref" in self._field else None
            self.slots.append(read_field(self._field, "".join(self._texts), self._null, frame))
        self._field = None

    def _start_serialization(self, name: str) -> None:
        self.serialization = name
        self.is_open = name == "TABLEDATA"

    def _start_stream(self, attributes: Mapping[str, str]) -> None:
        if "href" in attributes:
            raise UploadError("A STREAM with href is refused: the data must be in the VOTable itself.")
        if self.serialization == "FITS":
            raise UploadError("FITS in a VOTable cannot be uploaded; upload the FITS file.")
        if attributes.get("encoding") != "base64":
            raise UploadError("The STREAM of a VOTable must have encoding='base64'.")
        self.is_open = True

    def _end_data(self) -> None:
        self.is_open, self.is_over = False, True

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        if self.is_open:
            if attributes.get("encoding"):
                raise UploadError("A TD with an encoding cannot be uploaded.")
            self._gather()

    def _end_cell(self) -> None:
        if self.is_open:
            self._cells.append(self._gathered())
            self._row += 1
            if self._row > len(self.slots):
                raise UploadError(f"A row has more cells than the {len(self.slots)} columns.")

    def _end_row(self) -> None:
        if self.is_open and self._row != len(self.slots):
            raise UploadError(f"A row has {self._row} cells for {len(self.slots)} columns.")
        self._row = 0


def _refuse_doctype(*_arguments: object) -> None:
    raise UploadError("A VOTable with a DOCTYPE is refused.")
