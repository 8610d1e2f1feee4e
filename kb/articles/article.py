"""An article: front matter and four sections, parsed from Markdown and rendered back unchanged."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from kb.articles.front_matter import split, written
from kb.articles.headings import heading, named
from kb.errors import ArticleError


class State(StrEnum):
    """Where an article stands. Only `PUBLISHED` lies in `docs/articles/`."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Audience(StrEnum):
    """Who may read it."""

    PUBLIC = "public"
    CUSTOMER = "customer"
    INTERNAL = "internal"


class Risk(StrEnum):
    """How many people must approve: one, or two where harm is possible."""

    NORMAL = "normal"
    HIGH = "high"


class Verb(StrEnum):
    """What a person, or the draft command, did to an article."""

    DRAFT = "draft"
    EDIT = "edit"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    PUBLISH = "publish"
    FLAG = "flag"
    RESOLVE = "resolve"
    VERIFY = "verify"
    SUPERSEDE = "supersede"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the article's own history: who did what, when, to which bytes.

    `signature` is an approver's SSH signature in base64, where the workspace lists signers.
    """

    verb: Verb
    by: str
    at: datetime
    digest: str
    note: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the house is about.

    Attributes:
        id: Stable for life, `[a-z0-9-]{1,80}`; also the file's name and the page's address.
        aliases: The customers' own words for the problem, searchable, never rewritten.
        tickets: Keys of the tickets it was written from.
        sections: Section name and its Markdown, in the order of `SECTIONS`; on disk and on the page
            it is headed in the article's language.
        applies_to: Version ranges, e.g. `Ferry >=4.0,<4.5`; empty for every version.
        fixed_in: Where the product itself was mended, e.g. `Ferry 4.5`.
        translation_of: Id of the article that this one says in another language, `""` for none.
        superseded_by: Id of the article that took this one's place for good, `""` for none.
        history: Oldest first.
    """

    id: str
    title: str
    state: State = State.DRAFT
    audience: Audience = Audience.PUBLIC
    risk: Risk = Risk.NORMAL
    lang: str = "en"
    products: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    review_by: str = ""
    applies_to: tuple[str, ...] = ()
    fixed_in: tuple[str, ...] = ()
    translation_of: str = ""
    superseded_by: str = ""
    sections: tuple[tuple[str, str], ...] = ()
    history: tuple[Change, ...] = ()

    def section(self, name: str) -> str:
        """Return the section's Markdown, or `""`."""
        return next((text for key, text in self.sections if key == name), "")

    def with_change(self, change: Change, state: State) -> "Article":
        """Return the article after `change`, standing at `state`."""
        return replace(self, state=state, history=(*self.history, change))


SECTIONS = ("Issue", "Environment", "Cause", "Resolution")
_LISTS = ("products", "versions", "tags", "aliases", "tickets", "applies_to", "fixed_in")
_NAMES = ("translation_of", "superseded_by")
"""The keys that name another article."""
_PLAIN = ("id", "title", "state", "audience", "risk", "lang", "review_by", *_NAMES)
KEYS = (*_PLAIN[:6], *_LISTS, *_PLAIN[6:], "history")
_ALWAYS = frozenset(("title", "products"))
_CHANGE_KEYS = {"verb", "by", "at", "digest", "note", "signature"}
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def is_id(text: str) -> bool:
    """Say whether `text` can be an article's id, and so a file's name."""
    return _ID.fullmatch(text) is not None


def parse(text: str, where: object = "article") -> Article:
    """Read an article from its Markdown.

    Raises:
        ArticleError: Front matter or sections are not as they must be; `where:line` is named.
    """
    meta, body = split(text, where)
    _check_keys(meta, text, where)
    lists = {key: _texts(meta, key, _at(text, key, where)) for key in _LISTS}
    plain = {key: _text(meta, key, _at(text, key, where)) for key in _PLAIN if key in meta}
    for key, closed in (("state", State), ("audience", Audience), ("risk", Risk)):
        if key in plain:
            plain[key] = _choice(closed, plain[key], key, _at(text, key, where))
    for key in ("id", *_NAMES):
        if key == "id" or plain.get(key):
            _check_id(plain[key], key, _at(text, key, where))
    if plain.get("translation_of") == plain["id"]:
        raise ArticleError(
            _at(text, "translation_of", where),
            "translation_of names the article itself",
            "Name the article that it was translated from, or remove the line",
        )
    history = _history(meta.get("history") or [], _at(text, "history", where))
    values: dict[str, Any] = {**plain, **lists}
    return Article(
        **values, sections=_sections(body, text, where, plain.get("lang", "en")), history=history
    )


def render(article: Article, previous: str = "") -> str:
    """Write the article as Markdown; comments and order of `previous` front matter are kept."""
    front = written(dict(_front(article)), _ALWAYS, previous)
    body = "\n\n".join(
        f"## {heading(name, article.lang)}\n\n{text}".rstrip() for name, text in article.sections
    )
    return f"---\n{front}\n---\n\n{body}\n"


