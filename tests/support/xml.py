"""Documents of ours: read, and held against the schemas that STILTS carries."""

import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.support.requirements import program

__all__ = ["parse_xml", "require_valid_xml"]


def parse_xml(body: bytes) -> ET.Element:
    """Read a document of ours."""
    return ET.fromstring(body)  # noqa: S314 -- our own


def require_valid_xml(body: bytes, folder: Path) -> None:
    """Hold a document against the schemas that STILTS carries."""
    path = folder / "document.xml"
    path.write_bytes(body)
    command = [program("stilts"), "xsdvalidate", "uselocals=true", f"doc={path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{body.decode()}"
    assert "ERROR" not in done.stdout + done.stderr, f"{done.stdout}\n{done.stderr}\n{body.decode()}"
