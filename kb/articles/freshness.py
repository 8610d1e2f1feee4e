"""Says which live pages are due: for a look, or for retirement because the product was mended."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kb.articles.article import Article, Change, State, Verb
from kb.articles.lifecycle import open_flags

LOOK_AGAIN = timedelta(days=365)
"""How long a look at an article holds."""
_CLAIM = re.compile(r"(.+?)\s+((?:[<>]=?|=)?\s*\d[\w.]*(?:\s*,\s*[<>]=?\s*\d[\w.]*)*)")
_BOUND = re.compile(r"([<>]=?|=)?\s*(\d[\w.]*)")


class Reason(StrEnum):
    """Why an article wants attention, the most pressing first."""

    FLAGGED = "flagged"
    FIXED = "fixed"
    OUT_OF_RANGE = "out-of-range"
    DUE = "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One article that wants attention.

    Attributes:
        reasons: Why, the most pressing first.
        since: The day on which a look at it was due, None where it is not.
        demand: How many readers and tickets there are to it.
        propose: What to do.
    """

    article: str
    title: str
    reasons: tuple[Reason, ...]
    since: date | None
    demand: int
    propose: str


def due(
    articles: Iterable[Article],
    today: date,
    *,
    supported: Mapping[str, str],
    demand: Mapping[str, int],
) -> tuple[Due, ...]:
    """Return the live articles that want attention, those with most demand first.

    Args:
        supported: Oldest supported version of each product, in lower case.
        demand: Readers and tickets of each article's id.
    """
    found = []
    for article in articles:
        reasons = tuple(_reasons(article, today, supported))
        if article.state is State.PUBLISHED and reasons:
            day = due_on(article)
            found.append(
                Due(
                    article=article.id,
                    title=article.title,
                    reasons=reasons,
                    since=day if day and day <= today else None,
                    demand=demand.get(article.id, 0),
                    propose=_proposal(article.id, reasons[0]),
                )
            )
    return tuple(sorted(found, key=lambda d: (-d.demand, d.since or today, d.article)))


def due_on(article: Article) -> date | None:
    """Return the day on which somebody should look at it: its own date, or a year after a look."""
    own = _day(article.review_by)
    looks = [c.at.date() + LOOK_AGAIN for c in article.history if c.verb is Verb.VERIFY]
    if own is None and not looks:
        looks = [c.at.date() + LOOK_AGAIN for c in article.history if c.verb is Verb.APPROVE]
    return max((day for day in (own, *looks) if day), default=None)


def last_verified(article: Article) -> Change | None:
    """Return the last time somebody tried it and said it is still true."""
    return next((c for c in reversed(article.history) if c.verb is Verb.VERIFY), None)


def retired_by(article: Article, supported: Mapping[str, str]) -> str:
    """Return the release that made the article needless for all supported versions, `""` if none.

    The page says so to its readers while nobody has retired it yet.
    """
    for claim in article.fixed_in:
        product, version = claimed(claim)
        oldest = supported.get(product.casefold(), "")
        if version and oldest and _key(version) <= _key(oldest):
            return claim
    return ""


def claimed(claim: str) -> tuple[str, str]:
    """Return product and version, or range, of `Ferry 4.5` or `Ferry >=4.0,<4.5`; `""` for none."""
    claim = " ".join(claim.split())
    match = _CLAIM.fullmatch(claim)
    return (match.group(1), match.group(2)) if match else (claim, "")


def supported_by(claims: Iterable[str]) -> dict[str, str]:
    """Return the oldest supported version of each product, in lower case, from `Ferry 4.2`."""
    found = map(claimed, claims)
    return {product.casefold(): version for product, version in found if version}


def in_range(version: str, wanted: str) -> bool:
    """Say whether a version lies in a range such as `>=4.0,<4.5`."""
    return all(_holds(version, op or "=", bound) for op, bound in _BOUND.findall(wanted))


def _reasons(article: Article, today: date, supported: Mapping[str, str]) -> Iterable[Reason]:
    if open_flags(article):
        yield Reason.FLAGGED
    if retired_by(article, supported):
        yield Reason.FIXED
    if _is_out_of_range(article, supported):
        yield Reason.OUT_OF_RANGE
    day = due_on(article)
    if day and day <= today:
        yield Reason.DUE


def _is_out_of_range(article: Article, supported: Mapping[str, str]) -> bool:
    """Say whether every range of it ends before its product's oldest supported version."""
    return bool(article.applies_to) and all(
        _has_ended(*claimed(claim), supported) for claim in article.applies_to
    )


def _has_ended(product: str, wanted: str, supported: Mapping[str, str]) -> bool:
    oldest = supported.get(product.casefold(), "")
    tops = [(op or "=", bound) for op, bound in _BOUND.findall(wanted) if op not in (">", ">=")]
    return bool(oldest) and any(
        _key(bound) <= _key(oldest) and not _holds(oldest, op, bound) for op, bound in tops
    )


def _holds(version: str, op: str, bound: str) -> bool:
    left, right = _key(version), _key(bound)
    if op == "=":
        return left[: len(_parts(bound))] == tuple(_parts(bound))
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op]


def _key(version: str) -> tuple[int, ...]:
    """Return the version's numbers, filled up, so that 4.2 and 4.2.0 are one."""
    parts = _parts(version)
    return (*parts, *(0 for _ in range(6 - len(parts))))


def _parts(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)][:6]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _proposal(article_id: str, reason: Reason) -> str:
    if reason is Reason.FLAGGED:
        return f"mend it, then kb review resolve {article_id} --note ..."
    if reason is Reason.DUE:
        return f"try it, then kb review verify {article_id} --tried ..."
    return f"kb review archive {article_id} --note ..."
