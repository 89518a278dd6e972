# SPDX-License-Identifier: BSD-3-Clause
"""``ivoa.obscore``: ObsCore 1.1 with all its mandatory columns, the useful optional ones, and our own."""

from archive.db.schema import ObservationRow, ProductRow, ProgramRow
from archive.db.tap.described import of, own, short_of, text, with_flags
from archive.db.tap.regions import FootprintIndex
from archive.db.tap.values import addressed, ending, of_collection, of_program
from vo.adql import ForeignKey, PositionIndex, Table
from vo.tables import Datatype

__all__ = ["OBSCORE"]

_MANDATORY = (
    of(ProductRow.dataproduct_type),
    short_of(ProductRow.calib_level),
    of_collection(
        text(
            "obs_collection",
            "Telescope and instrument that the file is of.",
            ucd="meta.id",
            utype="obscore:DataID.Collection",
        )
    ),
    of(ObservationRow.obs_id),
    addressed(
        text(
            "obs_publisher_did",
            "IVOA identifier of the file.",
            ucd="meta.ref.ivoid",
            utype="obscore:Curation.PublisherDID",
        ),
        "?",
    ),
    addressed(
        text("access_url", "Where the bytes are had.", ucd="meta.ref.url", utype="obscore:Access.Reference"), "/"
    ),
    of(ProductRow.media_type, "access_format", ucd="meta.code.mime", utype="obscore:Access.Format"),
    own(
        "access_estsize",
        Datatype.LONG,
        "Size of the file.",
        unit="kbyte",
        ucd="phys.size;meta.file",
        utype="obscore:Access.Size",
    ),
    of(ProductRow.target, "target_name", utype="obscore:Target.Name"),
    of(ProductRow.ra, "s_ra", ucd="pos.eq.ra"),
    of(ProductRow.dec, "s_dec", ucd="pos.eq.dec"),
    of(ProductRow.s_fov),
    of(ProductRow.s_region, datatype=Datatype.CHAR, xtype="adql:REGION"),
    of(ProductRow.s_xel1),
    of(ProductRow.s_xel2),
    of(
        ProductRow.seeing,
        "s_resolution",
        ucd="pos.angResolution",
        utype="obscore:Char.SpatialAxis.Resolution.Refval.value",
    ),
    of(ProductRow.t_min),
    ending(of(ProductRow.t_max)),
    of(ProductRow.exptime, "t_exptime"),
    of(
        ProductRow.exptime, "t_resolution", ucd="time.resolution", utype="obscore:Char.TimeAxis.Resolution.Refval.value"
    ),
    own(
        "t_xel",
        Datatype.LONG,
        "Samples along the axis of time.",
        ucd="meta.number",
        utype="obscore:Char.TimeAxis.numBins",
    ),
    of(ProductRow.em_min),
    of(ProductRow.em_max),
    own(
        "em_res_power",
        Datatype.DOUBLE,
        "Wavelength of the middle of an image's band over its width.",
        ucd="spect.resolution",
        utype="obscore:Char.SpectralAxis.Resolution.ResolPower.refVal",
    ),
    own(
        "em_xel",
        Datatype.LONG,
        "Samples along the spectral axis.",
        ucd="meta.number",
        utype="obscore:Char.SpectralAxis.numBins",
    ),
    text("o_ucd", "What the pixels measure, as a UCD.", ucd="meta.ucd", utype="obscore:Char.ObservableAxis.ucd"),
    text(
        "pol_states",
        "States of polarization; always NULL.",
        ucd="meta.code;phys.polarization",
        utype="obscore:Char.PolarizationAxis.stateList",
    ),
    own(
        "pol_xel",
        Datatype.LONG,
        "Samples along the axis of polarization.",
        ucd="meta.number",
        utype="obscore:Char.PolarizationAxis.numBins",
    ),
    of(ProductRow.telescope, "facility_name"),
    of(ProductRow.instrument, "instrument_name"),
)
_OPTIONAL = (
    of(
        ProductRow.prod_type,
        "dataproduct_subtype",
        ucd="meta.code.class",
        utype="obscore:ObsDataset.dataProductSubtype",
    ),
    of(ProductRow.archive_filename, "obs_title", ucd="meta.title;obs", utype="obscore:DataID.Title"),
    of(ProductRow.ingested, "obs_creation_date", ucd="time;meta.dataset", utype="obscore:DataID.Date"),
    of(ProductRow.data_release, "obs_release_date"),
    text("data_rights", "public or proprietary.", ucd="meta.code", utype="obscore:Curation.Rights"),
    of(ProgramRow.propid, "proposal_id", utype="obscore:Provenance.Proposal.identifier"),
    of(
        ProductRow.s_resolution,
        "s_pixel_scale",
        ucd="phys.angSize;instr.pixel",
        utype="obscore:Char.SpatialAxis.Sampling.RefVal.SamplingPeriod",
    ),
    text("s_ucd", "UCD of the axes of space.", ucd="meta.ucd", utype="obscore:Char.SpatialAxis.ucd"),
    text("s_unit", "Unit of the axes of space.", ucd="meta.unit", utype="obscore:Char.SpatialAxis.unit"),
    text("em_ucd", "UCD of the spectral axis.", ucd="meta.ucd", utype="obscore:Char.SpectralAxis.ucd"),
    text("em_unit", "Unit of the spectral axis.", ucd="meta.unit", utype="obscore:Char.SpectralAxis.unit"),
    text("o_unit", "Unit of what the pixels measure.", ucd="meta.unit", utype="obscore:Char.ObservableAxis.unit"),
)
_OWN = (
    of_program(of(ProgramRow.pi, "proposal_pi"), "pi"),
    of_program(of(ProgramRow.title, "proposal_title"), "title"),
    of(ProductRow.public_id),
    of(ProductRow.archive_filename),
    of(ProductRow.original_filename),
    of(ProductRow.site),
    of(ProductRow.obs_mode),
    of(ProductRow.filter),
    of(ProductRow.band),
    of(ProductRow.obs_type),
    of(ProductRow.proc_type),
    of(ProductRow.prod_type),
    of(ProductRow.qa_state),
    of(ProductRow.caldat),
    of(ProductRow.airmass),
    of(ProductRow.seeing),
    of(ProductRow.depth),
    of(ProductRow.magzero),
    of(ProductRow.md5),
    of(ProductRow.version),
    of(ProductRow.is_held),
    of(ProductRow.updated, "last_modified"),
    own("accessible", Datatype.BOOLEAN, "Whether you may have the bytes.", ucd="meta.code"),
)

