"""The tables: people, teams, programs, content, attempts, results, jobs, audit."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from db.columns import NAMING, BigId, document, in_order, key, moment, no, one_of, to, words
from db.tables_authoring import DiskFile, Draft, Review, RevisionNote
from db.tables_checks import Accommodation, AttemptBreak, TestedOut
from db.tables_confidence import Confidence
from db.tables_graded import (
    GradedResult,
    Grading,
    GradingComment,
    GradingMark,
    GradingSeat,
    Submission,
    SubmissionContent,
    WorkDraft,
)
from db.tables_guard import Allowance, Audit, AuditAnchor, AuditAnchorHead
from db.tables_jobs import Job
from db.tables_notices import Notice
from db.tables_practice import ActivityWork, DeskAction
from db.tables_privacy import Consent
from db.tables_programs import (
    EnrolmentStart,
    ProgramPlan,
    ProgramTrack,
    ProgramUnit,
    StandingCohort,
)
from db.tables_results import (
    ARMS,
    OCCASIONS,
    Calibration,
    GrowthCell,
    Regrade,
    RegradeChange,
    Result,
)
from db.tables_statistics import FormStatistic, ItemStatistic, MisconceptionStatistic
from db.tables_work import StoredComparison

SQLModel.metadata.naming_convention = NAMING
# Imported here so that the metadata is complete for whoever asks this module.
AUTHORING = (DiskFile, Draft, Review, RevisionNote)
RESULTS = (Calibration, GrowthCell, Notice, Regrade, RegradeChange, Result)
STATISTICS = (ItemStatistic, MisconceptionStatistic, FormStatistic)
PRACTICE = (ActivityWork, DeskAction)
PROGRAMS = (EnrolmentStart, ProgramPlan, ProgramTrack, ProgramUnit, StandingCohort)
WORK = (Job, StoredComparison)
GRADED = (
    GradedResult,
    Grading,
    GradingComment,
    GradingMark,
    GradingSeat,
    Submission,
    SubmissionContent,
    WorkDraft,
)
GUARD = (Allowance, Audit, AuditAnchor, AuditAnchorHead)
PRIVACY = (Confidence, Consent)
CHECKS = (Accommodation, AttemptBreak, TestedOut)

ROLES = (
    "employee",
    "manager",
    "author",
    "approver",
    "program_lead",
    "accommodations_officer",
    "sponsor",
    "auditor",
    "administrator",
)


class Instance(SQLModel, table=True):
    """One row that says what this database is: whose, and whether its people are invented."""

    id: int = Field(primary_key=True)
    application: str
    synthetic: bool
    created_at: datetime = Field(sa_column=moment())
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


# --- people and teams ----------------------------------------------------------------------------


class Person(SQLModel, table=True):
    """Someone with an account, known by the issuer and subject of the sign-in.

    `on_roster` says that the roster vouches for them; the account ends after `last_day`. Once
    `erased_at` is set, nothing in the row leads back to anybody.
    """

    id: int = Field(default=None, sa_column=key())
    issuer: str
    subject: str
    name: str
    email: str
    role_profile: str
    language: str = "en"
    active: bool = True
    created_at: datetime = Field(sa_column=moment())
    on_roster: bool = Field(default=False, sa_column=no())
    last_day: date | None = None
    erased_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        CheckConstraint("length(name) > 0", name="name_given"),
        # Few are gone: counting a line looks for them instead of reading everybody who is there.
        Index(
            "ix_person_id_gone",
            "id",
            sqlite_where=text("NOT active"),
            postgresql_where=text("NOT active"),
        ),
    )


class RoleGrant(SQLModel, table=True):
    """A right given to a person: by whom, when and why; taken back, never deleted."""

    __tablename__ = "role_grant"
    id: int = Field(default=None, sa_column=key())
    person_id: int = Field(sa_column=to("person.id"))
    role: str
    granted_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    granted_at: datetime = Field(sa_column=moment())
    revoked_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    reason: str = Field(default="", sa_column=words())
    revoked_reason: str = Field(default="", sa_column=words())
    from_roster: bool = Field(default=False, sa_column=no())
    from_provider: bool = Field(default=False, sa_column=no())
    __table_args__ = (one_of("role", *ROLES), in_order("granted_at", "revoked_at"))


class Session(SQLModel, table=True):
    """A signed-in browser: the SHA-256 of its token, never the token.

    `id_token` is what the OpenID provider gave with the sign-in, kept only to sign out there too.
    """

    token_hash: str = Field(primary_key=True)
    person_id: int = Field(sa_column=to("person.id"))
    started_at: datetime = Field(sa_column=moment())
    seen_at: datetime = Field(sa_column=moment())
    ends_at: datetime = Field(sa_column=moment())
    ended_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    ended_by: str | None = None
    id_token: str | None = Field(default=None, sa_column=Column(Text(), nullable=True))


class Team(SQLModel, table=True):
    """A unit of the organisation; where it hangs is in team_place."""

    id: int = Field(default=None, sa_column=key())
    code: str = Field(unique=True)
    name: str


class TeamPlace(SQLModel, table=True):
    """Under which unit a team hangs, from a day until a day (exclusive)."""

    __tablename__ = "team_place"
    id: int = Field(default=None, sa_column=key())
    team_id: int = Field(sa_column=to("team.id"))
    parent_id: int | None = Field(default=None, sa_column=to("team.id", optional=True))
    starts_on: date
    ends_on: date | None = None
    __table_args__ = (
        in_order("starts_on", "ends_on"),
        UniqueConstraint("team_id", "starts_on"),
        CheckConstraint("parent_id IS NULL OR parent_id <> team_id", name="not_its_own_parent"),
    )


class TeamMember(SQLModel, table=True):
    """Who works in a team, from a day until a day (exclusive)."""

    __tablename__ = "team_member"
    id: int = Field(default=None, sa_column=key())
    person_id: int = Field(sa_column=to("person.id"))
    team_id: int = Field(sa_column=to("team.id"))
    starts_on: date
    ends_on: date | None = None
    __table_args__ = (in_order("starts_on", "ends_on"), UniqueConstraint("person_id", "starts_on"))


class TeamManager(SQLModel, table=True):
    """Who leads a team or stands in for its lead, from a day until a day (exclusive)."""

    __tablename__ = "team_manager"
    id: int = Field(default=None, sa_column=key())
    person_id: int = Field(sa_column=to("person.id"))
    team_id: int = Field(sa_column=to("team.id"))
    kind: str
    starts_on: date
    ends_on: date | None = None
    from_roster: bool = Field(default=False, sa_column=no())
    __table_args__ = (
        one_of("kind", "manager", "deputy"),
        in_order("starts_on", "ends_on"),
        UniqueConstraint("person_id", "team_id", "starts_on"),
    )


# --- content -------------------------------------------------------------------------------------


class Content(SQLModel, table=True):
    """The identity of a piece of content; an id once used stays used."""

    id: str = Field(primary_key=True)
    kind: str
    first_published_at: datetime = Field(sa_column=moment())
    retired_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    __table_args__ = (
        one_of("kind", "registers", "track", "module", "lesson", "item", "bank", "blueprint"),
    )


class Revision(SQLModel, table=True):
    """One published text of a piece of content, with its values; never changed."""

    id: int = Field(default=None, sa_column=key())
    content_id: str = Field(sa_column=to("content.id", index=False))
    number: int
    content_hash: str
    key_hash: str = ""
    origin: str
    path: str
    source: str
    body: Any = Field(sa_column=document())
    published_at: datetime = Field(sa_column=moment())
    published_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    __table_args__ = (
        UniqueConstraint("content_id", "number"),
        Index("ix_revision_content_id_content_hash", "content_id", "content_hash"),
        one_of("origin", "git", "browser"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )


class Head(SQLModel, table=True):
    """Which revision of a piece of content people see."""

    content_id: str = Field(sa_column=to("content.id", primary=True))
    revision_id: int = Field(sa_column=to("revision.id"))
    owner_id: str = Field(index=True, description="the module, track or bank it is published with")
    kind: str = Field(index=True)


class ContentFile(SQLModel, table=True):
    """A picture that published content shows, by the SHA-256 of its bytes."""

    __tablename__ = "content_file"
    sha256: str = Field(primary_key=True)
    media_type: str
    body: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))


# --- learning ------------------------------------------------------------------------------------


class Assignment(SQLModel, table=True):
    """A track someone is to take, or chose to take."""

    id: int = Field(default=None, sa_column=key())
    learner_id: int = Field(sa_column=to("person.id", index=False))
    track_id: str = Field(sa_column=to("content.id"))
    assigned_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    assigned_at: datetime = Field(sa_column=moment())
    due_on: date | None = None
    __table_args__ = (UniqueConstraint("learner_id", "track_id"),)


class Progress(SQLModel, table=True):
    """How far a learner is in a lesson."""

    learner_id: int = Field(sa_column=to("person.id", primary=True))
    lesson_id: str = Field(sa_column=to("content.id", primary=True))
    module_id: str = Field(sa_column=to("content.id"))
    revision_id: int = Field(sa_column=to("revision.id"))
    opened_at: datetime = Field(sa_column=moment())
    seen_at: datetime = Field(sa_column=moment())
    done_at: datetime | None = Field(default=None, sa_column=moment(optional=True))


class StartChoice(SQLModel, table=True):
    """Whether a learner took or skipped the skill check offered before a track."""

    __tablename__ = "start_choice"
    learner_id: int = Field(sa_column=to("person.id", primary=True))
    track_id: str = Field(sa_column=to("content.id", primary=True))
    choice: str
    chosen_at: datetime = Field(sa_column=moment())
    __table_args__ = (one_of("choice", "taken", "skipped"),)


# --- programs ------------------------------------------------------------------------------------


class Program(SQLModel, table=True):
    """A staged offer on a track, and how people got their arm."""

    id: int = Field(default=None, sa_column=key())
    name: str = Field(unique=True)
    track_id: str = Field(sa_column=to("content.id"))
    design: str
    starts_on: date
    created_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    created_at: datetime = Field(sa_column=moment())
    __table_args__ = (one_of("design", "lottery", "wave", "manager", "self"),)


class Lottery(SQLModel, table=True):
    """The record of a draw: seed, method and the hash of the list it drew from."""

    id: int = Field(default=None, sa_column=key())
    program_id: int = Field(sa_column=to("program.id"))
    seed: int = Field(sa_column=Column(BigId, nullable=False))
    method: str
    list_hash: str
    drawn_at: datetime = Field(sa_column=moment())
    drawn_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))


class Cohort(SQLModel, table=True):
    """People who start a program together in one arm."""

    id: int = Field(default=None, sa_column=key())
    program_id: int = Field(sa_column=to("program.id"))
    name: str
    arm: str
    starts_on: date
    __table_args__ = (UniqueConstraint("program_id", "name"), one_of("arm", *ARMS))


class Enrolment(SQLModel, table=True):
    """A learner in a cohort; arm and team are those of the start and never move."""

    id: int = Field(default=None, sa_column=key())
    learner_id: int = Field(sa_column=to("person.id"))
    cohort_id: int = Field(sa_column=to("cohort.id", index=False))
    arm: str
    team_at_start_id: int | None = Field(default=None, sa_column=to("team.id", optional=True))
    starts_on: date
    assigned_by: str
    assigned_at: datetime = Field(sa_column=moment())
    __table_args__ = (
        UniqueConstraint("cohort_id", "learner_id"),
        one_of("arm", *ARMS),
        one_of("assigned_by", "lottery", "wave", "manager", "self"),
    )


class Occasion(SQLModel, table=True):
    """A window in which a cohort takes its skill check; both days belong to it."""

    id: int = Field(default=None, sa_column=key())
    cohort_id: int = Field(sa_column=to("cohort.id", index=False))
    kind: str
    opens_on: date
    closes_on: date
    __table_args__ = (
        UniqueConstraint("cohort_id", "kind"),
        one_of("kind", *OCCASIONS),
        in_order("opens_on", "closes_on"),
    )


# --- attempts and results ------------------------------------------------------------------------


class Attempt(SQLModel, table=True):
    """One go at a set of items: a secure check, or the practice inside one lesson.

    While a break stops its clock, `paused_until` says when the break ends at the latest; `due_at`
    is the end for a break that lasts until then.
    """

    id: int = Field(default=None, sa_column=key())
    learner_id: int = Field(sa_column=to("person.id"))
    kind: str
    content_id: str = Field(sa_column=to("content.id"))
    revision_id: int = Field(sa_column=to("revision.id", index=False))
    skill: str | None = None
    form: str | None = None
    seed: int = Field(sa_column=Column(BigId, nullable=False))
    language: str
    enrolment_id: int | None = Field(default=None, sa_column=to("enrolment.id", optional=True))
    occasion_id: int | None = Field(default=None, sa_column=to("occasion.id", optional=True))
    team_at_taking_id: int | None = Field(default=None, sa_column=to("team.id", optional=True))
    started_at: datetime = Field(sa_column=moment())
    due_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    submitted_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    paused_until: datetime | None = Field(default=None, sa_column=moment(optional=True))
    __table_args__ = (
        one_of("kind", "check", "practice"),
        CheckConstraint("kind = 'practice' OR form IS NOT NULL", name="check_has_a_form"),
        in_order("started_at", "submitted_at"),
        # One open check of a kind, and one practice a lesson: a double click starts nothing twice.
        Index(
            "uq_attempt_open",
            "learner_id",
            "content_id",
            unique=True,
            sqlite_where=Column("submitted_at").is_(None),
            postgresql_where=Column("submitted_at").is_(None),
        ),
    )


class AttemptItem(SQLModel, table=True):
    """The items of an attempt in their order, each pinned to a revision.

    Once a check is handed in, `seconds` says how long its learner had the question before them,
    and `rapid` that this was too short to read it; both are empty where no time is known.
    """

    __tablename__ = "attempt_item"
    attempt_id: int = Field(sa_column=to("attempt.id", primary=True))
    position: int = Field(primary_key=True)
    revision_id: int = Field(sa_column=to("revision.id"))
    flagged: bool = False
    seconds: float | None = None
    rapid: bool | None = None


class Answer(SQLModel, table=True):
    """One saved answer; the highest `seq` of a position counts. Rows are only ever added."""

    id: int = Field(default=None, sa_column=key())
    attempt_id: int = Field(sa_column=to("attempt.id", index=False))
    seq: int
    position: int
    operation_id: str = Field(unique=True)
    response: str = Field(sa_column=Column(Text(), nullable=False))
    seconds: float | None = None
    answered_at: datetime = Field(sa_column=moment())
    __table_args__ = (
        UniqueConstraint("attempt_id", "seq"),
        CheckConstraint("seq >= 1", name="seq_from_one"),
        CheckConstraint("length(response) <= 40000", name="response_not_too_long"),
    )
