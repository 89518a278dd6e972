"""What comes into the log, and what must not."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from archive.log import configure_logging


@pytest.fixture
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, alembic = root.handlers, root.level, logging.getLogger("alembic").level
    yield
    root.handlers = handlers
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(alembic)
    structlog.reset_defaults()


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("as_json", [True, False])
def test_events_have_one_line_and_tracebacks_no_values(capsys: pytest.CaptureFixture[str], *, as_json: bool) -> None:
    configure_logging("INFO", as_json=as_json)
    logging.getLogger("library").error("cannot connect: refused\n\tIs it there?\n")
    password = "hunter2"
    try:
        password.encode()[99]
    except IndexError:
        logging.getLogger("library").exception("it failed")
    told = capsys.readouterr().err
    assert "cannot connect: refused Is it there?" in told
    assert "IndexError: index out of range" in told
    assert "hunter2" not in told