OBSCORE = Table(
    schema="ivoa",
    name="obscore",
    sql="ivoa.obscore",
    kind="view",
    description="All files of the archive that you may know of, described by ObsCore 1.1.",
    utype="ivo://ivoa.net/std/ObsCore#table-1.1",
    columns=with_flags(
        (*_MANDATORY, *_OPTIONAL, *_OWN),
        indexed=(
            "obs_id",
            "target_name",
            "s_ra",
            "s_dec",
            "s_region",
            "t_min",
            "t_exptime",
            "em_min",
            "proposal_id",
            "public_id",
            "archive_filename",
            "obs_title",
            "caldat",
            "obs_release_date",
            "last_modified",
        ),
        lowered=(
            *("obs_id", "target_name", "proposal_id", "archive_filename", "obs_title", "original_filename"),
            *("facility_name", "instrument_name", "filter", "band", "md5"),
        ),
        principal=(
            *("dataproduct_type", "calib_level", "obs_collection", "obs_id", "obs_publisher_did", "access_url"),
            *("access_format", "access_estsize", "target_name", "s_ra", "s_dec", "s_fov", "s_region", "t_min", "t_max"),
            *("t_exptime", "em_min", "em_max", "facility_name", "instrument_name", "filter", "proposal_id"),
            *("obs_release_date", "data_rights", "accessible"),
        ),
        std=(column.name for column in (*_MANDATORY, *_OPTIONAL)),
    ),
    positions=(PositionIndex("s_ra", "s_dec", "hpx29"),),
    regions=(FootprintIndex("s_region"),),
    foreign_keys=(
        ForeignKey("archive.files", (("public_id", "public_id"),), "The same file."),
        ForeignKey("archive.programs", (("proposal_id", "propid"),), "The program it belongs to."),
    ),
)
