"""The report of a program as one HTML file that needs nothing else, and no clock.

The same data gives the same bytes. Charts are drawn in the light palette; in the dark the page's
own rules repaint them, because a file that is handed on cannot ask who reads it.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from assessments.compare import Comparison
from assessments.sentences import COMPARABILITY_ON_SCREEN
from portal.charts.comparison_estimates import method_lines, method_table
from portal.charts.comparison_figures import (
    Figure,
    fair_words,
    figures_of,
    hidden_teams_words,
)
from portal.charts.export import LIGHT, chart_to_svg
from portal.charts.growth_points import occasion_names
from portal.charts.promise import promise_words
from portal.services.comparing import ComparedProgram
from portal.text import _, date_text, phrase_text

# The dark palette of the portal, in the order of the light one.
DARK = ("#74B6F2", "#F2A25C", "#E6ECEB", "#A3B1B6", "#C3AEF0", "#7FD3A4")
AXIS = "#47565C"
GRID = "#ddd"
# What an SVG says of its marks is for drawing programs; readers get the words of the figure.
_NOTES = re.compile(r' (?:role|aria-[a-z]+|class|pointer-events)="[^"]*"')
_ROOT = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"[^>]*>')
_GROUND = re.compile(r'<rect width="[\d.]+" height="[\d.]+" fill="white"/>')
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; color: #0F191E; background: #FFFFFF; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 2rem; line-height: 1.2; } h2 { margin-top: 3rem; } h3 { margin-top: 2rem; }
.verdict { border: 1px solid #5B6A70; border-radius: 8px; padding: 0 1rem; }
.badge { font-weight: 600; } figure { margin: 1rem 0; overflow-x: auto; }
svg { max-width: 100%; height: auto; display: block; }
table { border-collapse: collapse; } .table { overflow-x: auto; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #CBD5D3; }
code { overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
  body { color: #E6ECEB; background: #10171A; }
  th, td { border-color: #2C3A40; } .verdict { border-color: #A3B1B6; }
%s
}
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is made of: a program at every occasion that was compared."""

    name: str
    min_group: int
    parts: tuple[ComparedProgram, ...]


def report_html(report: Report, *, language: str = "en") -> str:
    """Write a report; the same one gives the same text."""
    program = report.parts[0].program
    title = _("Programs compared: {name}").format(name=program.name)
    body = [
        f"<h1>{_safe(program.name)}</h1>",
        _paragraph(_about(report)),
        *(line for part in report.parts for line in _part(part)),
        *_origin(report),
    ]
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{_safe(language)}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_safe(title)}</title>",
        "<style>" + _STYLE.replace("%s", _dark_rules()) + "</style>",
        "</head>",
        "<body>",
        "<main>",
        *body,
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _about(report: Report) -> str:
    program = report.parts[0].program
    design = (
        _("Places were drawn by lot, and the draw is on record.")
        if program.drawn
        else _("People were not drawn by lot: they, or their managers, chose the route.")
    )
    starts = _("The program started on {day}.").format(day=date_text(program.starts_on))
    return f"{starts} {design}"


def _part(part: ComparedProgram) -> Iterator[str]:
    """Write one occasion: the verdict first, then what it rests on."""
    compared = part.compared
    if compared is None:
        return
    comparison = compared.comparison
    when = occasion_names()[part.target]
    yield f"<h2>{_safe(_('Compared at: {when}').format(when=when))}</h2>"
    if part.stale:
        yield _paragraph(_("Results came in after this was computed. It does not know them yet."))
    promised = promise_words(part)
    if promised is not None:
        yield _paragraph(promised)
    yield from _verdict(comparison)
    for figure in figures_of(compared, dark=False):
        yield from _figure(figure, when=when)
    if comparison.withheld:
        yield f"<h3>{_safe(_('What would make it fair'))}</h3>"
        yield from map(_paragraph, fair_words(compared))
    elif compared.hidden_teams:
        yield _paragraph(hidden_teams_words(compared))
    yield f"<h3>{_safe(_('How this was computed'))}</h3>"
    yield from map(_paragraph, method_lines(comparison))
    if comparison.primary is not None:
        yield _table(method_table(comparison), caption=f"{_('Every estimate')} · {when}")


def _verdict(comparison: Comparison) -> Iterator[str]:
    badge = phrase_text(COMPARABILITY_ON_SCREEN[comparison.comparability])
    yield '<div class="verdict">'
    yield f'<p class="badge">{_safe(badge)}</p>'
    yield _paragraph(phrase_text(comparison.sentence).removeprefix(f"{badge}. "))
    if comparison.warnings:
        yield f"<p>{_safe(_('To keep in mind'))}</p>"
        yield "<ul>"
        for warning in map(phrase_text, comparison.warnings):
            yield f"<li>{_safe(warning[:1].upper() + warning[1:])}.</li>"
        yield "</ul>"
    yield "</div>"


def _figure(figure: Figure, *, when: str) -> Iterator[str]:
    yield f"<h3>{_safe(figure.title)}</h3>"
    yield f"<figure>{_svg(chart_to_svg(figure.chart), alt=figure.alt)}</figure>"
    if figure.words:
        yield _paragraph(figure.words)
    yield _table(figure.table, caption=f"{figure.title} · {when}")


def _svg(text: str, *, alt: str) -> str:
    """Return a chart to stand inside a page: with its words, without a ground of its own."""
    plain = _GROUND.sub("", _NOTES.sub("", text), count=1)
    return _ROOT.sub(
        lambda found: (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{_safe(alt)}" '
            f'width="{found[1]}" height="{found[2]}" viewBox="0 0 {found[1]} {found[2]}">'
        ),
        plain,
        count=1,
    )


def _table(frame: pd.DataFrame, *, caption: str) -> str:
    heads = "".join(f'<th scope="col">{_safe(str(name))}</th>' for name in frame.columns)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{_safe(str(cell))}</td>" for cell in row) + "</tr>"
        for row in frame.itertuples(index=False)
    )
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{_safe(caption)}">'
        f"<table><caption>{_safe(caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def _origin(report: Report) -> Iterator[str]:
    """Say from what, by which code and with which floor the report was made."""
    yield f"<h2>{_safe(_('Where these figures come from'))}</h2>"
    yield _paragraph(
        _(
            "Scores are on the scale 500 + 100 θ. Means are shown from {n} learners on, growth of "
            "a team from {many}; what is hidden on the page is hidden here."
        ).format(n=report.min_group + 1, many=2 * report.min_group)
    )
    rows = [
        (
            occasion_names()[part.target],
            part.origin.code_version,
            part.origin.inputs_hash,
        )
        for part in report.parts
        if part.origin is not None
    ]
    frame = pd.DataFrame(rows, columns=[_("Occasion"), _("Code"), _("SHA-256 of the data")])
    yield _table(frame, caption=_("Versions and hashes."))
    yield _paragraph(_("Made by {name}.").format(name=report.name))


def _paragraph(text: str) -> str:
    return f"<p>{_safe(text)}</p>"


def _safe(text: str) -> str:
    return html.escape(text, quote=True)


def _dark_rules() -> str:
    """Return the rules that repaint the charts: each colour of the light palette by its fellow."""
    pairs = [*zip(LIGHT, DARK, strict=True), (AXIS, "#B4C0C4"), (GRID, "#2C3A40")]
    pairs.append(("#000", DARK[2]))
    return "\n".join(
        f'  svg [{part}="{light}" i] {{ {part}: {dark}; }}'
        for light, dark in pairs
        for part in ("fill", "stroke")
    )
