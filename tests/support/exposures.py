"""Small logs of exposures, in the form of the NOAO archive's exposure tables."""

from collections.abc import Sequence
from pathlib import Path

from astropy.table import Table

OUTLINES = """# Two detectors
{1: [[-0.5, 0.98], [-0.5, 0.83], [-0.2, 0.83], [-0.2, 0.98]],
 3: [[0.16, 0.98], [0.16, 0.83], [0.46, 0.83], [0.46, 0.98]]}
"""


def row(stamp: str = "191228_054918", **changes: object) -> dict[str, object]:
    """Give one exposure, with some of its columns changed; `stamp` makes other file names."""
    folder = "/net/mss1/archive/pipe/20191227/ct4m/2018A-0273/"
    return {
        "DATE_OBS": f"20{stamp[:2]}-{stamp[2:4]}-{stamp[4:6]} {stamp[7:9]}:{stamp[9:11]}:{stamp[11:13]}.778",
        "MJD_OBS": 58845.24257845,
        "FILTER": "g DECam SDSS c0001 4720.0 1520.0",
        "PROP_ID": "2018A-0273",
        "RA": 80.7340416666667,
        "DEC": -65.1310277777778,
        "EXPOSURE": 200.0,
        "RELEASE_DATE": "2019-12-26 00:00:00",
        "FLUXFILE": f"{folder}c4d_{stamp}_ooi_g_v1.fits.fz",
        "MASKFILE": f"{folder}c4d_{stamp}_ood_g_v1.fits.fz",
        "WTFILE": f"{folder}c4d_{stamp}_oow_g_v1.fits.fz",
    } | changes


def write_log(folder: Path, rows: Sequence[dict[str, object]]) -> Path:
    """Write a FITS table."""
    path = folder / "exposures.fits"
    Table(rows=list(rows)).write(path, overwrite=True)
    return path
