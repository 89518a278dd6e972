# SPDX-License-Identifier: BSD-3-Clause
"""Products: files, one version each, with everything by which they are searched.

The row is wide on purpose: search, sort and page by key touch one table. Its facts are those
of the file itself; a stack has a time span and an exposure of its own.
"""

from datetime import date, datetime

from sqlalchemy import Computed, Date, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts
from archive.domain.holdings import DataproductType, ObsType, ProcType, ProdType, QAState

__all__ = ["LONG_DAYS", "ProductRow"]

LONG_DAYS = 0.5
"""What was exposed for longer, from the first to the last of its parts, is long: the few have an index of their own."""


class ProductRow(Base):
    """One file, held here or known from a catalogue only."""

    __tablename__ = "product"
    __table_args__ = (
        Index("ix_product_t_min_id", "t_min", "id"),
        Index("ix_product_telescope_caldat", "telescope", "caldat"),
        Index("ix_product_data_release", "data_release"),
        Index("ix_product_em", "em_min", "em_max"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=facts("Key", "Internal key.", ucd="meta.id"))
    public_id: Mapped[str] = mapped_column(
        unique=True,
        info=facts("Id", "Permanent key of the file, as in its addresses.", ucd="meta.id;meta.main", group="File"),
    )
    observation_id: Mapped[int] = mapped_column(
        ForeignKey("observation.id"),
        index=True,
        info=facts("Observation", "The observation it belongs to; a stack has one of its own.", ucd="meta.id"),
    )
    program_id: Mapped[int | None] = mapped_column(
        ForeignKey("program.id"), index=True, info=facts("Program", "The program it belongs to.", ucd="meta.id")
    )

    # File
    archive_filename: Mapped[str] = mapped_column(
        unique=True,
        info=facts("Archive name", "Name of the file in the archive.", ucd="meta.id;meta.file", group="File"),
    )
    original_filename: Mapped[str] = mapped_column(
        info=facts(
            "Original name",
            "Name of the file as it was written at the telescope.",
            ucd="meta.id;meta.file",
            group="File",
        )
    )
    file_size: Mapped[int | None] = mapped_column(
        info=facts("Size", "Size of the file as stored.", unit="byte", ucd="phys.size;meta.file", group="File")
    )
    md5: Mapped[str | None] = mapped_column(
        info=facts("MD5", "MD5 digest of the file.", ucd="meta.checksum;meta.file", group="File")
    )
    sha256: Mapped[str | None] = mapped_column(
        unique=True,
        info=facts(
            "SHA-256", "SHA-256 digest of the file, its key in the store.", ucd="meta.checksum;meta.file", group="File"
        ),
    )
    is_held: Mapped[bool] = mapped_column(
        default=False,
        info=facts("Held", "Whether the bytes are here; otherwise only the record is.", ucd="meta.code", group="File"),
    )
    media_type: Mapped[str] = mapped_column(
        default="application/fits",
        info=facts("Media type", "Media type of the stored bytes.", ucd="meta.code.mime", group="File"),
    )
    n_hdu: Mapped[int | None] = mapped_column(
        info=facts("HDUs", "Number of HDUs in the file.", ucd="meta.number", group="File")
    )
    supersedes_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id"), info=facts("Supersedes", "The older version it takes the place of.", ucd="meta.id")
    )
    version: Mapped[str | None] = mapped_column(
        info=facts("Version", "Version of the processing, such as v1 or ls9.", ucd="meta.version", group="File")
    )

    # Instrument
    telescope: Mapped[str] = mapped_column(
        info=facts(
            "Telescope",
            "Telescope, as the archive names it.",
            ucd="meta.id;instr.tel",
            utype="obscore:Provenance.ObsConfig.Facility.name",
            group="Instrument",
        )
    )
    instrument: Mapped[str] = mapped_column(
        info=facts(
            "Instrument",
            "Instrument, as the archive names it.",
            ucd="meta.id;instr",
            utype="obscore:Provenance.ObsConfig.Instrument.name",
            group="Instrument",
        )
    )
    site: Mapped[str | None] = mapped_column(
        info=facts("Site", "Site code, such as ct or kp.", ucd="meta.id;instr.tel", group="Instrument")
    )
    obs_mode: Mapped[str | None] = mapped_column(
        info=facts("Mode", "Mode of the instrument, as written.", ucd="meta.code;instr.setup", group="Instrument")
    )
    filter: Mapped[str | None] = mapped_column(
        info=facts("Filter", "Filter as written in the header.", ucd="meta.id;instr.filter", group="Instrument")
    )
    band: Mapped[str | None] = mapped_column(
        info=facts(
            "Band",
            "Short name of the filter's band, such as g or Ks.",
            ucd="meta.id;instr.bandpass",
            group="Instrument",
        ),
    )
    em_min: Mapped[float | None] = mapped_column(
        info=facts(
            "Shortest wavelength",
            "Shortest wavelength of the band.",
            unit="m",
            ucd="em.wl;stat.min",
            utype="obscore:Char.SpectralAxis.Coverage.Bounds.Limits.LoLimit",
            group="Instrument",
        )
    )
    em_max: Mapped[float | None] = mapped_column(
        info=facts(
            "Longest wavelength",
            "Longest wavelength of the band.",
            unit="m",
            ucd="em.wl;stat.max",
            utype="obscore:Char.SpectralAxis.Coverage.Bounds.Limits.HiLimit",
            group="Instrument",
        )
    )

    # Kind
    obs_type: Mapped[str] = mapped_column(
        info=facts(
            "Observation type", "What was observed.", ucd="meta.code.class", group="Kind", choices=tuple(ObsType)
        )
    )
    obs_type_raw: Mapped[str | None] = mapped_column(
        info=facts("Type as written", "OBSTYPE or IMAGETYP as written.", ucd="meta.code.class", group="Kind")
    )
    proc_type: Mapped[str] = mapped_column(
        info=facts(
            "Processing", "How far it was processed.", ucd="meta.code.class", group="Kind", choices=tuple(ProcType)
        )
    )
    prod_type: Mapped[str] = mapped_column(
        info=facts(
            "Product", "What the pixels or rows mean.", ucd="meta.code.class", group="Kind", choices=tuple(ProdType)
        )
    )
    dataproduct_type: Mapped[str | None] = mapped_column(
        info=facts(
            "Data product",
            "Kind of data in ObsCore's words.",
            ucd="meta.code.class",
            utype="obscore:ObsDataset.dataProductType",
            group="Kind",
            choices=tuple(DataproductType),
        )
    )
    calib_level: Mapped[int] = mapped_column(
        info=facts(
            "Calibration level",
            "0 raw, 1 instrumental, 2 calibrated, 3 combined, 4 analysed.",
            ucd="meta.code;obs.calib",
            utype="obscore:ObsDataset.calibLevel",
            group="Kind",
        )
    )
    qa_state: Mapped[str] = mapped_column(
        default=QAState.UNCHECKED,
        info=facts(
            "Quality", "What a curator thinks of it.", ucd="meta.code.qual", group="Kind", choices=tuple(QAState)
        ),
    )
    is_hidden: Mapped[bool] = mapped_column(
        default=False, info=facts("Hidden", "Whether a curator has taken it out of sight.", ucd="meta.code")
    )

    # Target and position
    target: Mapped[str | None] = mapped_column(
        info=facts(
            "Target",
            "Name of the target, as the observer wrote it.",
            ucd="meta.id;src",
            utype="obscore:Target.name",
            group="Target",
        )
    )
    ra: Mapped[float | None] = mapped_column(
        info=facts(
            "RA",
            "ICRS right ascension of the centre.",
            unit="deg",
            ucd="pos.eq.ra;meta.main",
            utype="obscore:Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2.C1",
            group="Target",
        )
    )
    dec: Mapped[float | None] = mapped_column(
        info=facts(
            "Dec",
            "ICRS declination of the centre.",
            unit="deg",
            ucd="pos.eq.dec;meta.main",
            utype="obscore:Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2.C2",
            group="Target",
        )
    )
    hpx29: Mapped[int | None] = mapped_column(
        index=True, info=facts("HEALPix", "Order 29 nested HEALPix cell of the centre.", ucd="pos.HEALPix")
    )
    footprint_set_id: Mapped[int | None] = mapped_column(
        ForeignKey("footprint_set.id"), index=True, info=facts("Footprint", "The outlines of its HDUs.", ucd="meta.id")
    )
    s_region: Mapped[str | None] = mapped_column(
        info=facts(
            "Region",
            "Outline on the sky, in the words of DALI and STC-S.",
            ucd="pos.outline;obs.field",
            utype="obscore:Char.SpatialAxis.Coverage.Support.Area",
            group="Target",
        )
    )
    s_fov: Mapped[float | None] = mapped_column(
        info=facts(
            "Field of view",
            "Diameter of the field.",
            unit="deg",
            ucd="phys.angSize;instr.fov",
            utype="obscore:Char.SpatialAxis.Coverage.Bounds.Extent.diameter",
            group="Target",
        )
    )
    s_resolution: Mapped[float | None] = mapped_column(
        info=facts("Pixel scale", "Size of a pixel on the sky.", unit="arcsec", ucd="pos.angResolution", group="Target")
    )

    s_xel1: Mapped[int | None] = mapped_column(
        info=facts(
            "Pixels along the first axis",
            "Pixels along the first axis of the first image.",
            ucd="meta.number",
            utype="obscore:Char.SpatialAxis.numBins1",
        )
    )
    s_xel2: Mapped[int | None] = mapped_column(
        info=facts(
            "Pixels along the second axis",
            "Pixels along the second axis of the first image.",
            ucd="meta.number",
            utype="obscore:Char.SpatialAxis.numBins2",
        )
    )

    # Time
    caldat: Mapped[date | None] = mapped_column(
        Date,
        index=True,
        info=facts("Night", "Local date at the start of the night.", ucd="time.epoch;obs", group="Time"),
    )
    t_min: Mapped[float | None] = mapped_column(
        info=facts(
            "Start",
            "Start of the exposure (MJD, UTC).",
            unit="d",
            ucd="time.start;obs.exposure",
            utype="obscore:Char.TimeAxis.Coverage.Bounds.Limits.StartTime",
            group="Time",
        )
    )
    t_max: Mapped[float | None] = mapped_column(
        info=facts(
            "End",
            "End of the exposure (MJD, UTC).",
            unit="d",
            ucd="time.end;obs.exposure",
            utype="obscore:Char.TimeAxis.Coverage.Bounds.Limits.StopTime",
            group="Time",
        )
    )
    is_long: Mapped[bool] = mapped_column(
        Computed(f"coalesce(t_max - t_min > {LONG_DAYS}, t_max IS NOT NULL)", persisted=True),
        info=facts(
            "Long", "Whether it spans more than a night, as stacks do, or has an end and no start.", ucd="meta.code"
        ),
    )
    exptime: Mapped[float | None] = mapped_column(
        index=True,
        info=facts(
            "Exposure",
            "Exposure time.",
            unit="s",
            ucd="time.duration;obs.exposure",
            utype="obscore:Char.TimeAxis.Coverage.Support.Extent",
            group="Time",
        ),
    )

    # Conditions
    airmass: Mapped[float | None] = mapped_column(
        info=facts("Airmass", "Airmass at the start.", ucd="obs.airMass", group="Conditions")
    )
    seeing: Mapped[float | None] = mapped_column(
        info=facts(
            "Seeing",
            "Full width at half maximum of point sources.",
            unit="arcsec",
            ucd="instr.obsty.seeing",
            group="Conditions",
        )
    )
    depth: Mapped[float | None] = mapped_column(
        info=facts("Depth", "Photometric depth.", unit="mag", ucd="phot.mag;stat.max", group="Conditions")
    )
    magzero: Mapped[float | None] = mapped_column(
        info=facts("Zero point", "Photometric zero point.", unit="mag", ucd="phot.mag;arith.zp", group="Conditions")
    )

    # Release
    metadata_release: Mapped[datetime | None] = mapped_column(
        info=facts("Metadata release", "From when on everybody may know of it.", ucd="time.release", group="Release")
    )
    data_release: Mapped[datetime | None] = mapped_column(
        info=facts(
            "Data release",
            "From when on everybody may have the bytes.",
            ucd="time.release",
            utype="obscore:Curation.releaseDate",
            group="Release",
        )
    )
    ingested: Mapped[datetime] = mapped_column(
        info=facts("Ingested", "When it came into the archive.", ucd="time.creation", group="Release")
    )
    updated: Mapped[datetime] = mapped_column(
        index=True, info=facts("Updated", "When its record last changed.", ucd="time.processing", group="Release")
    )


# Text is searched without regard to case, with wildcards at the end.
for _name in (
    ProductRow.archive_filename,
    ProductRow.original_filename,
    ProductRow.target,
    ProductRow.filter,
    ProductRow.band,
    ProductRow.md5,
):
    Index(
        f"ix_product_{_name.key}_lower",
        func.lower(_name).label("lowered"),
        postgresql_ops={"lowered": "text_pattern_ops"},
    )

# The products of an instrument that is gone lie together at one end of the times: the newest of
# them are not to be looked for among the others.
for _name in (ProductRow.telescope, ProductRow.instrument):
    Index(
        f"ix_product_{_name.key}_lower",
        func.lower(_name).label("lowered"),
        ProductRow.t_min,
        ProductRow.id,
        postgresql_ops={"lowered": "text_pattern_ops"},
    )

# Queries in ADQL compare text as it is written, and look for how it begins.
for _name in (ProductRow.archive_filename, ProductRow.target):
    Index(f"ix_product_{_name.key}_begins", _name, postgresql_ops={_name.key: "text_pattern_ops"})


Index("ix_product_t_max_long", ProductRow.t_max, postgresql_where=text("is_long"))
