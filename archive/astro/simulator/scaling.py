# SPDX-License-Identifier: BSD-3-Clause
"""Exposures by the million for benchmarks: no files, but places, times and outlines as of fifteen years."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from archive.astro.camera import Camera as FocalPlane
from archive.astro.simulator.camera import Camera
from archive.astro.simulator.instruments import decam, imagers, mosaic3, newfirm, ninetyprime
from archive.astro.simulator.seeds import chance
from archive.astro.simulator.stars import Floats

__all__ = ["BATCH", "MADE_CAMERAS", "MadeCamera", "MadeExposure", "made_batch"]

BATCH = 5000
"""Exposures of one batch; each has four products."""

_FIRST_NIGHT = date(2010, 8, 1)
_NIGHTS = 15 * 365
_NIGHT_SECONDS = 36_000
# Steps through all seconds of all nights and meets none twice, since it has no common factor with their number.
_STRIDE = 94_906_267
_POLE_RA, _POLE_DEC, _CENTRE_LON = 192.85948, 27.12825, 122.93192
_FIELDS = 12_000
_POPULAR = (
    (10.68, 41.27),
    (23.46, 30.66),
    (80.89, -69.76),
    (83.82, -5.39),
    (150.12, 2.21),
    (53.12, -27.81),
    (201.37, -43.02),
)


@dataclass(frozen=True)
class MadeCamera:
    """A camera of the benchmark: its share of all exposures, and what its products are called."""

    telescope: str
    instrument: str
    site: str
    prefix: str
    share: float
    bands: tuple[str, ...]
    plane: FocalPlane


@dataclass(frozen=True)
class MadeExposure:
    """One exposure of one camera."""

    start: datetime
    night: date
    ra: float
    dec: float
    band: str
    seconds: float
    program: int


def _plane(camera: Camera) -> FocalPlane:
    """Give the outlines of a simulated camera as those of the footprints' bulk form are given."""
    turn = np.array(camera.matrix).reshape(2, 2)
    corners = []
    for chip in camera.chips:
        x, y = chip.x0 + np.array([0, 1, 1, 0]) * chip.width, chip.y0 + np.array([0, 0, 1, 1]) * chip.height
        corners.append((turn @ np.stack([x, y])).T * camera.scale / 3600)
    outlines = np.array(corners)
    if np.linalg.det(turn) < 0:
        outlines = outlines[:, ::-1]
    return FocalPlane(np.array([chip.number for chip in camera.chips], dtype=np.int64), outlines)


MADE_CAMERAS = (
    MadeCamera("ct4m", "decam", "ct", "c4d", 0.10, ("u", "g", "r", "i", "z", "Y"), _plane(decam.CAMERA)),
    MadeCamera("kp4m", "mosaic3", "kp", "k4m", 0.20, ("z",), _plane(mosaic3.CAMERA)),
    MadeCamera("kp4m", "newfirm", "kp", "k4n", 0.20, ("J", "H", "Ks"), _plane(newfirm.CAMERA)),
    MadeCamera("bok23m", "90prime", "kp", "ksb", 0.20, ("g", "r"), _plane(ninetyprime.CAMERA)),
    MadeCamera("kp09m", "hdi", "kp", "k09h", 0.20, ("B", "V", "R", "I"), _plane(imagers.HDI)),
    MadeCamera("ct13m", "andicam", "ct", "c13a", 0.10, ("B", "V", "R", "I"), _plane(imagers.ANDICAM)),
)


def made_batch(number: int) -> dict[int, list[MadeExposure]]:
    """Give a batch of exposures by the index of their camera, the same whenever it is asked for.

    Notes
    -----
    Half of the exposures are of a survey's fields, some more than others; a third lie along the
    Galactic plane; the rest are around places that everybody looks at.
    """
    dice = chance("scale", number)
    edges = np.cumsum([camera.share for camera in MADE_CAMERAS])
    cameras = np.searchsorted(edges[:-1], dice.random(BATCH), side="right")
    slots = ((np.arange(BATCH, dtype=np.int64) + number * BATCH) * _STRIDE + 7) % (_NIGHTS * _NIGHT_SECONDS)
    ra, dec = _places(dice, cameras)
    bands, seconds, programs = (
        dice.random(BATCH),
        dice.choice((30.0, 60.0, 90.0, 120.0, 200.0), BATCH),
        dice.random(BATCH),
    )
    batch: dict[int, list[MadeExposure]] = {index: [] for index in range(len(MADE_CAMERAS))}
    for place, index in enumerate(cameras.tolist()):
        night = _FIRST_NIGHT + timedelta(days=int(slots[place]) // _NIGHT_SECONDS)
        names = MADE_CAMERAS[index].bands
        batch[index].append(
            MadeExposure(
                start=datetime.combine(night, time(), tzinfo=UTC)
                + timedelta(hours=25, seconds=int(slots[place]) % _NIGHT_SECONDS),
                night=night,
                ra=float(ra[place]),
                dec=float(dec[place]),
                band=names[int(bands[place] * len(names))],
                seconds=float(seconds[place]),
                program=int(programs[place] ** 2 * 20),
            )
        )
    return batch


def _places(dice: np.random.Generator, cameras: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    count = len(cameras)
    kind = dice.random(count)
    ra, dec = _survey(dice, count)
    plane = _galactic(dice, count)
    popular = np.array(_POPULAR)[dice.integers(0, len(_POPULAR), count)].T
    popular = popular + dice.normal(0, 0.3, (2, count))
    for share, (other_ra, other_dec) in ((0.5, plane), (0.83, popular)):
        ra, dec = np.where(kind > share, other_ra, ra), np.where(kind > share, other_dec, dec)
    # What lies too far from a mountain's zenith is mirrored to its own side of the sky.
    is_south = np.array([camera.site == "ct" for camera in MADE_CAMERAS])[cameras]
    is_out_of_reach = np.where(is_south, dec > 30, dec < -30)
    return ra % 360, np.clip(np.where(is_out_of_reach, -dec, dec), -89.5, 89.5)


def _survey(dice: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Choose fields of an even tiling; each is met many times, with a dither."""
    field = (dice.random(count) ** 1.5 * _FIELDS).astype(int) * 5821 % _FIELDS
    dec = np.degrees(np.arcsin(1 - 2 * (field + 0.5) / _FIELDS))
    ra = field * 137.50776405 % 360
    dither = dice.normal(0, 0.05, (2, count))
    return ra + dither[0] / np.maximum(np.cos(np.radians(dec)), 0.02), dec + dither[1]


def _galactic(dice: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Choose places along the Galactic plane, as equatorial coordinates."""
    lon, lat = np.radians(_CENTRE_LON - dice.random(count) * 360), np.radians(dice.normal(0, 4, count))
    pole = np.radians(_POLE_DEC)
    sine = np.sin(pole) * np.sin(lat) + np.cos(pole) * np.cos(lat) * np.cos(lon)
    ra = _POLE_RA + np.degrees(
        np.arctan2(np.cos(lat) * np.sin(lon), np.cos(pole) * np.sin(lat) - np.sin(pole) * np.cos(lat) * np.cos(lon))
    )
    return ra % 360, np.degrees(np.arcsin(np.clip(sine, -1, 1)))
