"""The tables of graded work: drafts, what was handed in, what markers gave, what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.columns import NAMING, document, key, moment, one_of, to, words

SQLModel.metadata.naming_convention = NAMING

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_TEXT = 40_000


class WorkDraft(SQLModel, table=True):
    """What a learner wrote for a piece of graded work and did not hand in yet.

    `saves` counts up, so that a page notices what another window of the same learner saved.
    """

    __tablename__ = "work_draft"
    learner_id: int = Field(sa_column=to("person.id", primary=True))
    work_id: str = Field(sa_column=to("content.id", primary=True))
    text: str = Field(sa_column=Column(Text(), nullable=False))
    saves: int
    saved_at: datetime = Field(sa_column=moment())
    __table_args__ = (
        CheckConstraint("saves >= 1", name="saves_from_one"),
        CheckConstraint(f"length(text) <= {MAX_TEXT}", name="text_not_too_long"),
    )


class Submission(SQLModel, table=True):
    """Work handed in to be graded; never changed. What was handed in is in submission_content.

    `work_id` is the blueprint, `revision_id` the item in the text that was shown, `markers` how
    many people grade it, `number` counts the submissions of a learner for this work. `sha256` and
    `size` are those of the bytes of its text, link or file.
    """

    id: int = Field(default=None, sa_column=key())
    work_id: str = Field(sa_column=to("content.id"))
    revision_id: int = Field(sa_column=to("revision.id"))
    learner_id: int = Field(sa_column=to("person.id", index=False))
    skill: str
    number: int
    kind: str
    markers: int
    size: int
    sha256: str
    handed_in_at: datetime = Field(sa_column=moment())
    __table_args__ = (
        UniqueConstraint("learner_id", "work_id", "number"),
        one_of("kind", "text", "file", "url"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("markers IN (1, 2)", name="markers_are_one_or_two"),
        CheckConstraint(f"size BETWEEN 1 AND {MAX_FILE_BYTES}", name="size_within_limit"),
        CheckConstraint("length(sha256) = 64", name="sha256_is_whole"),
    )


class SubmissionContent(SQLModel, table=True):
    """The text, link or file that was handed in; it goes when its period or its person does."""

    __tablename__ = "submission_content"
    submission_id: int = Field(sa_column=to("submission.id", primary=True))
    learner_id: int = Field(sa_column=to("person.id"))
    handed_in_at: datetime = Field(sa_column=moment())
    text: str = Field(sa_column=words())
    file_name: str = Field(sa_column=words())
    media_type: str = Field(sa_column=words())
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary(), nullable=True))
    __table_args__ = (
        CheckConstraint(f"length(text) <= {MAX_TEXT}", name="text_not_too_long"),
        CheckConstraint(
            f"body IS NULL OR length(body) <= {MAX_FILE_BYTES}", name="body_within_limit"
        ),
        CheckConstraint("(body IS NULL) = (media_type = '')", name="file_has_a_type"),
    )


class GradingSeat(SQLModel, table=True):
    """A marker who is grading a submission now; gone once the grading is in or given back.

    Seats 1 and 2 are those of the first markers, 3 is that of the one who settles a difference.
    `draft` holds marks and comments as JSON until they are handed in.
    """

    __tablename__ = "grading_seat"
    submission_id: int = Field(sa_column=to("submission.id", primary=True))
    seat: int = Field(primary_key=True)
    marker_id: int = Field(sa_column=to("person.id"))
    taken_at: datetime = Field(sa_column=moment())
    draft: str = Field(sa_column=words())
    __table_args__ = (
        UniqueConstraint("submission_id", "marker_id"),
        CheckConstraint("seat BETWEEN 1 AND 3", name="seat_is_known"),
        CheckConstraint(f"length(draft) <= {MAX_TEXT}", name="draft_not_too_long"),
    )


class Grading(SQLModel, table=True):
    """That a marker graded a submission: one for each seat and marker, never changed."""

    id: int = Field(default=None, sa_column=key())
    submission_id: int = Field(sa_column=to("submission.id", index=False))
    seat: int
    marker_id: int = Field(sa_column=to("person.id"))
    learner_id: int = Field(sa_column=to("person.id"))
    graded_at: datetime = Field(sa_column=moment())
    __table_args__ = (
        UniqueConstraint("submission_id", "seat"),
        UniqueConstraint("submission_id", "marker_id"),
        CheckConstraint("seat BETWEEN 1 AND 3", name="seat_is_known"),
        CheckConstraint("marker_id <> learner_id", name="nobody_grades_themselves"),
    )


class GradingMark(SQLModel, table=True):
    """The mark for one criterion of a grading; `place` counts the rows of the rubric from 0."""

    __tablename__ = "grading_mark"
    grading_id: int = Field(sa_column=to("grading.id", primary=True))
    place: int = Field(primary_key=True)
    mark: int
    __table_args__ = (
        CheckConstraint("mark BETWEEN 0 AND 4", name="mark_is_known"),
        CheckConstraint("place BETWEEN 0 AND 99", name="place_is_a_row"),
    )


class GradingComment(SQLModel, table=True):
    """What a marker wrote to one criterion; place -1 is the whole work."""

    __tablename__ = "grading_comment"
    grading_id: int = Field(sa_column=to("grading.id", primary=True))
    place: int = Field(primary_key=True)
    submission_id: int = Field(sa_column=to("submission.id"))
    learner_id: int = Field(sa_column=to("person.id"))
    marker_id: int = Field(sa_column=to("person.id"))
    graded_at: datetime = Field(sa_column=moment())
    text: str = Field(sa_column=Column(Text(), nullable=False))
    __table_args__ = (
        CheckConstraint("place BETWEEN -1 AND 99", name="place_is_a_row"),
        CheckConstraint("length(text) BETWEEN 1 AND 2000", name="text_fits"),
    )


class GradedResult(SQLModel, table=True):
    """What came of a submission once all its markers were in: the mark of each row, and passed.

    `marks` may hold halves: where two markers are one point apart, theirs is the mean.
    """

    __tablename__ = "graded_result"
    submission_id: int = Field(sa_column=to("submission.id", primary=True))
    learner_id: int = Field(sa_column=to("person.id", index=False))
    skill: str
    marks: Any = Field(sa_column=document())
    share: float
    passed: bool
    decided_at: datetime = Field(sa_column=moment())
    __table_args__ = (
        CheckConstraint("share BETWEEN 0 AND 1", name="share_is_a_share"),
        Index("ix_graded_result_learner_id_skill", "learner_id", "skill"),
    )
