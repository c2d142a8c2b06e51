"""What is recorded about a person: one list, for the page, the export and the documents; pure."""

from dataclasses import dataclass

from portal.services.retention import DAYS, GONE_DAYS, TEXT_DAYS
from portal.text import _, plural


@dataclass(frozen=True, slots=True)
class RecordedKind:
    """A kind of data about people: what, why, how long, who sees it, and in which tables."""

    id: str
    name: str
    what: str
    why: str
    kept: str
    seen_by: str
    tables: tuple[str, ...]


def recorded_kinds() -> tuple[RecordedKind, ...]:
    """Return every kind of data about people, in the reader's language."""
    return (*_kinds_of_the_account(), *_kinds_of_learning(), *_kinds_of_deeds())


def not_recorded() -> tuple[str, ...]:
    """Return what the portal does not record, in the reader's language."""
    return (
        _("How long you stay on a page, what you click, how you move the mouse or type."),
        _("When others last saw you, or whether you are here now."),
        _("Any ranking of people, and any list of the best or the weakest."),
        _("Any judgement by a language model: keys and formulas score every answer."),
        _("Camera, microphone, screen or place: nobody watches you in a check."),
        _("Your passwords: you sign in at your organisation's own provider."),
    )


def _gone() -> str:
    return _("Until you leave, then {n} days; after that your name is erased.").format(n=GONE_DAYS)


def _days(kind: str) -> str:
    return plural("{n} day after its last use.", "{n} days after its last use.", DAYS[kind])


def _kinds_of_the_account() -> tuple[RecordedKind, ...]:
    return (
        RecordedKind(
            "account",
            _("Account and roles"),
            _("Name, e-mail address, the number of your sign-in, role, and who gave you which."),
            _("So that the right people get in with the right rights."),
            _gone(),
            _(
                "You, administrators and accommodations officers. "
                "Your name: also those who lead you."
            ),
            ("person", "role_grant"),
        ),
        RecordedKind(
            "consent",
            _("Consent"),
            _("When you let your managers see your levels, and when you took that back."),
            _("So that it can be shown that nobody saw them without your word."),
            _("{n} days after you took it back.").format(n=DAYS["consents"]),
            _("You; auditors see that it happened."),
            ("consent",),
        ),
        RecordedKind(
            "accommodation",
            _("Extra time"),
            _("How much more time you have in checks, your breaks in them, from a day to a day."),
            _("So that every check gives you the time you need. No cause of it is recorded."),
            _("{n} days after it ended or was changed.").format(n=DAYS["accommodations"]),
            _("You and accommodations officers; breaks you alone. Nobody else, no manager."),
            ("accommodation", "attempt_break"),
        ),
        RecordedKind(
            "teams",
            _("Teams"),
            _("In which team you work, which ones you lead, each from a day to a day."),
            _("So that figures of teams are right, and managers see their own line only."),
            _gone(),
            _("You, administrators, accommodations officers, and those who lead you."),
            ("team_member", "team_manager"),
        ),
        RecordedKind(
            "sessions",
            _("Sign-ins"),
            _("When you signed in, when that browser last asked for a page, and when it ended."),
            _("So that a session ends by itself, and you can end all of them at once."),
            _days("sessions"),
            _("Administrators see how many browsers are signed in, not when."),
            ("session",),
        ),
        RecordedKind(
            "limits",
            _("Limits"),
            _("How much of a limit you have used up, such as files taken within an hour."),
            _("So that nobody overloads the portal or copies questions."),
            _days("limits"),
            _("Nobody."),
            ("allowance",),
        ),
    )


