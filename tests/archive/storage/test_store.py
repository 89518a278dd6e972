"""What every file store keeps, and what the one on a local disk does when things go wrong."""

import hashlib
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.errors import ConflictError, NotFoundError, StorageFullError
from archive.storage import FileStore, LocalFileStore

ABSENT = "0" * 64


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return LocalFileStore(tmp_path / "store")


def a_file(folder: Path, content: bytes = b"SIMPLE" * 1000, name: str = "a.fits") -> tuple[Path, str]:
    path = folder / name
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


class TestContract:
    """Any store passes these."""

    def test_gives_back_what_was_put(self, store: FileStore, tmp_path: Path) -> None:
        path, key = a_file(tmp_path)
        store.put(path, key)
        assert store.exists(key)
        assert store.size(key) == path.stat().st_size
        with store.open(key) as stream:
            assert stream.read() == path.read_bytes()
            stream.seek(6)
            assert stream.read(6) == b"SIMPLE"

    def test_put_twice_is_put_once(self, store: FileStore, tmp_path: Path) -> None:
        path, key = a_file(tmp_path)
        store.put(path, key)
        store.put(path, key)
        assert store.size(key) == path.stat().st_size

    def test_empty_file(self, store: FileStore, tmp_path: Path) -> None:
        path, key = a_file(tmp_path, b"")
        store.put(path, key)
        assert store.size(key) == 0

    def test_wrong_digest_stores_nothing(self, store: FileStore, tmp_path: Path) -> None:
        path, key = a_file(tmp_path)
        with pytest.raises(ConflictError):
            store.put(path, ABSENT)
        assert not store.exists(ABSENT)
        assert not store.exists(key)

    def test_absent(self, store: FileStore) -> None:
        assert not store.exists(ABSENT)
        assert store.path(ABSENT) is None
        store.delete(ABSENT)
        with pytest.raises(NotFoundError):
            store.open(ABSENT)
        with pytest.raises(NotFoundError):
            store.size(ABSENT)

    def test_delete(self, store: FileStore, tmp_path: Path) -> None:
        path, key = a_file(tmp_path)
        store.put(path, key)
        store.delete(key)
        assert not store.exists(key)

    @pytest.mark.parametrize("key", ["", "../../etc/passwd", "ABC", "a" * 63, "a" * 65, "a" * 63 + "\n"])
    def test_what_is_no_key_is_not_there(self, store: FileStore, key: str) -> None:
        with pytest.raises(NotFoundError):
            store.open(key)


def test_nothing_is_left_of_a_failed_put(tmp_path: Path) -> None:
    store = LocalFileStore(tmp_path / "store")
    path, _ = a_file(tmp_path)
    with pytest.raises(ConflictError):
        store.put(path, ABSENT)
    assert [p for p in (tmp_path / "store").rglob("*") if p.is_file()] == []


def _put_with_little_room(root: Path, path: Path, key: str) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
    try:
        LocalFileStore(root).put(path, key)
    except StorageFullError:
        sys.exit(28)


def test_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    path, key = a_file(tmp_path, os.urandom(5_000_000))
    child = multiprocessing.get_context("spawn").Process(
        target=_put_with_little_room, args=(tmp_path / "store", path, key)
    )
    child.start()
    child.join()
    assert child.exitcode == 28
    assert [p for p in (tmp_path / "store").rglob("*") if p.is_file()] == []


ENDLESS_PUT = """
import sys
from pathlib import Path
from archive.storage import LocalFileStore
LocalFileStore(Path(sys.argv[1])).put(Path(sys.argv[2]), "0" * 64)
"""


def test_what_a_killed_process_left_is_swept_and_what_a_live_one_writes_is_not(tmp_path: Path) -> None:
    root, pipe = tmp_path / "store", tmp_path / "pipe"
    os.mkfifo(pipe)  # a source without an end keeps the writer in the middle of its work
    writers = [subprocess.Popen([sys.executable, "-c", ENDLESS_PUT, str(root), str(pipe)]) for _ in range(2)]
    feed = pipe.open("wb")
    try:
        for _ in range(6000):
            if len(list(root.glob("incoming/*"))) == 2:
                break
            time.sleep(0.02)
        time.sleep(0.1)
        writers[0].kill()
        writers[0].wait()
        path, key = a_file(tmp_path)
        LocalFileStore(root).put(path, key)
        assert len(list(root.glob("incoming/*"))) == 1
    finally:
        feed.close()
        for writer in writers:
            writer.kill()
            writer.wait()
    other, other_key = a_file(tmp_path, b"other", "b.fits")
    LocalFileStore(root).put(other, other_key)
    assert list(root.glob("incoming/*")) == []
