# SPDX-License-Identifier: BSD-3-Clause
"""Exposures: who looked at what, when, with which instrument, and the night's clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from archive.astro.simulator.targets import Target

__all__ = ["FIRST_NIGHT", "SITES", "Exposure", "Site", "mjd_of"]

FIRST_NIGHT = date(2016, 11, 7)
_MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)


@dataclass(frozen=True)
class Site:
    """A mountain.

    Parameters
    ----------
    code
        NOAO's: ``ct``, ``kp`` or ``cp``.
    longitude, latitude
        Degrees, east positive.
    dusk
        UTC hour at which the nights of November begin; after midnight it is of the next day.
    """

    code: str
    observatory: str
    longitude: float
    latitude: float
    elevation: float
    dusk: float


SITES = {
    "ct": Site("ct", "CTIO", -70.81489, -30.16606, 2215.0, 24.3),
    "cp": Site("cp", "SOAR", -70.73372, -30.23799, 2738.0, 24.3),
    "kp": Site("kp", "KPNO", -111.6, 31.96333, 2120.0, 25.0),
}


@dataclass(frozen=True)
class Exposure:
    """One opening of the shutter.

    Parameters
    ----------
    kind
        ``object``, ``standard``, ``zero``, ``dark``, ``dome flat``, ``sky`` or ``comparison``.
    band
        Name of the filter in short, or of the mode where there is none.
    number
        Running number of the instrument.
    offset
        Of the pointing from the target, arcsec east and north.
    """

    site: Site
    telescope: str
    instrument: str
    propid: str
    pi: str
    night: date
    start: datetime
    seconds: float
    kind: str
    band: str
    number: int
    target: Target
    offset: tuple[float, float] = (0.0, 0.0)

    @property
    def is_on_sky(self) -> bool:
        """Whether light of the sky falls in."""
        return self.kind in {"object", "standard", "sky"}

    @property
    def ra(self) -> float:
        """Right ascension of the pointing, degrees."""
        return float((self.target.ra + self.offset[0] / 3600 / np.cos(np.radians(self.target.dec))) % 360)

    @property
    def dec(self) -> float:
        """Declination of the pointing, degrees."""
        return self.target.dec + self.offset[1] / 3600

    @property
    def end(self) -> datetime:
        """When the shutter closed."""
        return self.start + timedelta(seconds=self.seconds)

    @property
    def mjd(self) -> float:
        """Modified Julian date of the start, UTC."""
        return mjd_of(self.start)

    @property
    def sidereal_time(self) -> float:
        """Local mean sidereal time of the start, hours."""
        days = self.mjd - 51544.5
        return float((18.697374558 + 24.06570982441908 * days + self.site.longitude / 15) % 24)

    @property
    def hour_angle(self) -> float:
        """Hours, west positive."""
        return float((self.sidereal_time - self.ra / 15 + 12) % 24 - 12)

    @property
    def zenith_distance(self) -> float:
        """Degrees."""
        latitude, dec = np.radians(self.site.latitude), np.radians(self.dec)
        turn = np.radians(self.hour_angle * 15)
        sine = np.sin(latitude) * np.sin(dec) + np.cos(latitude) * np.cos(dec) * np.cos(turn)
        return float(np.degrees(np.arccos(np.clip(sine, -1, 1))))

    @property
    def airmass(self) -> float:
        """Of the start; the horizon's for what is below 15 degrees, as for lamps."""
        return round(1 / float(np.cos(np.radians(min(self.zenith_distance, 75.0)))), 3)

    @property
    def names(self) -> tuple[str, str, str]:
        """What the noise of this exposure is seeded by."""
        return (self.telescope, self.instrument, f"{self.start:%Y%m%dT%H%M%S}")


def mjd_of(time: datetime) -> float:
    """Give the modified Julian date."""
    return (time - _MJD_EPOCH) / timedelta(days=1)