def _kinds_of_learning() -> tuple[RecordedKind, ...]:
    text_days = _("{n} days; the fact that you answered stays.").format(n=TEXT_DAYS)
    return (
        RecordedKind(
            "learning",
            _("Tracks and lessons"),
            _("Which tracks are yours, when you opened and finished which lesson, or tested out."),
            _("So that you go on where you stopped, and teams see how many have finished."),
            _gone(),
            _("You. Others see counts of groups only."),
            ("assignment", "progress", "start_choice", "tested_out"),
        ),
        RecordedKind(
            "practice",
            _("Activities"),
            _("Where you stand in an activity of a lesson."),
            _("So that you go on where you stopped. Nothing of it is scored."),
            _days("activities"),
            _("You alone."),
            ("activity_work",),
        ),
        RecordedKind(
            "desk",
            _("Actions at your desk"),
            _("What you wrote that you will try at work, and what came of it."),
            _("So that the portal can ask you again after some weeks."),
            _days("desk actions"),
            _("You alone."),
            ("desk_action",),
        ),
        RecordedKind(
            "confidence",
            _("Your own confidence"),
            _("How sure you say you feel in a skill, and since when; only the newest word."),
            _("So that you can see it beside what was measured. No estimate reads it."),
            _days("confidence"),
            _("You alone."),
            ("confidence",),
        ),
        RecordedKind(
            "programs",
            _("Programs"),
            _("In which programs you are, by which route, and how you got it."),
            _("So that routes can be compared fairly."),
            _gone(),
            _("You, program leads, and those who lead you."),
            ("enrolment", "enrolment_start"),
        ),
        RecordedKind(
            "answers",
            _("Answers"),
            _("Each answer to a question with its time, in a check also the seconds it took."),
            _("So that nothing is lost, and a result can be computed once more from its answers."),
            _("{kept} Texts you wrote in practice: {texts}").format(kept=_gone(), texts=text_days),
            _("You alone. Authors see how a question behaves over many people."),
            ("attempt", "attempt_item", "answer"),
        ),
        RecordedKind(
            "graded work",
            _("Graded work"),
            _("Texts and files you hand in to be graded, and the marks and comments on them."),
            _("So that people can grade them, and the highest level rests on work that was seen."),
            _("Texts, files and comments {n} days; a draft {m} days; marks until you leave.")
            .format(n=DAYS["handed-in work"], m=DAYS["unfinished work"]),
            _("You, and without your name those who grade it."),
            ("work_draft", "submission", "submission_content", "graded_result"),
        ),
        RecordedKind(
            "results",
            _("Results"),
            _("What was estimated of your skills, with its error, and what changed it later."),
            _("So that you see where you stand, and how groups grow."),
            _gone(),
            _("You. Your managers see levels only if you say so above; groups show from {n} on.")
            .format(n=5),
            ("result", "regrade_change", "notice"),
        ),
    )  # fmt: skip


def _kinds_of_deeds() -> tuple[RecordedKind, ...]:
    return (
        RecordedKind(
            "texts",
            _("Texts you write for others"),
            _("Drafts, reviews, what you published or corrected, programs you set up."),
            _("So that it is known who wrote, read and approved what people learn from."),
            _("What was published stays, without your name once you are erased; a draft {n} days.")
            .format(n=DAYS["drafts"]),
            _("Authors and approvers."),
            (
                "draft", "review", "revision_note", "revision", "calibration", "regrade",
                "program", "program_plan", "lottery",
            ),
        ),
        RecordedKind(
            "gradings",
            _("Gradings"),
            _("Which work you graded or are grading, with your marks and comments."),
            _("So that a grade can be explained, and it is seen how well markers agree."),
            _("Marks for good, without your name once you are erased; comments {n} days.")
            .format(n=DAYS["comments on work"]),
            _("You. The learner sees marks and comments, never whose they are."),
            ("grading", "grading_mark", "grading_comment", "grading_seat"),
        ),
        RecordedKind(
            "work",
            _("Background work"),
            _("Which work in the background you asked for."),
            _("So that it is done once, and its failure can be told."),
            _days("background work"),
            _("Authors and administrators, without your name."),
            ("job",),
        ),
        RecordedKind(
            "deeds",
            _("Audit trail"),
            _("Deeds that matter: signing in, roles, files taken, looks at your levels."),
            _("So that it can be proved later who did what. It holds numbers, never names."),
            _("For good; your number leads to nobody once you are erased."),
            _("Auditors."),
            ("audit",),
        ),
    )  # fmt: skip
