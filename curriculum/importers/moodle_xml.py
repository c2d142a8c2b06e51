"""Moodle XML → questions; every element of a question is used, known to say nothing, or named."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from curriculum.importers.moodle_answers import (
    Answering,
    choice_answers,
    essay_answers,
    matching_answers,
    numeric_answers,
    ordering_answers,
    short_answers,
    truefalse_answers,
)
from curriculum.importers.moodle_text import is_on, text_of, words_of
from curriculum.importers.question import Fault, Question, Reading, Refusal, Refused
from curriculum.importers.source_text import MAX_BYTES, read_text, too_large
from curriculum.importers.xml_tree import Node, Slice, XmlFault, parse_xml, question_slices
from curriculum.phrases import Phrase, Said

_DECLARED = re.compile(rb"<\?xml[^>\n]{0,200}?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]*)")
_READERS: dict[str, Callable[[Node, list[Said]], Answering]] = {
    "multichoice": choice_answers,
    "truefalse": truefalse_answers,
    "shortanswer": short_answers,
    "numerical": numeric_answers,
    "matching": matching_answers,
    "match": matching_answers,
    "ordering": ordering_answers,
    "essay": essay_answers,
}
_GAPS = Phrase("a cloze text asks several things at once; write an item for each gap")
_DRAWN = Phrase("its figures are drawn anew for each learner; items here have fixed figures")
_REFUSED_TYPES = {
    "description": Phrase("not a question: it is text without answers"),
    "cloze": _GAPS,
    "multianswer": _GAPS,
    "gapselect": _GAPS,
    "ddwtos": _GAPS,
    "calculated": _DRAWN,
    "calculatedsimple": _DRAWN,
    "calculatedmulti": _DRAWN,
    "randomsamatch": Phrase("it is put together from other questions for each learner"),
    "random": Phrase("it is drawn from other questions for each learner"),
}
# Elements that every question of an export carries, whatever its type; what they say for their
# own type is read there, and for other types Moodle passes over them too.
_KNOWN = frozenset(
    """
    name questiontext generalfeedback defaultgrade penalty hidden idnumber tags hint answer
    subquestion single shuffleanswers answernumbering showstandardinstruction shownumcorrect
    correctfeedback partiallycorrectfeedback incorrectfeedback usecase units unitgradingtype
    unitpenalty showunits unitsleft instructions responseformat responserequired
    responsefieldlines minwordlimit maxwordlimit attachments attachmentsrequired maxbytes
    filetypeslist graderinfo responsetemplate responsetemplateformat stamp version timecreated
    timemodified createdby modifiedby layouttype selecttype selectcount gradingtype showgrading
    numberingstyle
    """.split()  # noqa: SIM905
)


@dataclass(slots=True)
class _Progress:
    """What was read so far."""

    questions: list[Question | Refused] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    notes: list[Said] = field(default_factory=list)

    def take(self, node: Node) -> None:
        """Read one `<question>` element."""
        if node.attributes.get("type") == "category":
            self.categories.append(_category(node))
            return
        number = len(self.questions) + 1
        category = self.categories[-1] if self.categories else ""
        self.questions.append(_read(node, number=number, category=category))

    def refuse(self, piece: Slice, *, reason: Said, line: int) -> None:
        """Count a question whose XML cannot be read."""
        number = len(self.questions) + 1
        self.questions.append(Refused(number, piece.line, "", reason, line))

    def reading(self, fault: Fault | None = None) -> Reading:
        """Everything together."""
        return Reading(
            tuple(self.questions), tuple(self.categories), fault=fault, notes=tuple(self.notes)
        )


def read_moodle_xml(source: str | bytes) -> Reading | Fault:
    """Every question of a Moodle XML file.

    In XML that is not well formed each question that is so by itself is still read.
    """
    data = source.encode("utf-8", errors="surrogatepass") if isinstance(source, str) else source
    if len(data) > MAX_BYTES:
        return too_large(len(data))
    if isinstance(source, bytes) and (mismatch := _declared_in_vain(source)):
        return mismatch
    try:
        # A text was decoded already, whatever its first line still says.
        root = parse_xml(data, encoding="utf-8" if isinstance(source, str) else None)
    except XmlFault as fault:
        place = Fault(fault.line, fault.column, fault.reason)
        return place if fault.is_forbidden else _read_slices(source, fault=place)
    if root.tag != "quiz":
        return Fault(
            root.line,
            1,
            Phrase("the XML begins with <{tag}>, Moodle's with <quiz>", tag=root.tag[:40]),
        )
    progress = _Progress()
    for child in root.children:
        if child.tag == "question":
            progress.take(child)
        else:
            progress.notes.append(
                Phrase("line {line}: <{tag}> is no question", line=child.line, tag=child.tag[:40])
            )
    return progress.reading()


def _declared_in_vain(data: bytes) -> Fault | None:
    """The fault of XML that declares an encoding of single bytes and is UTF-8 all the same.

    XML says its own encoding, so one that Python knows and the bytes fit is followed. The parser
    finds every mismatch but this one: in such an encoding each byte is a letter.
    """
    declared = _DECLARED.match(data)
    if declared is None or declared[1].upper().startswith(b"UTF") or data.isascii():
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    name = declared[1].decode()
    reason = Phrase(
        "the file says its encoding is {name}, and it is UTF-8; write UTF-8 here instead", name=name
    )
    return Fault(1, declared.start(1) + 1, reason)


def _read_slices(source: str | bytes, *, fault: Fault) -> Reading | Fault:
    text = read_text(source)
    if isinstance(text, Fault):
        return text
    pieces = list(question_slices(text))
    if not pieces or "<quiz" not in text[: text.find("<question")]:
        return fault
    progress = _Progress()
    progress.notes.append(
        Phrase(
            "line {line}: {reason}; each question was read by itself",
            line=fault.line,
            reason=fault.reason,
        )
    )
    for piece in pieces:
        try:
            node = parse_xml(piece.text.encode(), encoding="utf-8", first_line=piece.line)
        except XmlFault as inner:
            reason = (
                inner.reason if piece.is_closed else Phrase("the question has no end: </question>")
            )
            line = inner.line if piece.is_closed else piece.line
            progress.refuse(piece, reason=reason, line=line)
        else:
            progress.take(node)
    return progress.reading()


def _category(node: Node) -> str:
    category = node.first("category")
    return words_of(category) if category is not None else ""


def _read(node: Node, *, number: int, category: str) -> Question | Refused:
    type_name = node.attributes.get("type", "").strip()
    name = words_of(node.first("name"))
    reader = _READERS.get(type_name)
    if reader is None:
        reason = _REFUSED_TYPES.get(
            type_name,
            Phrase(
                "the question type '{type_name}' has no counterpart here", type_name=type_name[:40]
            ),
        )
        if not type_name:
            reason = Phrase("the question does not say its type")
        return Refused(number, node.line, name, reason, node.line, type_name)
    try:
        question = _question(node, reader=reader, number=number, name=name)
    except Refusal as refusal:
        line = refusal.line or node.line
        return Refused(number, node.line, name, refusal.reason, line, type_name)
    return replace(question, type_name=type_name, category=category)


def _question(
    node: Node, *, reader: Callable[[Node, list[Said]], Answering], number: int, name: str
) -> Question:
    notes: list[Said] = []
    stem = text_of(node.first("questiontext"), default="html", notes=notes)
    if stem.is_empty:
        raise Refusal(Phrase("the question has no words"))
    answering = reader(node, notes)
    settings = [*answering.settings, *_points(node, notes)]
    hints = [text_of(hint, default="html", notes=notes) for hint in node.all("hint")]
    _note_rest(node, notes)
    return Question(
        kind=answering.kind,
        number=number,
        line=node.line,
        name=name,
        stem=stem,
        options=answering.options,
        matches=answering.matches,
        steps=answering.steps,
        one_answer=answering.one_answer,
        explanation=text_of(node.first("generalfeedback"), default="html", notes=notes),
        hints=tuple(hint for hint in hints if not hint.is_empty),
        grader_notes=answering.grader_notes,
        settings=tuple(settings),
        tags=_tags(node),
        source_id=words_of(node.first("idnumber")),
        warnings=tuple(notes),
    )


def _points(node: Node, notes: list[Said]) -> Sequence[tuple[str, str]]:
    words = words_of(node.first("defaultgrade"))
    if not words:
        return ()
    try:
        points = float(words)
    except ValueError:
        points = 0.0
    if not 0 < points <= 1000:
        notes.append(
            Phrase("the grade '{words}' is not kept; the item is worth 1 point", words=words[:20])
        )
        return ()
    written = f"{points:.6f}".rstrip("0").rstrip(".")
    return () if written in {"1", "0"} else (("points", written),)


def _tags(node: Node) -> tuple[str, ...]:
    found = node.first("tags")
    if found is None:
        return ()
    return tuple(words for tag in found.all("tag") if (words := words_of(tag)))


def _note_rest(node: Node, notes: list[Said]) -> None:
    if is_on(node.first("hidden")):
        notes.append(Phrase("the question is hidden in the source"))
    notes.extend(
        Phrase("<{tag}> in line {line} is not kept", tag=child.tag[:40], line=child.line)
        for child in node.children
        if child.tag not in _KNOWN
    )
    if node.text.strip():
        notes.append(
            Phrase(
                "words outside of any element are not kept: '{text}'", text=node.text.strip()[:40]
            )
        )
