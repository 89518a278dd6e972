# SPDX-License-Identifier: BSD-3-Clause
"""What a service can do, and where (VOSI 1.1 §4, TAPRegExt 1.0)."""

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from vo.dali.xml import add, start, to_bytes

__all__ = [
    "ANONYMOUS",
    "Capability",
    "Interface",
    "Language",
    "LanguageFeature",
    "Limit",
    "OutputFormat",
    "TableAccess",
    "write_capabilities",
]

ANONYMOUS = ""
"""The security method of those who show nothing."""

_NAMESPACES = {
    "vosi": "http://www.ivoa.net/xml/VOSICapabilities/v1.0",
    "vr": "http://www.ivoa.net/xml/VOResource/v1.0",
    "vs": "http://www.ivoa.net/xml/VODataService/v1.1",
    "tr": "http://www.ivoa.net/xml/TAPRegExt/v1.0",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


@dataclass(frozen=True)
class Interface:
    """Where a capability is found.

    Parameters
    ----------
    url
        Absolute.
    is_base
        Whether paths are appended to it.
    is_for_people
        Whether it is for a browser.
    security
        Standard ids of the ways to authenticate; `ANONYMOUS` for none. Without any it is
        anonymous only.
    """

    url: str
    version: str = ""
    is_base: bool = False
    is_for_people: bool = False
    security: tuple[str, ...] = ()


@dataclass(frozen=True)
class LanguageFeature:
    """One thing of a language that not every service has.

    Parameters
    ----------
    kind
        Standard id of the list that it belongs to.
    form
        How it is written; for functions the signature.
    """

    kind: str
    form: str
    description: str = ""


@dataclass(frozen=True)
class Language:
    """A query language.

    Parameters
    ----------
    versions
        Version and standard id, oldest first.
    """

    name: str
    versions: tuple[tuple[str, str], ...]
    description: str = ""
    features: tuple[LanguageFeature, ...] = ()


@dataclass(frozen=True)
class OutputFormat:
    """A form of answers.

    Parameters
    ----------
    standard_id
        Empty where the media type says it all.
    """

    media_type: str
    aliases: tuple[str, ...] = ()
    standard_id: str = ""


@dataclass(frozen=True)
class Limit:
    """A limit: what holds unasked, and what holds at most.

    Parameters
    ----------
    unit
        ``row`` or ``byte``; empty for seconds.
    """

    default: int | None = None
    hard: int | None = None
    unit: str = ""


@dataclass(frozen=True)
class TableAccess:
    """What TAPRegExt 1.0 tells of a TAP service; it has room for one limit of a kind.

    Parameters
    ----------
    data_models
        Standard id and a word for people.
    upload_methods
        Standard ids.
    duration
        Of asynchronous queries.
    """

    languages: tuple[Language, ...]
    formats: tuple[OutputFormat, ...]
    data_models: tuple[tuple[str, str], ...] = ()
    upload_methods: tuple[str, ...] = ()
    retention: Limit | None = None
    duration: Limit | None = None
    output_limit: Limit | None = None
    upload_limit: Limit | None = None


@dataclass(frozen=True)
class Capability:
    """One thing that a service can do."""

    standard_id: str
    interfaces: tuple[Interface, ...]
    description: str = ""
    table_access: TableAccess | None = None


def write_capabilities(capabilities: Iterable[Capability]) -> bytes:
    """Write the document."""
    root = start("vosi:capabilities", _NAMESPACES)
    for capability in capabilities:
        attributes = {"standardID": capability.standard_id}
        if capability.table_access is not None:
            attributes["xsi:type"] = "tr:TableAccess"
        element = add(root, "capability", None, attributes)
        if capability.description:
            add(element, "description", capability.description)
        for interface in capability.interfaces:
            _interface(element, interface)
        if capability.table_access is not None:
            _table_access(element, capability.table_access)
    return to_bytes(root)


def _interface(parent: ET.Element, interface: Interface) -> None:
    attributes = {"xsi:type": "vr:WebBrowser" if interface.is_for_people else "vs:ParamHTTP", "role": "std"}
    if interface.version:
        attributes["version"] = interface.version
    element = add(parent, "interface", None, attributes)
    add(element, "accessURL", interface.url, {"use": "base" if interface.is_base else "full"})
    for method in interface.security:
        add(element, "securityMethod", None, {"standardID": method} if method else None)


def _table_access(parent: ET.Element, access: TableAccess) -> None:
    for standard_id, word in access.data_models:
        add(parent, "dataModel", word, {"ivo-id": standard_id})
    for language in access.languages:
        _language(parent, language)
    for form in access.formats:
        element = add(parent, "outputFormat", None, {"ivo-id": form.standard_id} if form.standard_id else None)
        add(element, "mime", form.media_type)
        for alias in form.aliases:
            add(element, "alias", alias)
    for method in access.upload_methods:
        add(parent, "uploadMethod", None, {"ivo-id": method})
    for tag, limit in (
        ("retentionPeriod", access.retention),
        ("executionDuration", access.duration),
        ("outputLimit", access.output_limit),
        ("uploadLimit", access.upload_limit),
    ):
        if limit is not None:
            _limit(parent, tag, limit)


def _language(parent: ET.Element, language: Language) -> None:
    element = add(parent, "language")
    add(element, "name", language.name)
    for version, standard_id in language.versions:
        add(element, "version", version, {"ivo-id": standard_id})
    if language.description:
        add(element, "description", language.description)
    for kind in dict.fromkeys(feature.kind for feature in language.features):
        features = add(element, "languageFeatures", None, {"type": kind})
        for feature in (each for each in language.features if each.kind == kind):
            entry = add(features, "feature")
            add(entry, "form", feature.form)
            if feature.description:
                add(entry, "description", feature.description)


def _limit(parent: ET.Element, tag: str, limit: Limit) -> None:
    element = add(parent, tag)
    unit = {"unit": limit.unit} if limit.unit else None
    for name, value in (("default", limit.default), ("hard", limit.hard)):
        if value is not None:
            add(element, name, str(value), unit)
