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
    wanted = dict.fromkeys(("Issue", "Environment", "Resolution", *dict(article.sections)))
    names = [name for name in wanted if not article.section(name).strip()]
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
        r"(?im)^\W*(hi|hello|hey|dear|(good )?(morning|afternoon|evening)(?=\W*(,|\.|!|all\b|team\b|$))|thanks|thank you|cheers|regards|best regards|sorry)\b",
        prose,
    )
    return "a greeting, thanks or apology stands in it" if match else ""


def _steps(article: Article) -> str:
    text = article.section("Resolution")
    stepped = re.search(r"(?m)^\s*(\d+\.|[-*]) |^ {0,3}(`{3,}|~{3,})|`[^`]+`", text)
    return "" if stepped or not text else "the resolution shows no step, command or setting"


def _cause(article: Article) -> str:
    return "" if article.section("Cause").strip() else "no cause is given"


def _own_words(article: Article) -> str:
    asked = set(re.findall(r"\w{4,}", " ".join(article.aliases).casefold()))
    said = set(re.findall(r"\w{4,}", f"{article.title} {article.section('Issue')}".casefold()))
    return "the issue has none of the words that were asked" if asked and not asked & said else ""


def _one_problem(article: Article) -> str:
    prose = sentences_of(article.section("Issue"))
    match = re.search(
        r"(?i)\b(second (question|problem|issue)|another (question|problem|issue)"
        r"|(unrelated|separate)(ly)? (question|problem|issue)|on a different note)\b", prose
    )  # fmt: skip
    return "the issue speaks of another problem too" if match else ""


def _imperative(article: Article) -> str:
    steps = _steps_of(article)
    told = re.compile(
        r"(?i)(you (should|could|can|need|must|have to|might)|please\b|we |i |it |they )"
    )
    count = sum(told.match(step) is not None for step in steps)
    return f"{count} of {len(steps)} steps do not begin with what to do" if count else ""


def _steps_of(article: Article) -> list[str]:
    return re.findall(r"(?m)^\s*\d+\. +(.+)$", article.section("Resolution"))


_ELSEWHERE = re.compile(
    r"(?i)\b(?:as|like) (?:\w+ )?(?:mentioned|described|said|shown|explained|suggested) (?:above|before|earlier|here)\b"
    r"|\b(?:above|previous|last|earlier|attached) (?:post|message|reply|answer|screen ?shots?|pictures?|images?)\b"
    r"|\b(?:post|message|reply|answer|comment)s? above\b|\b(?:above-?mentioned|aforementioned)\b"
    r"|\b(?:wie oben|siehe (?:bild|anhang|screenshot)|comme (?:indiqué|expliqué|dit) (?:ci-dessus|plus haut|avant)"
    r"|como (?:dije|indiqué|expliqué|mencioné|se indica) (?:arriba|antes)|como (?:indicado|explicado|dito) (?:acima|antes)"
    r"|come (?:detto|spiegato|indicato) (?:sopra|prima)|zoals (?:hierboven|eerder))\b"
)
"""What a step speaks of that stood in the thread, or in a picture of it."""
_BACK = re.compile(
    r"(?i)\b(?:the (?:latter|former)|(?:that|the same) (?:file|folder|list|setting|option|menu|window|line|page|link|account))\b"
)
"""What a first step cannot speak of: nothing stands before it."""
_BRIEFLY = 4


def _lost(article: Article) -> str:
    steps = _steps_of(article)
    lost = [n for n, step in enumerate(steps, 1) if _ELSEWHERE.search(step)]
    lost += [1] if steps and 1 not in lost and _BACK.search(steps[0]) else []
    return f"step {min(lost)} speaks of what stands nowhere on the page" if lost else ""


def _bare(article: Article) -> str:
    steps = _steps_of(article)
    is_bare = len(steps) == 1 and len(steps[0].split()) <= _BRIEFLY and not re.search(
        r"[`\"“„«>→\d]|://", steps[0]
    )  # fmt: skip
    return "the whole resolution is one step without its way" if is_bare else ""


def _requester_words(article: Article) -> str:
    prose = sentences_of(f"{article.section('Cause')}\n{article.section('Resolution')}")
    match = re.search(r"(?i)\b(your (account|tenant|instance|order|ticket|colleague)|as discussed"
                      r"|our call|attached|my|mine|i'(m|ve|ll)|i (have|will|can))\b", prose)  # fmt: skip
    return "cause or resolution speaks to one requester" if match else ""


def _links(article: Article) -> str:
    prose = sentences_of("\n\n".join(text for _, text in article.sections))
    dead = sum(map(_is_dead, re.findall(r"\]\(\s*<?([^)\s>]*)", prose)))
    return f"{dead} link{'s' if dead > 1 else ''} lead nowhere for a reader" if dead else ""


def _is_dead(link: str) -> bool:
    """Say whether the form of a link shows that no reader gets there; nothing is fetched."""
    host = re.match(r"https?://(?:[^/@]*@)?\[?([^/:\]]+)", link)
    name = host.group(1).casefold() if host else ""
    private = r"localhost|127\..*|10\..*|192\.168\..*|::1|.*\.(local|internal|lan|corp)|<.*"
    return not link or link in ("#", "url", "link", "TODO") or bool(re.fullmatch(private, name))


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
        name="dead-link",
        why="A link that leads to a private host, or nowhere, strands the reader half-way.",
        todo="Link to what every reader can open, or leave the link out",
        blocking=False,
        broken=_links,
    ),
    Rule(
        name="own-words",
        why="People find the page by the words they have, so the issue says it in theirs.",
        todo="Say in the issue what the requester saw, in their words",
        blocking=False,
        broken=_own_words,
    ),
    Rule(
        name="one-problem",
        why="An article with two problems answers neither search well.",
        todo="Give the other problem an article of its own",
        blocking=False,
        broken=_one_problem,
    ),
    Rule(
        name="steps-imperative",
        why="A step that begins with its verb is done while it is read.",
        todo="Begin each step with what to do: Set, Run, Open",
        blocking=False,
        broken=_imperative,
    ),
    Rule(
        name="lost-reference",
        why="A reader sees the page, not the thread: what a step speaks of must stand on it.",
        todo="Say which file, setting or step is meant",
        blocking=False,
        broken=_lost,
    ),
    Rule(
        name="bare-step",
        why="Who asks does not know the way: which menu, which file, what to choose there.",
        todo="Say where it is done, and what is seen when it worked",
        blocking=False,
        broken=_bare,
    ),
    Rule(
        name="one-requester",
        why="What is true of one requester alone is not true of the next reader.",
        todo="Say it for everybody who has the problem",
        blocking=False,
        broken=_requester_words,
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
