"""Binds an approval to bytes and to a second person; checked from the file alone, offline."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import datetime, timedelta

from kb.articles.article import Article, Change, Risk, Verb
from kb.articles.identity import is_same, person

_RECORD = {"state", "history", "superseded_by"}
_LATER = {"applies_to", "fixed_in", "translation_of"}
NEEDED = {Risk.NORMAL: 1, Risk.HIGH: 2}
WRITES = frozenset({Verb.DRAFT, Verb.EDIT, Verb.SUBMIT})
"""The verbs whose person may not approve."""
SKEW = timedelta(minutes=10)
"""How far two people's clocks may stand apart."""
Verify = Callable[[str, str, str, datetime], str]
"""Takes person, statement, signature and time; returns the key's fingerprint, `""` if it fails."""


def digest(article: Article) -> str:
    """Return `sha256:<hex>` of the canonical content: everything but the record of its life.

    The content is JSON with sorted keys and no spaces, in UTF-8. Fields that came later count only
    where they say something, so that older approvals hold.
    """
    names = (field.name for field in fields(article) if field.name not in _RECORD)
    content = {
        name: value for name in names if (value := getattr(article, name)) or name not in _LATER
    }
    return f"sha256:{_sha256(content)}"


def statement(article: Article, change: Change, before: tuple[Change, ...]) -> str:
    """Return what an approver signs: these bytes of this article, after exactly this history.

    A signature taken from another article, another person, another time or another round of the
    same article therefore fails, and so does one whose earlier history was rewritten.
    """
    past = [{**asdict(c), "at": c.at.isoformat()} for c in before]
    lines = {
        "article": article.id,
        "digest": change.digest,
        "by": person(change.by),
        "at": change.at.isoformat(),
        "after": f"sha256:{_sha256(past)}",
    }
    return "docworthy approval 1\n" + "".join(f"{key}: {value}\n" for key, value in lines.items())


def writers(article: Article) -> frozenset[str]:
    """Return everybody who drafted, edited or submitted it: they may not approve it."""
    return frozenset(person(c.by) for c in article.history if c.verb in WRITES)


def approvers(article: Article, verify: Verify | None = None) -> frozenset[str]:
    """Return the people whose approval holds for the bytes as they are now; nobody is none.

    Args:
        verify: Where given, an approval without a signature that verifies counts for nothing, and
            two by one key count once.
    """
    return frozenset(person(change.by) for change, _ in _held(article, verify))


def signed(article: Article, verify: Verify | None) -> frozenset[str]:
    """Return those of the approvers whose signature verifies."""
    return frozenset(person(change.by) for change, key in _held(article, verify) if key)


def is_approved(article: Article, verify: Verify | None = None) -> bool:
    """Say whether enough other people approved exactly these bytes."""
    return len(approvers(article, verify)) >= NEEDED[article.risk]


def lacking(article: Article, verify: Verify | None = None) -> str:
    """Return what the article lacks to be approved, `""` where nothing; see `approvers`."""
    have, need = approvers(article, verify), NEEDED[article.risk]
    if len(have) >= need:
        return ""
    unsigned = len(approvers(article)) - len(have)
    told = f"; {unsigned} more without a listed person's signature" if unsigned else ""
    return f"{len(have)} of {need} approvals hold for these bytes{told}"


def why_not(article: Article, by: str) -> str:
    """Return why `by` may not approve the article, or `""` when they may."""
    if _wrote(article, by):
        return "you wrote, edited or submitted it; a second person approves"
    if any(is_same(by, one.by) for one, _ in _held(article, None)):
        return "you have approved these bytes already; another person must"
    return ""


def _held(article: Article, verify: Verify | None) -> list[tuple[Change, str]]:
    """Return the approvals that hold, each with its key, one a person."""
    now, start = digest(article), _start(article)
    held: list[tuple[Change, str]] = []
    for number, change in enumerate(article.history[start:], start):
        if change.verb is Verb.WITHDRAW:
            held = [one for one in held if not is_same(one[0].by, change.by)]
        if change.verb is not Verb.APPROVE or change.digest != now or not person(change.by):
            continue
        if change.at < article.history[start].at - SKEW or _wrote(article, change.by):
            continue
        key = ""
        if verify is not None:
            said = statement(article, change, article.history[:number])
            key = verify(person(change.by), said, change.signature, change.at)
        if verify is not None and (not key or key in {k for _, k in held}):
            continue
        if not any(is_same(change.by, one.by) for one, _ in held):
            held.append((change, key))
    return held


def _wrote(article: Article, by: str) -> bool:
    wrote = {c.by for c in article.history if c.verb in WRITES}
    return any(is_same(by, one) for one in wrote)


def _start(article: Article) -> int:
    """Return where the history goes on after the last submission or sending back."""
    starts = [n for n, c in enumerate(article.history) if c.verb in (Verb.SUBMIT, Verb.SEND_BACK)]
    return starts[-1] if starts else len(article.history)


def _sha256(value: object) -> str:
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
