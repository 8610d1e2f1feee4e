"""The content standard: what a page must be, each rule with its reason, all violations at once."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from kb.articles.article import SECTIONS, Article
from kb.articles.markup import sentences_of

UNSETTLED = "unsettled"
"""The rule of a finding that is not sure: the reviewer settles it, so it may be submitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One rule that an article does not meet.

    Attributes:
        rule: Its name, as documented.
        what: What is so.
        todo: What would mend it.
        blocking: Whether the article can go out like this; the others are advice.
    """

    rule: str
    what: str
    todo: str
    blocking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the checklist: `broken` returns what is wrong, or `""`."""

    name: str
    why: str
    todo: str
    blocking: bool
    broken: Callable[[Article], str]


def check(article: Article) -> tuple[Violation, ...]:
    """Return every violation, blocking ones first."""
    found = [
        Violation(rule=rule.name, what=what, todo=rule.todo, blocking=rule.blocking)
        for rule in RULES
        if (what := rule.broken(article))
    ]
    return tuple(sorted(found, key=lambda v: not v.blocking))


def _missing_sections(article: Article) -> str:
    names = [n for n in ("Issue", "Environment", "Resolution") if not article.section(n).strip()]
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} empty" if names else ""


def _order(article: Article) -> str:
    names = [name for name, _ in article.sections]
    if names != [name for name in SECTIONS if name in names]:
        return f"the sections stand as {', '.join(names)}"
    return ""


def _title(article: Article) -> str:
    if not 8 <= len(article.title) <= 80:
        return f"the title has {len(article.title)} characters"
    return "the title is shouted" if article.title.isupper() else ""


def _placeholder_title(article: Article) -> str:
    return "the title holds a redaction" if re.search(r"<[a-z:-]+(?:-\d+)?>", article.title) else ""


def _talk(article: Article) -> str:
    prose = sentences_of("\n".join(text for _, text in article.sections))
    match = re.search(
        r"(?im)^\W*(hi|hello|hey|dear|thanks|thank you|cheers|regards|best regards|sorry)\b", prose
    )
    return "a greeting, thanks or apology stands in it" if match else ""


def _steps(article: Article) -> str:
    text = article.section("Resolution")
    stepped = re.search(r"(?m)^\s*(\d+\.|[-*]) |^ {0,3}(`{3,}|~{3,})|`[^`]+`", text)
    return "" if stepped or not text else "the resolution shows no step, command or setting"


def _cause(article: Article) -> str:
    return "" if article.section("Cause").strip() else "no cause is given"


def _review_date(article: Article) -> str:
    return "" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", article.review_by) else "no review date is set"


def _aliases(article: Article) -> str:
    return "" if article.aliases else "the customer's own words are not kept as aliases"


RULES = (
    Rule(
        name="section-empty",
        why="A reader who cannot tell whether it is their problem, or what to do, writes in.",
        todo="Fill it from the ticket or from what you know",
        blocking=True,
        broken=_missing_sections,
    ),
    Rule(
        name="section-order",
        why="Issue, environment, cause, resolution: the reader finds the same thing in one place.",
        todo="Put them in the order Issue, Environment, Cause, Resolution",
        blocking=True,
        broken=_order,
    ),
    Rule(
        name="title-form",
        why="A title is the main issue and the main environment, as it would be searched.",
        todo="Write 8 to 80 characters: what happens, and where",
        blocking=True,
        broken=_title,
    ),
    Rule(
        name="title-redacted",
        why="A title is read everywhere; a redaction in it helps nobody.",
        todo="Say it without the customer's name, address or host",
        blocking=True,
        broken=_placeholder_title,
    ),
    Rule(
        name="ticket-talk",
        why="Only what can be reused belongs in an article; the person and the talk do not.",
        todo="Leave the greeting, thanks or apology out",
        blocking=False,
        broken=_talk,
    ),
    Rule(
        name="no-steps",
        why="A resolution is done, not read: steps, with commands and settings in code.",
        todo="Write what to do as numbered steps",
        blocking=False,
        broken=_steps,
    ),
    Rule(
        name="cause-missing",
        why="Knowing why lets readers tell their problem from one that looks alike.",
        todo="Add the cause if anybody knows it",
        blocking=False,
        broken=_cause,
    ),
    Rule(
        name="review-date",
        why="What nobody looks at again grows wrong.",
        todo="Set review_by: to a day within a year",
        blocking=False,
        broken=_review_date,
    ),
    Rule(
        name="no-aliases",
        why="Customers search in their words, not in ours.",
        todo="Add the words of the ticket's subject to aliases:",
        blocking=False,
        broken=_aliases,
    ),
)
"""The checklist, in the order in which it is coached."""
