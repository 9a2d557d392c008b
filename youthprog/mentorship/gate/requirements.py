"""What a program asks, as it is kept: plain values that JSON can hold, over the usual ones. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from youthprog.core.refusals import N_, Refusal
from youthprog.mentorship.gate.topics import COMMITMENT, COMMITMENT_ES, USUAL_TOPICS
from youthprog.mentorship.gate.types import CHECKS, OF_MENTOR, Item, Requirements, Topic

NUMBERS = {  # name -> (least, most)
    "most_youth": (1, 30),
    "target_low": (1, 30),
    "target_high": (1, 30),
    "target_mentors": (1, 9),
    "references": (1, 9),
    "outside_family": (0, 9),
    "training_minutes": (0, 6000),
    "term_months": (1, 60),
}
# Items a program may give an end; the checks' and the consent's are their own rooms'.
DATED = (*(item for item in OF_MENTOR if item not in CHECKS), Item.COMMITMENT)
MOST_MONTHS = 120
LONGEST_WORDS = 2000
USUAL = Requirements(tuple(Topic(*each) for each in USUAL_TOPICS), COMMITMENT, COMMITMENT_ES)


def requirements_of(kept: Mapping[str, Any] | None) -> Requirements:
    """What a program asks, out of what is kept of it; without anything the usual."""
    if not kept:
        return USUAL
    months = kept.get("valid_months")
    return Requirements(
        topics=_topics(kept["topics"]) if "topics" in kept else USUAL.topics,
        commitment=kept.get("commitment", USUAL.commitment),
        commitment_es=kept.get("commitment_es", USUAL.commitment_es),
        commitment_version=kept.get("commitment_version", USUAL.commitment_version),
        valid_months=USUAL.valid_months if months is None else {Item(key): value for key, value in months.items()},
        **{name: kept.get(name, getattr(USUAL, name)) for name in NUMBERS},
    )


def _topics(kept: Sequence[Mapping[str, Any]]) -> tuple[Topic, ...]:
    return tuple(
        Topic(
            each["key"], each["title"], each["title_es"], each["words"], each["words_es"],
            tuple((number, date.fromisoformat(day) if day else None) for number, day in each["versions"]),
        )
        for each in kept
    )  # fmt: skip


def kept_of(asks: Requirements) -> dict[str, Any]:
    """The same as values that JSON can hold."""
    return {
        "topics": kept_topics(asks.topics),
        "commitment": asks.commitment,
        "commitment_es": asks.commitment_es,
        "commitment_version": asks.commitment_version,
        "valid_months": {item.value: months for item, months in asks.valid_months.items() if months},
        **{name: getattr(asks, name) for name in NUMBERS},
    }


def kept_topics(topics: Iterable[Topic]) -> list[dict[str, Any]]:
    """Policies as values that JSON can hold."""
    return [
        {
            "key": topic.key,
            "title": topic.title,
            "title_es": topic.title_es,
            "words": topic.words,
            "words_es": topic.words_es,
            "versions": [[number, day.isoformat() if day else None] for number, day in topic.versions],
        }
        for topic in topics
    ]


def new_topic(key: str) -> Topic:
    """A policy without words and versions yet."""
    return Topic(key, "", "", "", "", ())


def fresh_key(known: Iterable[str]) -> str:
    """A key for a policy of the program's own."""
    there, number = set(known), 1
    while f"own-{number}" in there:
        number += 1
    return f"own-{number}"


def revised(topic: Topic, words: Mapping[str, str], counts_from: date) -> Topic:
    """A policy worded anew: its next version, asked for from a day on. The version before counts until then."""
    return Topic(
        topic.key, words["title"], words["title_es"], words["words"], words["words_es"],
        (*topic.versions, (topic.newest + 1, counts_from)),
    )  # fmt: skip


def refusals_to_ask(numbers: Mapping[str, int], months: Mapping[Item, int]) -> list[Refusal]:
    """Why a program cannot ask for these numbers."""
    reasons = []
    for name, value in numbers.items():
        least, most = NUMBERS[name]
        if not least <= value <= most:
            values = {"min": least, "max": most}
            reasons.append(Refusal("number", N_("Write a number from %(min)s to %(max)s."), name, values))
    if not reasons and numbers["target_low"] > numbers["target_high"]:
        reasons.append(Refusal("target", N_("The smaller number comes first."), "target_low"))
    if not reasons and numbers["outside_family"] > numbers["references"]:
        reasons.append(Refusal("references", N_("There cannot be more of these than references."), "outside_family"))
    for item, value in months.items():
        if not 0 <= value <= MOST_MONTHS:
            values = {"min": 0, "max": MOST_MONTHS}
            sentence = N_("Write a number from %(min)s to %(max)s.")
            reasons.append(Refusal("months", sentence, f"months_{item.value}", values))
    return reasons
