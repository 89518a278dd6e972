"""Previews through the service: made once, by one worker, shown to those who may have the pixels."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from archive.db.previews import PreviewStore
from archive.db.schema import PreviewRow, ProductRow
from archive.db.session import Database
from archive.domain.access import ANONYMOUS, Caller
from archive.domain.identity import Role
from archive.domain.previews import MAX_ATTEMPTS, PreviewSize, PreviewState
from archive.errors import ConflictError, CredentialsError, NotFoundError, ProprietaryError
from archive.queues import InlineQueue
from archive.queues.names import PREVIEW
from archive.services.previews import PreviewService
from archive.storage import LocalFileStore
from tests.support.fitsfiles import hold_file, small_image
from tests.support.holdings import NOW, make_product, make_program

LATER = datetime(2040, 1, 1, tzinfo=UTC)


class Stage:
    """A preview service with a clock that tests may turn."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.now = NOW
        self.database = database
        self.folder = folder
        self.store = LocalFileStore(folder / "store")
        self.queue = InlineQueue()
        self.service = PreviewService(database=database, files=self.store, queue=self.queue, clock=lambda: self.now)

    def hold(self, **values: object) -> str:
        with self.database.begin() as uow:
            path = small_image(self.folder / "a.fits", seed=len(self.queue.sent) + 1)
            return hold_file(uow.session, self.store, path, **values).public_id

    def row(self) -> PreviewRow:
        with self.database.begin() as uow:
            return uow.session.scalars(select(PreviewRow)).one()


@pytest.fixture
def stage(database: Database, tmp_path: Path) -> Stage:
    return Stage(database, tmp_path)


def test_a_preview_is_made_once_and_read(stage: Stage) -> None:
    public_id = stage.hold()
    assert stage.service.make(public_id) is PreviewState.READY
    assert stage.service.make(public_id) is None
    large = stage.service.image(ANONYMOUS, public_id, PreviewSize.LARGE)
    small = stage.service.image(ANONYMOUS, public_id, PreviewSize.THUMBNAIL)
    assert Image.open(io.BytesIO(large.png)).width > Image.open(io.BytesIO(small.png)).width
    assert large.is_public
    assert large.sha256 == stage.row().sha256
    status = stage.service.status(ANONYMOUS, public_id)
    assert (status.state, status.is_shown, status.is_proprietary) == (PreviewState.READY, True, False)


def test_a_file_without_anything_to_show_says_why(stage: Stage) -> None:
    (stage.folder / "b.fits").write_text("no FITS")
    with stage.database.begin() as uow:
        public_id = hold_file(uow.session, stage.store, stage.folder / "b.fits").public_id
    assert stage.service.make(public_id) is PreviewState.NONE
    assert "not FITS" in stage.service.status(ANONYMOUS, public_id).reason
    with pytest.raises(NotFoundError):
        stage.service.image(ANONYMOUS, public_id, PreviewSize.LARGE)


def test_what_is_not_held_or_not_known_has_none(stage: Stage) -> None:
    with stage.database.begin() as uow:
        make_product(uow.session)
    assert stage.service.make("aaaaaaaaaaaaaaaa") is None
    assert stage.service.make("bbbbbbbbbbbbbbbb") is None
    assert not stage.service.request("aaaaaaaaaaaaaaaa")
    assert stage.service.status(ANONYMOUS, "aaaaaaaaaaaaaaaa").state is None


def test_pixels_are_data(stage: Stage) -> None:
    with stage.database.begin() as uow:
        program = make_program(uow.session).id
    public_id = stage.hold(program_id=program, data_release=LATER)
    stage.service.make(public_id)
    with pytest.raises(CredentialsError):
        stage.service.image(ANONYMOUS, public_id, PreviewSize.LARGE)
    with pytest.raises(ProprietaryError) as refused:
        stage.service.image(Caller(user_id=1), public_id, PreviewSize.THUMBNAIL)
    assert refused.value.release == LATER
    status = stage.service.status(ANONYMOUS, public_id)
    assert (status.is_shown, status.is_proprietary, status.data_release) == (False, True, LATER)
    for caller in (
        Caller(user_id=2, programs=frozenset({program})),
        Caller(user_id=3, roles=frozenset({Role.OPERATOR})),
    ):
        image = stage.service.image(caller, public_id, PreviewSize.LARGE)
        assert not image.is_public


