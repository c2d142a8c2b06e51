"""Faults as text, JSON, GitHub annotations or SARIF."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from curriculum.codes import CODES
from curriculum.model import Problem

FORMATS = ("text", "json", "github", "sarif")
HELP_FOLDER = "docs/problems"


def report(problems: Sequence[Problem], *, form: str) -> str:
    """All faults in one of `FORMATS`; empty text when there is nothing to say."""
    if form == "json":
        return json.dumps([asdict(fault) for fault in problems], ensure_ascii=False, indent=1)
    if form == "sarif":
        return json.dumps(_sarif(problems), ensure_ascii=False, indent=1)
    line = _github_line if form == "github" else _text_line
    return "\n".join(line(fault) for fault in problems)


def summary(problems: Sequence[Problem], *, files: int) -> str:
    """One line that says how many faults there are."""
    errors = sum(1 for fault in problems if fault.level == "error")
    warnings = len(problems) - errors
    return f"{files} files: {errors} errors, {warnings} warnings"


def _text_line(fault: Problem) -> str:
    place = f"{fault.path}:{fault.line}:{fault.column}"
    return f"{place}: {fault.level} {fault.code}: {fault.message}"


def _github_line(fault: Problem) -> str:
    place = f"file={_property(fault.path)},line={fault.line},col={fault.column}"
    return f"::{fault.level} {place},title={fault.code}::{_data(fault.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _sarif(problems: Sequence[Problem]) -> dict[str, object]:
    """SARIF 2.1.0 (OASIS standard)."""
    codes = sorted({fault.code for fault in problems})
    rules = [
        {
            "id": code,
            "shortDescription": {"text": CODES[code][1]},
            "help": {"text": f"See {HELP_FOLDER}/{code}.md"},
            "defaultConfiguration": {"level": CODES[code][0]},
        }
        for code in codes
    ]
    results = [
        {
            "ruleId": fault.code,
            "ruleIndex": codes.index(fault.code),
            "level": fault.level,
            "message": {"text": fault.message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": fault.path},
                        "region": {"startLine": fault.line, "startColumn": fault.column},
                    }
                }
            ],
        }
        for fault in problems
    ]
    driver = {"name": "curriculum check", "rules": rules}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
        ],
    }
