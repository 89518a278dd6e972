"""The pictures as a browser gets them."""

from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient

from archive.bootstrap import Services
from archive.db.session import Database
from archive.storage import LocalFileStore
from tests.support.fitsfiles import hold_file, small_image


def held(services: Services, database: Database, tmp_path: Path, **values: object) -> str:
    assert isinstance(services.store, LocalFileStore)
    with database.begin() as uow:
        path = small_image(tmp_path / "a.fits")
        public_id = hold_file(uow.session, services.store, path, **values).public_id
    services.previews.make(public_id)
    return public_id


def test_a_public_picture_may_be_kept(
    client: FlaskClient, services: Services, database: Database, tmp_path: Path
) -> None:
    public_id = held(services, database, tmp_path)
    answer = client.get(f"/file/{public_id}/preview.png")
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    assert "public" in answer.headers["Cache-Control"]
    again = client.get(f"/file/{public_id}/preview.png", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    small = client.get(f"/file/{public_id}/thumbnail.png")
    assert small.status_code == 200
    assert small.data != answer.data


def test_a_proprietary_picture_is_kept_from_the_public(
    client: FlaskClient, services: Services, database: Database, tmp_path: Path
) -> None:
    public_id = held(services, database, tmp_path, data_release=datetime(2090, 1, 1, tzinfo=UTC))
    assert client.get(f"/file/{public_id}/preview.png").status_code == 401


def test_no_such_file(client: FlaskClient) -> None:
    assert client.get("/file/aaaaaaaaaaaaaaaa/preview.png").status_code == 404
    assert client.get("/file/%27%20OR%201/thumbnail.png").status_code == 404
