"""Previews of spectra: what is found to be one, and its axes."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from archive.astro.preview import NoPreview, Preview, make_preview
from archive.astro.preview.limits import Budget, Limits
from archive.astro.preview.plotting import Plot
from archive.astro.preview.reading import opened, planes_of
from archive.astro.preview.spectra import catalogue_positions, spectra_in_images, spectrum_in_tables

WAVES = np.linspace(4000.0, 7000.0, 1000)
FLUX = 10 + np.exp(-((WAVES - 6563) ** 2) / 50)


def image_plot(path: Path) -> Plot | None:
    budget = Budget(Limits())
    with opened(path, budget) as hdus:
        return spectra_in_images(hdus, planes_of(hdus, budget), budget)


def peak(plot: Plot | None, curve: int = 0) -> float:
    assert plot is not None
    return float(plot.curves[curve].x[np.argmax(plot.curves[curve].y)])


def test_a_linear_axis_in_the_header(tmp_path: Path) -> None:
    header = fits.Header({"CTYPE1": "WAVE", "CUNIT1": "Angstrom", "CRVAL1": 4000.0, "CRPIX1": 1.0})
    header["CDELT1"], header["BUNIT"] = WAVES[1] - WAVES[0], "erg/s/cm2/A"
    fits.PrimaryHDU(FLUX, header).writeto(tmp_path / "a.fits")
    plot = image_plot(tmp_path / "a.fits")
    assert peak(plot) == pytest.approx(6563, abs=3)
    assert plot is not None
    assert (plot.x_label, plot.y_label) == ("Wavelength (Å)", "Flux (erg/s/cm2/A)")
    assert isinstance(make_preview(tmp_path / "a.fits"), Preview)


def test_a_log_linear_axis(tmp_path: Path) -> None:
    waves = 10 ** np.linspace(3.6, 3.85, 1000)
    header = fits.Header({"CRVAL1": 3.6, "CRPIX1": 1.0, "CD1_1": 0.25 / 999, "DC-FLAG": 1})
    fits.PrimaryHDU(np.exp(-((waves - 5007) ** 2) / 50), header).writeto(tmp_path / "a.fits")
    assert peak(image_plot(tmp_path / "a.fits")) == pytest.approx(5007, abs=4)


def test_multispec_orders_have_their_own_axes(tmp_path: Path) -> None:
    words = 'wtype=multispec spec1 = "1 1 0 5000. 0.5 1000 0. 1. 2." '
    words += 'spec2 = "2 2 2 0. 0. 1000 0. 1. 2. 1. 0. 1 2 1. 1000. 6000. 500."'
    header = fits.Header({"CTYPE1": "MULTISPE", "WAT1_001": "wtype=linear label=Wavelength units=angstroms"})
    for number, start in enumerate(range(0, len(words), 68), start=1):
        header[f"WAT2_{number:03d}"] = words[start : start + 68]
    lines = np.zeros((2, 1000), dtype=np.float32)
    lines[0, 100], lines[1, 999] = 1, 1
    fits.PrimaryHDU(lines, header).writeto(tmp_path / "a.fits")
    plot = image_plot(tmp_path / "a.fits")
    assert peak(plot, 0) == pytest.approx(5050)
    assert peak(plot, 1) == pytest.approx(6500)


@pytest.mark.parametrize("is_vector", [False, True])
def test_a_table_of_wavelength_and_flux(tmp_path: Path, *, is_vector: bool) -> None:
    columns = {"wave": WAVES, "flux": FLUX}
    table = Table({name: [values] if is_vector else values for name, values in columns.items()})
    table["wave"].unit, table["flux"].unit = "nm", "Jy"
    table.write(tmp_path / "a.fits")
    budget = Budget(Limits())
    with opened(tmp_path / "a.fits", budget) as hdus:
        plot = spectrum_in_tables(hdus, budget)
    assert peak(plot) == pytest.approx(6563, abs=3)
    assert plot is not None
    assert (plot.x_label, plot.y_label) == ("Wavelength (nm)", "Flux (Jy)")


def test_a_table_of_positions_is_shown_on_the_sky(tmp_path: Path) -> None:
    Table({"ra": [10.0, 11.0], "dec": [40.0, 41.0]}).write(tmp_path / "a.fits")
    budget = Budget(Limits())
    with opened(tmp_path / "a.fits", budget) as hdus:
        plot = catalogue_positions(hdus, budget)
    assert plot is not None
    assert plot.is_sky
    assert isinstance(make_preview(tmp_path / "a.fits"), Preview)


def test_labels_from_files_are_plain_text(tmp_path: Path) -> None:
    header = fits.Header({"CRVAL1": 4000.0, "CDELT1": 3.0, "CTYPE1": "WAVE", "CUNIT1": "$\\frac{", "BUNIT": "$\\bad{$"})
    fits.PrimaryHDU(FLUX, header).writeto(tmp_path / "a.fits")
    assert isinstance(make_preview(tmp_path / "a.fits"), Preview)


def test_a_table_of_other_things_has_no_preview(tmp_path: Path) -> None:
    Table({"a": [1, 2], "wave": ["x", "y"], "flux": ["x", "y"]}).write(tmp_path / "a.fits")
    assert isinstance(make_preview(tmp_path / "a.fits"), NoPreview)


def test_spectra_without_any_value(tmp_path: Path) -> None:
    fits.PrimaryHDU(np.full(100, np.nan)).writeto(tmp_path / "a.fits")
    assert isinstance(make_preview(tmp_path / "a.fits"), NoPreview)
