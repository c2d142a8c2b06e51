"""Files handed in are told by what is in them: a name alone opens nothing."""

import io
import zipfile

import pytest

from portal.access import Refused
from portal.services.work_files import MAX_FILE_BYTES, TYPES, check_file
from tests.graded import PDF

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"IEND\xaeB`\x82"
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 20


def office(main, *more, types="[Content_Types].xml"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in (types, main, *more):
            archive.writestr(name, "<x/>")
    return out.getvalue()


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", b"\0" * (201 * 2**20))
    return out.getvalue()


SOUND = {
    "plan.pdf": PDF,
    "Plan.DOCX": office("word/document.xml"),
    "slides.pptx": office("ppt/presentation.xml"),
    "sheet.xlsx": office("xl/workbook.xml"),
    "plan.odt": office("content.xml", types="mimetype"),
    "board.png": PNG,
    "board.jpeg": JPG,
    "plan.txt": "Grüße an alle".encode(),
    "plan.md": b"# Plan",
    "values.csv": b"a,b\n1,2\n",
}


@pytest.mark.parametrize("name", SOUND)
def test_a_file_that_is_what_its_name_says_is_taken(name):
    file = check_file(name, SOUND[name])

    assert (file.name, file.body) == (name, SOUND[name])
    assert file.media_type == TYPES[file.ending]


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("plan.pdf", office("word/document.xml"), "not what is in it"),
        ("plan.pdf", b"%PDF-1.7 cut off", "not what is in it"),
        ("plan.docx", PDF, "not what is in it"),
        ("plan.docx", office("xl/workbook.xml"), "not what is in it"),
        ("plan.docx", office("word/document.xml", "word/vbaProject.bin"), "not what is in it"),
        ("plan.docx", office("word/document.xml", "word/VBAPROJECT.bin"), "not what is in it"),
        ("plan.xlsx", office("xl/workbook.xml", "xl/macrosheets/a.xml"), "not what is in it"),
        (
            "plan.odt",
            office("content.xml", "Basic/Standard/Module1.xml", types="mimetype"),
            "not what is in it",
        ),
        (
            "plan.odt",
            office("content.xml", "Scripts/python/run.py", types="mimetype"),
            "not what is in it",
        ),
        ("plan.docx", b"PK\x03\x04 damaged", "not what is in it"),
        ("board.png", JPG, "not what is in it"),
        ("plan.txt", b"\xff\xfe\x00a", "not what is in it"),
        ("plan.txt", b"a\x00b", "not what is in it"),
        ("plan.exe", b"MZ", "kind of file is not taken"),
        ("plan.html", b"<p>", "kind of file is not taken"),
        ("plan.svg", b"<svg/>", "kind of file is not taken"),
        ("plan", PDF, "kind of file is not taken"),
        ("plan.pdf.exe", PDF, "kind of file is not taken"),
        ("", PDF, "kind of file is not taken"),
        ("plan.pdf", b"", "empty"),
        ("plan.pdf", PDF + b"\0" * MAX_FILE_BYTES, "at most 5 MB"),
    ],
)
def test_a_file_that_is_something_else_is_refused_with_what_was_expected(name, body, says):
    with pytest.raises(Refused, match=says):
        check_file(name, body)


def test_an_archive_that_would_unpack_to_too_much_is_refused_without_unpacking():
    with pytest.raises(Refused, match="not what is in it"):
        check_file("plan.docx", bomb())


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/plan.pdf", "plan.pdf"),
        ("C:\\desk\\plan.pdf", "plan.pdf"),
        ('pl"an\r\nX: y;.pdf', "planX y.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_leads_nowhere_and_breaks_no_header(name, kept):
    assert check_file(name, PDF).name == kept
