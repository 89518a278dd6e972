"""Which processes there are, from Linux's own account of them."""

import time
from collections.abc import Callable
from pathlib import Path


def descendants(pid: int) -> set[int]:
    """Give the living children of a process, their children, and so on."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            found = _stat(int(folder.name))
            if found is not None:
                parents[int(folder.name)] = int(found[1])
    known = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in known} - known
        if not more:
            return known - {pid}
        known |= more


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    return _stat(pid) is not None


def until(condition: Callable[[], bool], seconds: float = 120, what: str = "it") -> None:
    """Wait for `condition`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen in time"
        time.sleep(0.05)


def _stat(pid: int) -> list[str] | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields if fields[0] not in {"Z", "X"} else None
