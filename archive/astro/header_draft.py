# SPDX-License-Identifier: BSD-3-Clause
"""From the headers of a file to the draft of a product, by an instrument's recipe; all problems are collected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from archive.astro.filenames import ArchiveName, compose, extension_of, parse_name
from archive.astro.fits import FitsFile, HeaderUnit
from archive.astro.fixes import FIXES
from archive.astro.footprint import SkyOutline, enclosing_region, field_size, mean_position, outline_of
from archive.astro.header_fields import LONGEST_TEXT, HeaderFields
from archive.astro.positions import icrs_of, parse_dec, parse_ra
from archive.astro.recipe import Recipe, RecipeBook
from archive.astro.times import mjd_of, night_of, parse_date, start_of
from archive.domain.holdings import DataproductType, ObsType, ProcType, ProdType
from archive.domain.ingest import HDUDraft, IngestCode, Problem, ProductDraft

__all__ = ["DraftResult", "draft_product"]

_DATAPRODUCTS = {
    ProdType.SPECTRUM: DataproductType.SPECTRUM,
    ProdType.CUBE: DataproductType.CUBE,
    ProdType.CATALOGUE: DataproductType.MEASUREMENTS,
}

_Kinds = tuple[ObsType, ProcType, ProdType]
_CALIB_LEVELS = {
    ProcType.RAW: 1,
    ProcType.STACKED: 3,
    ProcType.TILE: 3,
    ProcType.HLSP: 4,
    ProcType.OTHER: 1,
}
_NEAR = 1.0  # degrees; a pointing and the centre of its pixels may differ by so much


@dataclass
class DraftResult:
    """A draft, where there is one, and all that is wrong or odd.

    Parameters
    ----------
    telescope, instrument, caldat
        Also known of many files that cannot be taken; for the audit.
    """

    draft: ProductDraft | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    telescope: str | None = None
    instrument: str | None = None
    caldat: date | None = None


def draft_product(found: FitsFile, filename: str, book: RecipeBook) -> DraftResult:
    """Read the headers of a sound file by the recipe that fits.

    Parameters
    ----------
    filename
        The file's own name.
    """
    result = DraftResult()
    header = _joined(found.hdus)
    recipe = book.recipe_for(header)
    if recipe is None:
        result.problems.append(_no_recipe(header))
        return result
    for name in recipe.fixes:
        try:
            header.update(FIXES[name](header))
        except KeyError as exc:
            result.warnings.append(Problem(IngestCode.HDRFUNKW, f"{name} needs {exc.args[0]}.", str(exc.args[0])))
    _Drafting(found, filename, recipe, header, result).run()
    return result


def _joined(hdus: list[HeaderUnit]) -> dict[str, object]:
    """Give each keyword as the first HDU that has a value for it says, the primary first."""
    header: dict[str, object] = {}
    for unit in hdus:
        for keyword, value in unit.values.items():
            if header.get(keyword) is None:
                header[keyword] = value
    return header


def _no_recipe(header: Mapping[str, object]) -> Problem:
    missing = [
        name
        for name, archived in (("TELESCOP", "DTTELESC"), ("INSTRUME", "DTINSTRU"))
        if not str(header.get(name) or header.get(archived) or "").strip()
    ]
    if len(missing) == 1:
        return Problem(IngestCode.MISSREQ, f"The header is missing {missing[0]}.", missing[0])
    what = "names neither telescope nor instrument" if missing else "is of a telescope and instrument without recipe"
    return Problem(IngestCode.NORECIPE, f"The header {what}.", "TELESCOP" if missing else None)


class _Drafting:
    """Reads one header by one recipe."""

    def __init__(
        self, found: FitsFile, filename: str, recipe: Recipe, header: Mapping[str, object], result: DraftResult
    ) -> None:
        self._found = found
        self._filename = filename
        self._recipe = recipe
        self._header = header
        self._result = result
        self._fields = HeaderFields(header, recipe, result.warnings)
        self._name = parse_name(filename)

    def run(self) -> None:
        """Fill the result."""
        result = self._result
        self._require()
        telescope, instrument = self._fields.lowered("telescope"), self._fields.lowered("instrument")
        result.telescope, result.instrument = telescope, instrument
        start = start_of(self._header, self._recipe.start)
        result.caldat = self._caldat(start)
        if start is None:
            result.problems.append(self._bad_date())
        kinds = self._kinds()
        archive_name = self._archive_name(start, kinds)
        if result.problems or start is None or telescope is None or instrument is None:
            return
        result.draft = self._draft(archive_name, (telescope, instrument), start, kinds)

    def _draft(self, archive_name: str, where: tuple[str, str], start: datetime, kinds: _Kinds) -> ProductDraft:
        obs_type, proc_type, prod_type = kinds
        exptime = self._fields.number("exptime", low=0.0)
        outlines = self._outlines()
        sky = [outline for outline in outlines if outline is not None]
        shapes = [outline.vertices for outline in sky]
        ra, dec = self._position(sky)
        written = self._fields.text("filter")
        band = self._recipe.band_of(written) if written else None
        version = self._name.version if self._name else None
        return ProductDraft(
            archive_filename=archive_name,
            media_type=self._found.media_type,
            telescope=where[0],
            instrument=where[1],
            site=self._fields.lowered("site"),
            propid=self._fields.text("propid"),
            pi=self._fields.text("pi"),
            affiliation=self._fields.text("affiliation"),
            title=self._fields.text("title"),
            obs_id=self._fields.text("obs_id") or f"{where[0]}.{start:%Y%m%dT%H%M%S.%f}"[:-3],
            caldat=self._result.caldat,
            date_obs=start,
            t_min=mjd_of(start),
            t_max=mjd_of(start) + (exptime or 0.0) / 86400.0,
            exptime=exptime,
            obs_mode=self._fields.text("obs_mode"),
            filter=self._fields.written("filter"),
            band=band.name if band else None,
            em_min=band.em_min if band else None,
            em_max=band.em_max if band else None,
            obs_type=obs_type,
            obs_type_raw=self._fields.written("obs_type"),
            proc_type=proc_type,
            prod_type=prod_type,
            dataproduct_type=self._dataproduct(prod_type),
            calib_level=_CALIB_LEVELS.get(proc_type, 2),
            version=version,
            target=self._fields.text("target"),
            ra=ra,
            dec=dec,
            s_region=enclosing_region(shapes) if shapes else None,
            s_fov=field_size(shapes) if shapes else None,
            s_resolution=sky[0].scale if sky else None,
            airmass=self._fields.number("airmass", low=1.0),
            seeing=self._fields.number("seeing", low=0.0, is_open=True),
            depth=self._fields.number("depth"),
            magzero=self._fields.number("magzero"),
            parents=self._parents(archive_name, proc_type),
            hdus=tuple(self._hdu(unit, outline) for unit, outline in zip(self._found.hdus, outlines, strict=True)),
        )

    # What must be there

    def _require(self) -> None:
        wanted = list(self._recipe.required)
        for keyword, others in self._recipe.required_with.items():
            if self._header.get(keyword) is not None:
                wanted.extend(others)
        missing = [names for names in wanted if all(self._header.get(name) is None for name in names.split("|"))]
        for names in missing:
            message = f"The header is missing {names.replace('|', ' or ')}."
            self._result.problems.append(Problem(IngestCode.MISSREQ, message, names))
        if not self._fields.lowered("telescope") or not self._fields.lowered("instrument"):
            self._result.problems.append(
                Problem(IngestCode.MISSREQ, "The header does not tell telescope or instrument.")
            )

    def _bad_date(self) -> Problem:
        keyword = self._recipe.start[0].split("+")[0]
        written = self._header.get(keyword)
        if written is None:
            return Problem(IngestCode.BADDATE, f"There is no start time: {keyword} is missing.", keyword)
        return Problem(IngestCode.BADDATE, f"{keyword} cannot be read as date and time: {written!s:.80}", keyword)

    # Fields

    def _caldat(self, start: datetime | None) -> date | None:
        first = self._fields.first("caldat")
        if first is not None:
            written = parse_date(first[1])
            if written is not None:
                return written
            self._fields.doubt(*first)
        return None if start is None else night_of(start, self._zone(), self._recipe.night_turns_at)

    def _zone(self) -> str | None:
        for keyword, zones in self._recipe.timezones.items():
            zone = zones.get(str(self._header.get(keyword, "")).strip()) if keyword else zones.get("")
            if zone:
                return zone
        return None

    def _kinds(self) -> _Kinds:
        """Say what was observed, how far it was processed, what it is; letters of the name go before keywords."""
        name = self._name or ArchiveName()
        obs = self._meaning("obs_type") or self._letter("obs_letter", name.obs_letter) or ObsType.OTHER
        proc = self._letter("proc_letter", name.proc_letter) or self._proc_by_header()
        prod = self._letter("prod_letter", name.prod_letter) or self._prod_by_header()
        return ObsType(obs), ProcType(proc), ProdType(prod)

    def _proc_by_header(self) -> str:
        is_extracted = self._fields.first("proc_type") is None and 0 < self._axes() < self._recipe.raw_axes
        return ProcType.OTHER if is_extracted else self._meaning("proc_type") or ProcType.OTHER

    def _prod_by_header(self) -> str:
        axes = self._axes()
        if self._fields.first("prod_type") is None and axes < 2:
            if axes == 1:
                return ProdType.SPECTRUM
            return ProdType.CATALOGUE if any(unit.is_table for unit in self._found.hdus) else ProdType.OTHER
        return self._meaning("prod_type") or ProdType.IMAGE

    def _axes(self) -> int:
        """Count the axes of the pixels that are longer than one; 0 where there are no pixels."""
        return max((_long_axes(unit) for unit in self._found.hdus if unit.is_image), default=0)

    def _meaning(self, kind: str) -> str | None:
        text = self._fields.text(kind)
        return self._recipe.meaning_of(kind, text) if text else None

    def _letter(self, kind: str, letter: str) -> str | None:
        return self._recipe.meaning_of(kind, letter) if letter else None

    def _dataproduct(self, prod_type: ProdType) -> DataproductType | None:
        # What the header says of the product goes before what the instrument mostly makes.
        if prod_type in _DATAPRODUCTS:
            return _DATAPRODUCTS[prod_type]
        axes = self._axes()
        if not axes or prod_type is ProdType.GRAPHICS:
            return None
        if axes == 1 or self._recipe.dataproduct == "spectrum":
            return DataproductType.SPECTRUM
        return DataproductType.CUBE if axes > 2 else DataproductType.IMAGE

    # The sky

    def _outlines(self) -> list[SkyOutline | None]:
        return [
            outline_of(unit.wcs_cards, unit.values, unit.shape, self._recipe.largest_field)
            if unit.is_image and not self._is_placeholder(unit)
            else None
            for unit in self._found.hdus
        ]

    def _is_placeholder(self, unit: HeaderUnit) -> bool:
        """Whether a WCS at 0, 0 is none: unless the header's own position is there, too."""
        if unit.values.get("CRVAL1") != 0 or unit.values.get("CRVAL2") != 0:
            return False
        ra, dec = parse_ra(self._header.get("RA")), parse_dec(self._header.get("DEC"))
        return ra is None or dec is None or min(ra, 360.0 - ra) > _NEAR or abs(dec) > _NEAR

    def _position(self, sky: list[SkyOutline]) -> tuple[float | None, float | None]:
        """Give the middle of the pixels, else the header's position; what is out of range is told and left empty."""
        ra_written, dec_written = self._fields.first("ra"), self._fields.first("dec")
        ra = parse_ra(ra_written[1]) if ra_written else None
        dec = parse_dec(dec_written[1]) if dec_written else None
        is_sound = True
        for written, value in ((ra_written, ra), (dec_written, dec)):
            if written is not None and value is None:
                self._fields.doubt(*written)
                is_sound = False
        if sky and is_sound:
            return mean_position([outline.centre for outline in sky])
        if ra is None or dec is None:
            return None, None
        equinox = self._fields.first("equinox")
        return icrs_of(ra, dec, equinox[1] if equinox else None)

    def _hdu(self, unit: HeaderUnit, outline: SkyOutline | None) -> HDUDraft:
        extname = unit.values.get("EXTNAME")
        ccdnum = next((unit.values.get(name) for name in self._recipe.keywords.get("ccdnum", ())), None)
        return HDUDraft(
            index=unit.index,
            extname=str(extname)[:LONGEST_TEXT] if extname is not None else None,
            kind=_kind_of(unit),
            shape=unit.shape,
            bitpix=unit.bitpix,
            ccdnum=ccdnum if isinstance(ccdnum, int) and abs(ccdnum) < 2**31 else None,
            ra=outline.centre[0] if outline else None,
            dec=outline.centre[1] if outline else None,
            outline=outline.vertices if outline else None,
            header=unit.values,
        )

    # Names

    def _archive_name(self, start: datetime | None, kinds: _Kinds) -> str:
        """Give the name in the archive: the convention's for raw files, else the one that the file's maker gave."""
        recipe = self._recipe
        if self._name is not None or kinds[1] is not ProcType.RAW or not (recipe.prefix or recipe.asks_prefix):
            return self._filename
        if recipe.prefix is None:
            what = ", ".join(self._fields.lowered(name) or "?" for name in ("site", "telescope", "instrument"))
            message = f"There is no file-name prefix for site, telescope and instrument: {what}."
            self._result.problems.append(Problem(IngestCode.STILUT, message))
        if recipe.prefix is None or start is None:
            return self._filename
        hdus = self._found.hdus
        return compose(
            recipe.prefix,
            start,
            kinds,
            has_fraction=recipe.name_precision == "microsecond",
            suffix=str(self._header.get(recipe.name_suffix, "")) if recipe.name_suffix else "",
            extension=extension_of(
                is_gzipped=self._found.media_type == "application/gzip",
                is_compressed=any(unit.is_compressed_image for unit in hdus),
            ),
        )

    def _parents(self, archive_name: str, proc_type: ProcType) -> tuple[str, ...]:
        if proc_type is ProcType.RAW:
            return ()
        named = (self._header.get(keyword) for keyword in self._recipe.keywords.get("parents", ()))
        names = (str(name).strip()[:LONGEST_TEXT] for name in named if name)
        return tuple(dict.fromkeys(name for name in names if name and name != archive_name))


def _kind_of(unit: HeaderUnit) -> str:
    if unit.is_table:
        return "table"
    if not unit.is_image:
        return "empty"
    axes = _long_axes(unit)
    return "spectrum" if axes == 1 else "cube" if axes > 2 else "image"


def _long_axes(unit: HeaderUnit) -> int:
    return sum(length > 1 for length in unit.shape)