def test_hidden_products_have_no_preview_for_the_public(stage: Stage) -> None:
    public_id = stage.hold(is_hidden=True)
    stage.service.make(public_id)
    with pytest.raises(NotFoundError):
        stage.service.image(ANONYMOUS, public_id, PreviewSize.LARGE)
    with pytest.raises(NotFoundError):
        stage.service.status(ANONYMOUS, public_id)


def test_it_is_sent_after_the_commit_and_can_be_asked_for_anew(stage: Stage) -> None:
    public_id = stage.hold()
    assert stage.service.request(public_id)
    assert stage.queue.sent == [(PREVIEW, public_id)]
    assert stage.service.make(public_id) is PreviewState.READY
    assert stage.service.remake(public_id) is PreviewState.READY
    assert stage.service.unfinished() == []
    assert stage.service.unfinished(with_finished=True) == [public_id]


def test_a_dead_workers_claim_comes_back(stage: Stage) -> None:
    public_id = stage.hold(ingested=NOW)
    assert stage.service.release_orphans() == []
    with stage.database.begin() as uow:
        lost = PreviewStore(uow).claim(public_id, stage.now)
    assert lost is not None
    assert stage.service.make(public_id) is None
    assert not stage.service.request(public_id)
    stage.now += timedelta(minutes=11)
    assert stage.service.release_orphans() == [public_id]
    assert stage.queue.sent == [(PREVIEW, public_id)]
    assert stage.service.make(public_id) is PreviewState.READY
    with stage.database.begin() as uow:
        # The worker that was taken for dead finds that its claim is gone.
        assert not PreviewStore(uow).finish(lost, PreviewState.FAILED)
    assert stage.row().state == PreviewState.READY


def test_a_file_that_kills_workers_is_given_up(stage: Stage) -> None:
    public_id = stage.hold()
    stage.service.request(public_id)
    for _ in range(MAX_ATTEMPTS):
        with stage.database.begin() as uow:
            assert PreviewStore(uow).claim(public_id, stage.now) is not None
        stage.now += timedelta(minutes=11)
        stage.service.release_orphans()
    assert stage.row().state == PreviewState.FAILED
    assert stage.service.make(public_id) is None


def test_what_was_never_sent_is_sent(stage: Stage) -> None:
    public_id = stage.hold(ingested=NOW - timedelta(hours=1))
    assert stage.service.release_orphans() == [public_id]
    assert stage.service.release_orphans() == []


def test_what_was_sent_and_lost_on_the_way_is_sent_again_and_not_too_often(stage: Stage) -> None:
    public_id = stage.hold()
    stage.service.request(public_id)
    stage.queue.sent.clear()
    sent = []
    for _ in range(25):
        stage.now += timedelta(minutes=1)
        sent += stage.service.release_orphans()
    assert sent == [public_id] * 3
    assert stage.service.make(public_id) is PreviewState.READY
    assert stage.service.release_orphans() == []


def test_our_own_failure_is_told_and_tried_again_on_request(stage: Stage) -> None:
    public_id = stage.hold()
    with stage.database.begin() as uow:
        product = uow.session.scalars(select(ProductRow)).one()
        key = product.sha256
    assert key is not None
    stage.store.delete(key)
    with pytest.raises((NotFoundError, ConflictError)):
        stage.service.make(public_id)
    assert stage.row().state == PreviewState.FAILED
    assert stage.service.make(public_id) is None
    stage.store.put(small_image(stage.folder / "a.fits", seed=1), key)
    assert stage.service.remake(public_id) is PreviewState.READY
