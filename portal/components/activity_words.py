"""The words of guided activities in the reader's language: labels, units, and what to think now."""

from collections.abc import Mapping

from curriculum.activities.base import Word
from portal.text import _, known_text


def word_text(text: str) -> str:
    """Return a word of the interface in the reader's language, an author's text as it is."""
    return known_text(text) if isinstance(text, Word) else text


def title_text(kind: str) -> str:
    """Return what a kind of activity is called."""
    return {
        "threshold": _("Threshold bench"),
        "retrieval": _("Retrieval bench"),
        "trace": _("Trace reader"),
        "permissions": _("Permission board"),
        "raci": _("Who does what"),
        "queue": _("Queue simulator"),
        "incident": _("Incident at the table"),
        "value": _("Value sheet"),
    }[kind]


def feedback_text(kind: str, region: str) -> str:
    """Return what is said about an outcome where the author wrote nothing of their own."""
    return _feedback()[kind].get(region) or _("Make your choices; what they lead to stands here.")


def _feedback() -> Mapping[str, Mapping[str, str]]:
    return {
        "threshold": {
            "too-loose": _("Too much is flagged: most of the work goes into false alarms."),
            "too-strict": _("Too little is flagged: what slips through costs more than you save."),
            "over-capacity": _("More is flagged than the people can work off; the rest waits."),
            "goal": _("This is the goal. Note what you gave up to get here."),
        },
        "retrieval": {
            "misses": _("Too many right passages are missed. What would bring them up?"),
            "too-long": _("You hand over more text than the budget allows."),
            "too-slow": _("Each search takes longer than the budget allows."),
            "goal": _("Enough is found within both budgets."),
        },
        "trace": {
            "open": _("Read the run from the top and choose one step."),
            "sound": _("This step did what it should with what it was given. Look further."),
            "later": _("This step is wrong, but only because an earlier one was."),
            "goal": _("Here it went wrong first. Everything after it follows from this."),
        },
        "permissions": {
            "open": _("Sort every tool; the score moves with each choice."),
            "too-open": _("One bad hour does more harm than the limit allows."),
            "too-many-asks": _("People are asked so often that they will stop reading."),
            "too-closed": _("It is safe, and most of the work is no longer possible."),
            "goal": _("Harm stays below the limit, people are asked rarely, the work goes on."),
        },
        "raci": {
            "open": _("Give every step somebody who does it and somebody who answers for it."),
            "gaps": _("There are gaps. The table names each."),
            "all-by-hand": _("Nothing is left open, but the AI helps nowhere."),
            "goal": _("Every step has a doer and a named owner, and nothing checks itself."),
        },
        "queue": {
            "overloaded": _("More comes in than the people can do: the queue grows all day."),
            "too-slow": _("The day's work fits, and each case still waits too long."),
            "too-busy": _("The wait is fine today. With people this busy a bad hour breaks it."),
            "too-many-errors": _("The AI closes so much that its errors pass the limit."),
            "idle": _("The wait is short, and with fewer people it would be too."),
            "goal": _("The wait, the load and the errors all stay within their limits."),
        },
        "incident": {
            "open": _("Decide; the clock moves with each decision, not while you read."),
            "evidence-lost": _("It is over, and what happened can no longer be shown."),
            "harm": _("It is over, and the damage passed the limit."),
            "too-slow": _("It is over without much damage, but it took too long."),
            "goal": _("Damage and time stayed below their limits, and the evidence is kept."),
        },
        "value": {
            "open": _("Choose what to compare with, and what happens to the freed time."),
            "no-comparison": _("What would have changed without the tool is still in this figure."),
            "not-signed": _("Nobody has signed for this use of the time, so it is in no books."),
            "uncertain": _("An honest sheet: it may pay, and these figures cannot show it yet."),
            "does-not-pay": _("An honest sheet: it does not pay."),
            "goal": _("An honest sheet, and even its low end pays."),
        },
    }
