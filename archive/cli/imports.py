# SPDX-License-Identifier: BSD-3-Clause
"""``archive import-exposures``: what is known of files that are elsewhere."""

from pathlib import Path

import click

from archive.astro.camera import read_camera
from archive.astro.exposures import read_exposures
from archive.cli.opening import open_services
from archive.cli.progress import progress
from archive.domain.exposures import ImportCounts

__all__ = ["import_exposures"]

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import-exposures")
@click.argument("file", type=READABLE)
@click.option("--outlines", required=True, type=READABLE, help="Corners of each detector, degrees from the pointing.")
def import_exposures(file: Path, *, outlines: Path) -> None:
    """Import a FITS table of DECam exposures as products known from a catalogue only.

    Each exposure gets its image, mask and weight map, and the outlines of all detectors. The same
    table again adds nothing; after a stop the rest is added.
    """
    camera = read_camera(outlines)
    log = read_exposures(file)
    for row, why in log.refused:
        click.echo(f"row {row}: {why}", err=True)
    total = ImportCounts()
    with open_services() as services, progress(len(log.exposures), "Exposures") as advance:
        for counts in services.exposures.run(log.exposures, camera):
            total = total.plus(counts)
            advance(counts.exposures + counts.known // 3)
    click.echo(
        f"{total.products} products of {total.exposures} exposures added with {total.footprints} footprints, "
        f"{total.known} known already, {len(log.refused)} rows wrong"
    )
    if log.refused:
        raise SystemExit(1)
