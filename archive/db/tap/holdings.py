# SPDX-License-Identifier: BSD-3-Clause
"""The tables of the schema ``archive``, as they are published."""

from archive.db.schema import CollectionRow, HDURow, NightRow, ObservationRow, ProductRow, ProgramRow
from archive.db.tap.described import of, own, short_of, text, with_flags
from archive.db.tap.regions import FootprintIndex
from archive.db.tap.values import HeaderIndex, addressed, ending, of_program
from vo.adql import ForeignKey, PositionIndex, Table
from vo.tables import Datatype

__all__ = ["HOLDINGS"]

_FILES = Table(
    schema="archive",
    name="files",
    sql="archive.files",
    kind="view",
    description="Files that you may know of, one version each.",
    columns=with_flags(
        (
            of(ProductRow.public_id),
            of(ObservationRow.obs_id),
            of(ProgramRow.propid),
            of_program(of(ProgramRow.pi, "pi_name"), "pi"),
            *(of(row) for row in (ProductRow.archive_filename, ProductRow.original_filename, ProductRow.file_size)),
            *(of(row) for row in (ProductRow.md5, ProductRow.sha256, ProductRow.is_held, ProductRow.media_type)),
            short_of(ProductRow.n_hdu),
            *(of(row) for row in (ProductRow.version, ProductRow.telescope, ProductRow.instrument, ProductRow.site)),
            *(of(row) for row in (ProductRow.obs_mode, ProductRow.filter, ProductRow.band)),
            *(of(row) for row in (ProductRow.em_min, ProductRow.em_max, ProductRow.obs_type, ProductRow.obs_type_raw)),
            *(of(row) for row in (ProductRow.proc_type, ProductRow.prod_type, ProductRow.dataproduct_type)),
            short_of(ProductRow.calib_level),
            *(of(row) for row in (ProductRow.qa_state, ProductRow.target, ProductRow.ra, ProductRow.dec)),
            of(ProductRow.s_region, datatype=Datatype.CHAR, xtype="adql:REGION"),
            *(of(row) for row in (ProductRow.s_fov, ProductRow.s_resolution, ProductRow.caldat)),
            of(ProductRow.t_min),
            ending(of(ProductRow.t_max)),
            *(of(row) for row in (ProductRow.exptime, ProductRow.airmass)),
            *(of(row) for row in (ProductRow.seeing, ProductRow.depth, ProductRow.magzero)),
            *(of(row) for row in (ProductRow.metadata_release, ProductRow.data_release)),
            *(of(row) for row in (ProductRow.ingested, ProductRow.updated)),
            addressed(
                text("access_url", "Where the bytes are had.", ucd="meta.ref.url", utype="obscore:Access.Reference"),
                "/",
            ),
            own("accessible", Datatype.BOOLEAN, "Whether you may have the bytes.", ucd="meta.code"),
        ),
        indexed=(
            *("public_id", "obs_id", "propid", "archive_filename", "sha256", "target", "ra", "dec", "s_region"),
            *("caldat", "t_min", "exptime", "em_min", "data_release", "updated"),
        ),
        lowered=(
            *("obs_id", "propid", "archive_filename", "original_filename", "md5", "telescope", "instrument"),
            *("filter", "band", "target"),
        ),
        principal=(
            *("public_id", "obs_id", "propid", "archive_filename", "telescope", "instrument", "filter", "obs_type"),
            *("proc_type", "prod_type", "target", "ra", "dec", "caldat", "t_min", "exptime", "access_url"),
        ),
    ),
    positions=(PositionIndex("ra", "dec", "hpx29"),),
    regions=(FootprintIndex("s_region"),),
    foreign_keys=(
        ForeignKey("archive.programs", (("propid", "propid"),), "The program it belongs to."),
        ForeignKey("ivoa.obscore", (("public_id", "public_id"),), "The same file by ObsCore."),
    ),
)
_OBSERVATIONS = Table(
    schema="archive",
    name="observations",
    sql="archive.observations",
    kind="view",
    description="Exposures and stacks, each the origin of one file or more.",
    columns=with_flags(
        (
            *(of(row) for row in (ObservationRow.obs_id, ObservationRow.telescope, ObservationRow.instrument)),
            of(ObservationRow.caldat),
            of(ProgramRow.propid),
        ),
        indexed=("obs_id", "propid"),
        lowered=("obs_id", "propid"),
        principal=("obs_id", "telescope", "instrument", "caldat", "propid"),
    ),
    foreign_keys=(ForeignKey("archive.programs", (("propid", "propid"),), "The program it was made for."),),
)
_HDUS = Table(
    schema="archive",
    name="hdus",
    sql="archive.hdus",
    kind="view",
    description="Header and data units of the files that are here.",
    columns=with_flags(
        (
            of(ProductRow.public_id, ucd="meta.id"),
            short_of(HDURow.hdu_index),
            *(of(row) for row in (HDURow.extname, HDURow.kind, HDURow.shape)),
            *(short_of(row) for row in (HDURow.bitpix, HDURow.ccdnum)),
            *(of(row) for row in (HDURow.ra, HDURow.dec)),
        ),
        indexed=("public_id",),
        principal=("public_id", "hdu_index", "extname", "kind", "shape"),
    ),
    foreign_keys=(ForeignKey("archive.files", (("public_id", "public_id"),), "The file it is part of."),),
)
_KEYWORDS = Table(
    schema="archive",
    name="keywords",
    sql="archive.keywords",
    kind="view",
    description="All keywords of the headers. Name the file, or both keyword and content: other ways take long.",
    columns=with_flags(
        (
            of(ProductRow.public_id, ucd="meta.id"),
            short_of(HDURow.hdu_index),
            text("keyword", "Name of the keyword.", ucd="meta.id;meta.main"),
            text("content", "Its value.", ucd="meta.note"),
        ),
        indexed=("public_id",),
        principal=("public_id", "hdu_index", "keyword", "content"),
    ),
    entries=(HeaderIndex("keyword", "content"),),
    foreign_keys=(ForeignKey("archive.files", (("public_id", "public_id"),), "The file it is of."),),
)
_PROGRAMS = Table(
    schema="archive",
    name="programs",
    sql="archive.programs",
    kind="view",
    description="Observing programs. Of those with private metadata only the id is told.",
    columns=with_flags(
        (
            *(of(row) for row in (ProgramRow.propid, ProgramRow.semester, ProgramRow.title, ProgramRow.abstract)),
            of(ProgramRow.pi, "pi_name"),
            of(ProgramRow.affiliation),
            text("co_investigators", "Names of the co-investigators.", ucd="meta.id.CoI"),
            short_of(ProgramRow.proprietary_months),
        ),
        indexed=("propid",),
        principal=("propid", "semester", "title", "pi_name"),
    ),
)
_NIGHTS = Table(
    schema="archive",
    name="nights",
    sql="archive.nights",
    kind="view",
    description="Nights at each telescope.",
    columns=with_flags(
        (of(NightRow.telescope), of(NightRow.caldat), of(NightRow.note)),
        indexed=("telescope", "caldat"),
        principal=("telescope", "caldat"),
    ),
)
_COLLECTIONS = Table(
    schema="archive",
    name="collections",
    sql="archive.collections",
    kind="view",
    description="Surveys and sets of high-level science products.",
    columns=with_flags(
        (
            *(of(row) for row in (CollectionRow.name, CollectionRow.title, CollectionRow.description)),
            of(CollectionRow.is_hlsp),
        ),
        indexed=("name",),
        principal=("name", "title"),
    ),
)
_MEMBERS = Table(
    schema="archive",
    name="collection_files",
    sql="archive.collection_files",
    kind="view",
    description="Which files belong to which collections.",
    columns=with_flags(
        (
            text("collection", "Name of the collection.", ucd="meta.id;meta.dataset"),
            of(ProductRow.public_id, ucd="meta.id"),
        ),
        indexed=("collection", "public_id"),
        principal=("collection", "public_id"),
    ),
    foreign_keys=(
        ForeignKey("archive.collections", (("collection", "name"),), "The collection."),
        ForeignKey("archive.files", (("public_id", "public_id"),), "The file."),
    ),
)

HOLDINGS = (_FILES, _OBSERVATIONS, _HDUS, _KEYWORDS, _PROGRAMS, _NIGHTS, _COLLECTIONS, _MEMBERS)
