# SPDX-License-Identifier: BSD-3-Clause
"""Builds all use cases from the settings; the only place where objects are wired together."""

import os
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from archive.astro.names import BuiltInNames, NameResolver, Sesame
from archive.astro.recipe import load_recipes
from archive.astro.recipes import RECIPES
from archive.config import Config, ResolverConfig, TapConfig
from archive.db.counting import SharedCount
from archive.db.embedded import EmbeddedPostgres
from archive.db.jobs import ServiceJobs
from archive.db.session import Database
from archive.db.tap import (
    SCHEMAS,
    TAP_ROLE,
    BatchConnections,
    PublishedTables,
    QuerySettings,
    Site,
    TapBackend,
    TapUploads,
    TextConnections,
    require_walls,
)
from archive.domain.access import Caller
from archive.domain.clock import utc_now
from archive.domain.owners import covers
from archive.errors import ConfigError
from archive.queues import CeleryQueue, TaskQueue, make_celery
from archive.services.accounts import AccountService
from archive.services.audit import AuditService
from archive.services.browsing import CollectionService, NightService, OverviewService, ProgramService
from archive.services.catalogues import CatalogueService
from archive.services.demo import DemoService
from archive.services.downloads import DownloadService
from archive.services.exposures import ExposureImport
from archive.services.ingest import IngestService
from archive.services.observations import ObservationService
from archive.services.passwords import Passwords
from archive.services.previews import PreviewService
from archive.services.queries import QueryDesk
from archive.services.scale import ScaleService
from archive.services.schedule import ScheduleService
from archive.services.search import SearchService
from archive.services.tap import QueryLanes, QueuedQueries, TableAccess, WalledTables, fault_of, slots
from archive.services.tokens import TokenService
from archive.services.upkeep import Duty, UpkeepService
from archive.storage import FileStore, LocalFileStore, LocalResultStore
from vo.adql import UDFS, Extension, simbadpoint
from vo.dali import RowLimits
from vo.tap import Dialect, FetchRules, TapLimits, TapRunner, TapService, URLFetcher
from vo.uws import Execution, JobLimits, JobService, JobUpkeep, JobWaiting

__all__ = ["Services", "build_services"]


@dataclass(frozen=True)
class Services:
    """All use cases of one running archive."""

    config: Config
    database: Database
    store: FileStore
    queue: TaskQueue
    overview: OverviewService
    nights: NightService
    programs: ProgramService
    collections: CollectionService
    catalogues: CatalogueService
    accounts: AccountService
    tokens: TokenService
    downloads: DownloadService
    previews: PreviewService
    demo: DemoService
    scale: ScaleService
    ingest: IngestService
    schedule: ScheduleService
    exposures: ExposureImport
    audit: AuditService
    upkeep: UpkeepService
    search: SearchService
    observations: ObservationService
    tap: TableAccess
    queries: QueryDesk

    def dispose(self) -> None:
        """Close all connections that are not in use."""
        self.tap.dispose()
        self.database.dispose()


def build_services(config: Config) -> Services:
    """Wire the archive.

    Raises
    ------
    ConfigError
        No database is named and the embedded one is not running.
    """
    url = config.database.url or EmbeddedPostgres(config.home, config.database.pg_home).running_url()
    if url is None:
        raise ConfigError("ARCHIVE_DATABASE_URL is not set and the embedded database does not run: archive db start")
    database = Database(url, pool_size=config.web.threads_each)
    store = LocalFileStore(config.storage.root)
    queue = CeleryQueue(make_celery(config.queue.broker_url, url))
    previews = PreviewService(database=database, files=store, queue=queue, clock=utc_now)
    accounts = AccountService(database=database, clock=utc_now, passwords=Passwords())
    uploads = TapUploads(database=database, clock=utc_now)
    names = BuiltInNames()
    tap = _tap(config, database, queue, accounts, uploads, names)
    duties = _duties(previews, tap, uploads)
    ingest = IngestService(database=database, store=store, queue=queue, recipes=load_recipes(RECIPES))
    schedule = ScheduleService(database=database)
    demo = DemoService(
        database=database,
        ingest=ingest,
        accounts=accounts,
        schedule=schedule,
        folder=config.home / "demo",
        jobs=min(4, os.cpu_count() or 1),
    )
    return Services(
        config=config,
        database=database,
        store=store,
        queue=queue,
        overview=OverviewService(database=database, clock=utc_now),
        nights=NightService(database=database, clock=utc_now),
        programs=ProgramService(database=database, clock=utc_now),
        collections=CollectionService(database=database, clock=utc_now),
        catalogues=CatalogueService(database=database, clock=utc_now),
        accounts=accounts,
        tokens=TokenService(database=database, clock=utc_now),
        downloads=DownloadService(database=database, store=store, clock=utc_now),
        exposures=ExposureImport(database=database, clock=utc_now),
        ingest=ingest,
        schedule=schedule,
        demo=demo,
        scale=ScaleService(database=database, clock=utc_now),
        audit=AuditService(database=database),
        previews=previews,
        upkeep=UpkeepService(database=database, clock=utc_now, duties=duties),
        observations=ObservationService(database=database, clock=utc_now, files=store),
        search=SearchService(database=database, clock=utc_now, resolver=_resolver(config.resolver, names)),
        tap=tap,
        queries=QueryDesk(access=tap),
    )


