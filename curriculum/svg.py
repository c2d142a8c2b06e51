"""Drawings: what in an SVG file could act instead of only showing."""

from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from curriculum.phrases import Phrase

_ACTIVE = frozenset(
    {"script", "foreignobject", "iframe", "object", "embed", "handler", "listener", "set",
     "animate", "animatemotion", "animatetransform", "use-external", "audio", "video"}
)  # fmt: skip


def active_content(data: bytes) -> Phrase | None:
    """What is wrong with a drawing in a few words; None when it only shows."""
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as fault:
        return Phrase("cannot be read safely ({fault})", fault=type(fault).__name__)
    if _local(root.tag) != "svg":
        return Phrase("is no SVG")
    for element in root.iter():
        name = _local(element.tag)
        if name in _ACTIVE:
            return Phrase("holds <{name}>, which may act or load something; remove it", name=name)
        for key, value in element.attrib.items():
            reason = _active_attribute(_local(key), value)
            if reason:
                return reason
        if name == "style" and (
            "@import" in (element.text or "") or "url(" in (element.text or "")
        ):
            return Phrase("loads something in its style; remove it")
    return None


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2].casefold()


def _active_attribute(name: str, value: str) -> Phrase | None:
    plain = value.strip().casefold()
    if name.startswith("on"):
        return Phrase("holds the attribute '{name}', which may act; remove it", name=name)
    if name == "href" and not plain.startswith(("#", "data:image/png", "data:image/jpeg")):
        return Phrase("links to something outside; remove the link")
    if "url(" in plain and "url(#" not in plain.replace(" ", "").replace("'", "").replace('"', ""):
        return Phrase("loads something from outside; remove it")
    return None
