"""Binds an approval to bytes and to a second person; checked from the file alone, offline."""

import hashlib
import json
import re
import unicodedata
from dataclasses import asdict

from kb.articles.article import Article, Change, Risk, Verb

_RECORD = {"state", "history"}
NEEDED = {Risk.NORMAL: 1, Risk.HIGH: 2}


def digest(article: Article) -> str:
    """Return `sha256:<hex>` of the canonical content: everything but state and history.

    The content is JSON with sorted keys and no spaces, in UTF-8.
    """
    content = {key: value for key, value in asdict(article).items() if key not in _RECORD}
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def person(by: str) -> str:
    """Return one spelling for one person: address only, folded, without `+tag` or marks.

    >>> person("Mara Lind <Mara.Lind+kb@Ferrywright.example>")
    'mara.lind@ferrywright.example'
    """
    by = unicodedata.normalize("NFKC", by)
    match = re.search(r"<([^<>]+)>", by)
    text = (match.group(1) if match else by).casefold()
    text = "".join(ch for ch in text if ch.isprintable() and not ch.isspace())
    name, at, host = text.partition("@")
    return f"{name.split('+')[0]}{at}{host.rstrip('.')}"


def writers(article: Article) -> frozenset[str]:
    """Return everybody who drafted, edited or submitted it: they may not approve it."""
    own = (Verb.DRAFT, Verb.EDIT, Verb.SUBMIT)
    return frozenset(person(c.by) for c in article.history if c.verb in own)


def approvers(article: Article) -> frozenset[str]:
    """Return the people whose approval holds for the bytes as they are now; nobody is none."""
    now, barred = digest(article), writers(article) | {""}
    return (
        frozenset(
            person(c.by)
            for c in _since_submitted(article)
            if c.digest == now and c.verb is Verb.APPROVE
        )
        - barred
    )


def is_approved(article: Article) -> bool:
    """Say whether enough other people approved exactly these bytes."""
    return len(approvers(article)) >= NEEDED[article.risk]


def why_not(article: Article, by: str) -> str:
    """Return why `by` may not approve the article, or `""` when they may."""
    if person(by) in writers(article):
        return "you wrote, edited or submitted it; a second person approves"
    if person(by) in approvers(article):
        return "you have approved these bytes already; another person must"
    return ""


def _since_submitted(article: Article) -> tuple[Change, ...]:
    """Return the changes since the last time it was submitted or sent back."""
    starts = [
        number
        for number, change in enumerate(article.history)
        if change.verb in (Verb.SUBMIT, Verb.SEND_BACK)
    ]
    return article.history[starts[-1] :] if starts else ()
