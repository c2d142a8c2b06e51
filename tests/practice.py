"""A lesson of the small house with one activity of every kind and a transfer prompt."""

from tests.small_house import House
from tests.unit.test_activities import MINIMAL

LESSON_FILE = "curriculum/modules/m1/20-more.md"
PROMPT = "Try one limit at your own desk."
TRANSFER = "m1.try-a-limit"


def activity_text(kind: str, settings: str) -> str:
    """One activity as an author writes it."""
    return f"Reach the goal.\n\n```activity\nid: m1.{kind}\nkind: {kind}\n{settings}```\n"


def add_practice(house: House) -> None:
    """Write activities and a prompt into the second lesson, and publish it."""
    text = "\n".join(activity_text(kind, MINIMAL[kind]) for kind in sorted(MINIMAL))
    text += f"\n```transfer\nid: {TRANSFER}\nprompt: {PROMPT}\nfollow_up_days: 14\n```\n"
    house.edit(LESSON_FILE, old="Some words about it.\n", new=f"Some words.\n\n{text}")
    published = house.publish()
    assert published["m1"].outcome == "published", published["m1"]