def _front(article: Article) -> list[tuple[str, Any]]:
    front: list[tuple[str, Any]] = []
    for key in KEYS[:-1]:
        value = getattr(article, key)
        front.append((key, list(value) if isinstance(value, tuple) else str(value)))
    front.append(("history", [_change_front(change) for change in article.history]))
    return front


def _change_front(change: Change) -> dict[str, str]:
    front = {"verb": str(change.verb), "by": change.by, "at": change.at.isoformat()}
    front["digest"] = change.digest
    more = {"note": change.note, "signature": change.signature}
    return {**front, **{key: value for key, value in more.items() if value}}


def _check_keys(meta: Mapping[str, object], text: str, where: object) -> None:
    for key in meta:
        if key not in KEYS:
            near = get_close_matches(str(key), KEYS, 1)
            todo = f"Did you mean {near[0]}?" if near else "Remove it"
            raise ArticleError(
                _at(text, str(key), where), f"'{key}' is not a key of articles", todo
            )
    for key in ("id", "title"):
        if not meta.get(key):
            raise ArticleError(f"{where}:1", f"{key} is missing", f"Add {key}: to the front matter")


def _at(text: str, key: str, where: object) -> str:
    """Return `where:line` of the front matter's key."""
    found = re.search(rf"(?m)^{re.escape(key)}:", text)
    return f"{where}:{len(text[: found.start()].splitlines()) + 1 if found else 1}"


def _text(meta: Mapping[str, Any], key: str, where: str) -> str:
    value = meta[key]
    if isinstance(value, (Mapping, list)):
        raise ArticleError(where, f"{key} must be one text", "Write it on one line")
    return "" if value is None else str(value)


def _texts(meta: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = meta.get(key) or []
    if not isinstance(value, list) or any(isinstance(v, (Mapping, list)) for v in value):
        raise ArticleError(where, f"{key} must be a list of texts", f"Write {key}: [a, b]")
    return tuple(str(v) for v in value)


def _check_id(value: str, key: str, where: str) -> None:
    if not is_id(value):
        what = f"the {key} is not made of a-z, 0-9 and hyphens"
        raise ArticleError(where, what, "Name it like its file, e.g. proxy-timeouts-1042")


def _choice(closed: type[StrEnum], value: str, key: str, where: str) -> StrEnum:
    if value not in set(closed):
        names = [str(v) for v in closed]
        todo = f"Use {', '.join(names[:-1])} or {names[-1]}"
        if value.casefold() in ("approve", "approved"):
            todo = "Write draft there; people approve with kb review submit and kb review approve"
        raise ArticleError(where, f"{key} is '{value}'", todo)
    return closed(value)


def _history(lines: Any, where: str) -> tuple[Change, ...]:
    try:
        return tuple(_change(line) for line in lines)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ArticleError(
            where, "a line of history is not verb, by, at and digest", "Restore it from git"
        ) from None


def _change(line: Mapping[str, Any]) -> Change:
    if set(line) - _CHANGE_KEYS:
        raise KeyError
    at = datetime.fromisoformat(str(line["at"]))
    if at.tzinfo is None:
        raise ValueError
    return Change(
        verb=Verb(str(line["verb"])),
        by=str(line["by"]),
        at=at,
        digest=str(line["digest"]),
        note=str(line.get("note") or ""),
        signature=str(line.get("signature") or ""),
    )


def _sections(body: str, text: str, where: object, lang: str) -> tuple[tuple[str, str], ...]:
    offset = text[: len(text) - len(body)].count("\n") + 1
    found: list[tuple[str, list[str]]] = []
    fence = ""
    for number, line in enumerate(body.splitlines()):
        fence = _fence_after(line, fence)
        if not fence and line.startswith("## "):
            found.append((_section_name(line, f"{where}:{number + offset}", lang), []))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            raise ArticleError(
                f"{where}:{number + offset}",
                "text stands before the first section",
                "Put it under ## Issue, ## Environment, ## Cause or ## Resolution",
            )
    return tuple((name, "\n".join(lines).strip("\n").rstrip()) for name, lines in found)


def _section_name(line: str, where: str, lang: str) -> str:
    name = named(line[3:].strip(), lang)
    if name not in SECTIONS:
        raise ArticleError(
            where, f"'{name}' is not a section", f"Use {', '.join(SECTIONS)}, or ### below one"
        )
    return name


def _fence_after(line: str, fence: str) -> str:
    """Return the code fence that is open after `line`, `""` when none is."""
    match = _FENCE.match(line)
    if match is None:
        return fence
    mark = match.group(1)
    if not fence:
        return mark
    closes = mark[0] == fence[0] and len(mark) >= len(fence) and line.strip() == mark
    return "" if closes else fence
