"""``/tap``: the protocol of ``vo.http``, mounted on what the archive is."""

from archive.web.tap.mounting import mount_tap

__all__ = ["mount_tap"]
