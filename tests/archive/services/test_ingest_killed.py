"""Killed at any moment and run again, ingest comes to the same end: nothing half-stored, nothing twice."""

import random
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import select

from archive.db.schema import AuditRecordRow, ChangeLogRow, HDURow, ProductRow
from archive.db.session import Database
from tests.support.submissions import RAW, make_fits

N_FILES = 60
N_KILLS = 8
SCRIPT = """
import sys
from pathlib import Path
from archive.astro.recipe import load_recipes
from archive.astro.recipes import RECIPES
from archive.db.session import Database
from archive.queues import InlineQueue
from archive.services.ingest import IngestService
from archive.storage import LocalFileStore
url, store, folder = sys.argv[1:]
service = IngestService(
    database=Database(url), store=LocalFileStore(Path(store)), queue=InlineQueue(), recipes=load_recipes(RECIPES)
)
print("ready", flush=True)
for path in sorted(Path(folder).iterdir()):
    service.add(path)
    print(path.name, flush=True)
"""


def test_killed_many_times_and_run_again(database: Database, tmp_path: Path) -> None:
    folder, root = tmp_path / "in", tmp_path / "store"
    for number in range(N_FILES):
        header = {**RAW, "DATE-OBS": f"2014-08-19T02:{number:02}:00"}
        make_fits(folder / f"f{number:02}.fits", header, extensions=4, seed=number, checksum=True)
    command = [sys.executable, "-c", SCRIPT, database.url, str(root), str(folder)]
    moments = random.Random(7)  # noqa: S311 -- any moments will do, the same ones each time
    for _ in range(N_KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
            assert run.stdout is not None
            for _ in range(moments.randint(1, N_FILES // 2)):
                run.stdout.readline()
            time.sleep(moments.uniform(0.0, 0.02))
            run.kill()
        assert_whole(database, root)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert assert_whole(database, root) == N_FILES
    stored = {path.name for path in root.rglob("*") if path.is_file()}
    with database.begin() as uow:
        assert set(uow.session.execute(select(ProductRow.sha256)).scalars()) == stored


def assert_whole(database: Database, root: Path) -> int:
    """Hold every product to have its bytes, its HDUs, its audit record and its change; give their number."""
    with database.begin() as uow:
        products = uow.session.execute(select(ProductRow)).scalars().all()
        hdus = uow.session.execute(select(HDURow.product_id)).scalars().all()
        audits = uow.session.execute(
            select(AuditRecordRow.product_id).where(AuditRecordRow.outcome == "ingested")
        ).scalars()
        changes = uow.session.execute(select(ChangeLogRow).order_by(ChangeLogRow.seq)).scalars().all()
    ids = sorted(product.id for product in products)
    assert sorted(hdus) == sorted(ids * 5)
    assert sorted(found for found in audits if found is not None) == ids
    assert [change.seq for change in changes] == list(range(1, len(ids) + 1))
    assert sorted(change.product_id for change in changes) == ids
    for product in products:
        assert product.sha256 is not None
        place = root / product.sha256[:2] / product.sha256[2:4] / product.sha256
        assert place.stat().st_size == product.file_size
    return len(ids)
