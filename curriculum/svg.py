"""Drawings: what in an SVG file could act instead of only showing."""

from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

_ACTIVE = frozenset(
    {"script", "foreignobject", "iframe", "object", "embed", "handler", "listener", "set",
     "animate", "animatemotion", "animatetransform", "use-external", "audio", "video"}
)  # fmt: skip


def active_content(data: bytes) -> str:
    """What is wrong with a drawing in a few words; empty when it only shows."""
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as fault:
        return f"cannot be read safely ({type(fault).__name__})"
    if _local(root.tag) != "svg":
        return "is no SVG"
    for element in root.iter():
        name = _local(element.tag)
        if name in _ACTIVE:
            return f"holds <{name}>, which may act or load something; remove it"
        for key, value in element.attrib.items():
            reason = _active_attribute(_local(key), value)
            if reason:
                return reason
        if name == "style" and (
            "@import" in (element.text or "") or "url(" in (element.text or "")
        ):
            return "loads something in its style; remove it"
    return ""


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2].casefold()


def _active_attribute(name: str, value: str) -> str:
    plain = value.strip().casefold()
    if name.startswith("on"):
        return f"holds the attribute '{name}', which may act; remove it"
    if name == "href" and not plain.startswith(("#", "data:image/png", "data:image/jpeg")):
        return "links to something outside; remove the link"
    if "url(" in plain and "url(#" not in plain.replace(" ", "").replace("'", "").replace('"', ""):
        return "loads something from outside; remove it"
    return ""