def _duties(previews: PreviewService, tap: TableAccess, uploads: TapUploads) -> dict[str, Duty]:
    return {
        "previews": Duty(every=timedelta(minutes=5), action=previews.release_orphans),
        "jobs": Duty(every=timedelta(minutes=1), action=tap.upkeep.run),
        "results": Duty(every=timedelta(hours=6), action=tap.sweep),
        "uploads": Duty(every=timedelta(hours=6), action=uploads.remove_forgotten),
    }


def _tap(
    config: Config,
    database: Database,
    queue: TaskQueue,
    accounts: AccountService,
    uploads: TapUploads,
    names: BuiltInNames,
) -> TableAccess:
    limits = _limits(config.tap)
    site = Site(config.web.base_url, config.authority)
    own = QuerySettings(config.tap.database_url, role=None) if config.tap.database_url else QuerySettings(database.url)
    backend = TapBackend(texts=TextConnections(own), batches=BatchConnections(own), site=site, clock=utc_now)
    dialect, job_limits = _dialect(names), JobLimits(kept_bytes=config.tap.kept_bytes)
    count = SharedCount(database.url)

    def check() -> None:
        require_walls(database, _query_role(config))

    def dispose() -> None:
        backend.dispose()
        count.close()

    tables = WalledTables(PublishedTables(database=database), check)
    service = TapService[Caller](tables_for=tables, dialect=dialect, backend=backend, uploads=uploads, limits=limits)
    store = ServiceJobs(database=database, service="tap", clock=utc_now)
    files = LocalResultStore(config.storage.results)
    fetcher = URLFetcher(FetchRules(largest=limits.upload_bytes, inside=config.tap.upload_networks))
    runner = TapRunner[Caller](
        service=service, files=files, caller_of=accounts.caller_of_owner, fetcher=fetcher, limits=limits
    )
    execution = Execution(store=store, files=files, runner=runner, clock=utc_now, translate=fault_of)
    jobs = QueuedQueries(queue)
    return TableAccess(
        service=service,
        dialect=dialect,
        limits=limits,
        job_limits=job_limits,
        fetcher=fetcher,
        admission=slots(config.web.processes, config.web.threads_each, count),
        jobs=JobService(store=store, queue=jobs, files=files, limits=job_limits, clock=utc_now, covers=covers),
        waiting=JobWaiting(store=store, places=max(1, config.web.threads_each // 8)),
        lanes=QueryLanes(store=store, runner=runner, execution=execution, queue=queue),
        upkeep=JobUpkeep(store=store, queue=jobs, files=files, limits=job_limits, clock=utc_now),
        sweep=lambda: files.sweep(store.file_keys, utc_now() - timedelta(hours=1)),
        schemas=SCHEMAS,
        check=check,
        dispose=dispose,
    )


def _limits(config: TapConfig) -> TapLimits:
    rows = RowLimits(config.rows, config.most_rows)
    return TapLimits(rows, sync_seconds=config.sync_seconds, upload_bytes=config.upload_bytes)


def _dialect(names: BuiltInNames) -> Dialect:
    # Names are looked up in our own tables alone: no query sends anything to others.
    point = simbadpoint(lambda name: None if (found := names.find(name)) is None else (found.ra, found.dec))
    return Dialect(functions=(*UDFS, point), extensions=tuple(Extension))


def _query_role(config: Config) -> str:
    """Give the role that queries run as."""
    return urlsplit(config.tap.database_url or "").username or TAP_ROLE


def _resolver(config: ResolverConfig, names: BuiltInNames) -> NameResolver:
    return NameResolver(builtin=names, sesame=None if config.sesame_url is None else Sesame(config.sesame_url))
