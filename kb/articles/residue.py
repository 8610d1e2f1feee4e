"""Looks once more for what must not go out, in the article as it stands after people's edits."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from kb.articles.article import Article
from kb.articles.settled import (
    NOTHING_SETTLED,
    SURE,
    Settled,
    Settlement,
    Verdict,
    is_sure_secret,
    mark,
)
from kb.articles.standard import UNSETTLED, Violation
from kb.errors import KbError, LifecycleError, RedactionError
from kb.redaction import RULES_VERSION, Finding, Redactor

__all__ = ["SURE", "Residual", "redacted_too", "residuals", "residue", "settle"]

_AROUND = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """A finding in an article, with what a reviewer has to see to settle it.

    Attributes:
        place: `Title`, `aliases`, `tags` or the section's name.
        finding: Entity, span in the place's text, recognizer and confidence.
        before: The words before it.
        value: The words themselves; show them, never keep or log them.
        after: The words behind it.
        line: Where it begins in the place's text, counted from 1.
    """

    place: str
    finding: Finding
    before: str
    value: str
    after: str
    line: int

    @property
    def is_open(self) -> bool:
        """Whether nobody has settled it and its rule is not sure."""
        return self.finding.confidence < SURE


def residuals(
    article: Article, redactor: Redactor, settled: Settled = NOTHING_SETTLED
) -> tuple[Residual, ...]:
    """Return what is still found in the article, without what was settled as not sensitive.

    Raises:
        RedactionError: The redactor failed: nothing of the article may go on.
    """
    return tuple(
        Residual(
            place=place,
            finding=finding,
            before=text[max(0, finding.start - _AROUND) : finding.start],
            value=text[finding.start : finding.end],
            after=text[finding.end : finding.end + _AROUND],
            line=text.count("\n", 0, finding.start) + 1,
        )
        for place, text in _texts(article)
        for finding in settled.judged(text, _found(article, redactor.find, text))
    )


def _found(
    article: Article, find: Callable[[str], tuple[Finding, ...]], text: str
) -> tuple[Finding, ...]:
    try:
        return find(text)
    except KbError:
        raise
    except Exception as error:
        raise RedactionError(
            article.id,
            f"the scanner failed ({type(error).__name__}), so it stays where it is",
            "Run kb doctor, mend it, then try again",
        ) from None


def _texts(article: Article) -> Iterator[tuple[str, str]]:
    yield "Title", article.title
    for name in ("aliases", "tags", "products", "versions"):
        for text in getattr(article, name):
            yield name, text
    yield from article.sections


def residue(
    article: Article, redactor: Redactor, settled: Settled = NOTHING_SETTLED
) -> tuple[Violation, ...]:
    """Return a violation for each finding that is left; its words are not in it.

    A finding below `SURE` blocks too, until somebody has settled it in one key.
    """
    return tuple(
        Violation(
            rule="private" if not one.is_open else UNSETTLED,
            what=f"line {one.line} of {one.place} holds what "
            f"{'looks like' if not one.is_open else 'may be'} {one.finding.label} "
            f"({one.finding.recognizer}, {one.finding.confidence:.0%} sure)",
            todo="Take it out, or settle it with kb check --settle",
            blocking=True,
        )
        for one in residuals(article, redactor, settled)
    )


def settle(
    residual: Residual, verdict: Verdict, *, article: Article, key: bytes, by: str, at: datetime
) -> Settlement:
    """Return the decision about a finding, for the workspace's file.

    Raises:
        LifecycleError: It is a secret beyond doubt, and no one person may wave it through.
    """
    finding = residual.finding
    if verdict is Verdict.HARMLESS and is_sure_secret(finding):
        raise LifecycleError(
            article.id,
            f"{finding.label} is a secret beyond doubt",
            "Redact it and have it rotated, or write the word into redaction.allow of kb.toml",
        )
    return Settlement(
        at=at,
        by=by,
        verdict=verdict,
        entity=finding.entity,
        recognizer=finding.recognizer,
        confidence=finding.confidence,
        rules=RULES_VERSION,
        article=article.id,
        mark=mark(key, finding.entity, residual.value),
    )


def redacted_too(article: Article, residual: Residual) -> Article:
    """Return the article with a placeholder wherever the residual's words stand."""
    label, value = residual.finding.label, residual.value
    whole = "\n".join(text for _, text in _texts(article))
    numbers = [int(n) for n in re.findall(rf"<{re.escape(label)}-(\d{{1,6}})>", whole)]
    own = label if label.startswith("secret:") else f"{label}-{max(numbers, default=0) + 1}"
    words = re.compile(_bounded(value), re.IGNORECASE)

    def gone(text: str) -> str:
        return words.sub(f"<{own}>", text)

    return replace(
        article,
        title=gone(article.title),
        aliases=tuple(map(gone, article.aliases)),
        tags=tuple(map(gone, article.tags)),
        products=tuple(map(gone, article.products)),
        versions=tuple(map(gone, article.versions)),
        sections=tuple((name, gone(text)) for name, text in article.sections),
    )


def _bounded(value: str) -> str:
    """Return a pattern for the words that does not begin or end inside a longer word."""
    before = r"(?<!\w)" if re.match(r"\w", value) else ""
    after = r"(?!\w)" if re.search(r"\w$", value) else ""
    return f"{before}{re.escape(value)}{after}"
