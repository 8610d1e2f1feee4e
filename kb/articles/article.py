"""An article: front matter and four sections, parsed from Markdown and rendered back unchanged."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

import frontmatter
import yaml as pyyaml
from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from ruamel.yaml.tag import Tag

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
        sections: Section name and its Markdown, in the order of `SECTIONS`.
        applies_to: Version ranges, e.g. `Ferry >=4.0,<4.5`; empty for every version.
        fixed_in: Where the product itself was mended, e.g. `Ferry 4.5`.
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
_PLAIN = ("id", "title", "state", "audience", "risk", "lang", "review_by", "superseded_by")
KEYS = (*_PLAIN[:6], *_LISTS, *_PLAIN[6:], "history")
_CHANGE_KEYS = {"verb", "by", "at", "digest", "note", "signature"}
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_MAX_FRONT = 64 * 1024
_MAX_DEPTH = 8
_TEXT = "tag:yaml.org,2002:str"
_MKDOCS: Any = pyyaml.resolver.Resolver()
_BASE: Any = getattr(pyyaml, "CBaseLoader", pyyaml.BaseLoader)
"""The reader in C where PyYAML has it: a library of ten thousand articles is read in seconds."""


class _Texts(_BASE):  # type: ignore[misc]
    """Reads every scalar as the text that stands there: NO, 1.10 and 12:30 stay what they are."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Read a mapping; a key that stands twice is refused, as one of the two would be lost."""
        keys = [key.value for key, _ in node.value]
        if len(set(map(str, keys))) < len(keys):
            raise pyyaml.constructor.ConstructorError(
                None, None, "a key stands twice", node.start_mark
            )
        return super().construct_mapping(node, deep=deep)


class _Plain(VersionedResolver):
    """Lets ruamel read texts alone, too, where the old front matter's comments are to stay."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is ScalarNode:
            return Tag(suffix=_TEXT)
        return super().resolve(kind, value, implicit)


class _Handler(frontmatter.default_handlers.YAMLHandler):
    """Front matter that keeps order and comments."""

    def load(self, fm: str, **_: object) -> Any:
        """Parse `fm` with its comments."""
        return _yaml().load(fm)

    def export(self, metadata: Mapping[str, object], **_: object) -> str:
        """Write `metadata` in its own order."""
        out = io.StringIO()
        _yaml().dump(metadata, out)
        return out.getvalue().strip()


def _yaml() -> Any:
    yaml = YAML(typ="rt")
    yaml.Resolver = _Plain
    yaml.width = 4096
    yaml.allow_unicode = True
    yaml.default_flow_style = False
    return yaml


def is_id(text: str) -> bool:
    """Say whether `text` can be an article's id, and so a file's name."""
    return _ID.fullmatch(text) is not None


def parse(text: str, where: object = "article") -> Article:
    """Read an article from its Markdown.

    Raises:
        ArticleError: Front matter or sections are not as they must be; `where:line` is named.
    """
    meta, body = _split(text, where)
    _check_keys(meta, text, where)
    lists = {key: _texts(meta, key, _at(text, key, where)) for key in _LISTS}
    plain = {key: _text(meta, key, _at(text, key, where)) for key in _PLAIN if key in meta}
    for key, closed in (("state", State), ("audience", Audience), ("risk", Risk)):
        if key in plain:
            plain[key] = _choice(closed, plain[key], key, _at(text, key, where))
    for key in ("id", "superseded_by"):
        if key == "id" or plain.get(key):
            _check_id(plain[key], key, _at(text, key, where))
    history = _history(meta.get("history") or [], _at(text, "history", where))
    values: dict[str, Any] = {**plain, **lists}
    return Article(**values, sections=_sections(body, text, where), history=history)


def render(article: Article, previous: str = "") -> str:
    """Write the article as Markdown; comments and order of `previous` front matter are kept."""
    meta = _commented(previous) if previous else {}
    for key, value in _front(article):
        if value or key in ("title", "products"):
            meta[key] = _over(meta.get(key), _quoted(value))
        else:
            meta.pop(key, None)
    body = "\n\n".join(f"## {name}\n\n{text}".rstrip() for name, text in article.sections)
    return f"---\n{_Handler().export(meta)}\n---\n\n{body}\n"


def _commented(text: str) -> Any:
    """Return the front matter of `text` with its comments, for writing it again."""
    front = text[: len(text) - len(_split(text, "previous")[1])]
    return _Handler().load(front.lstrip("\ufeff").removeprefix("---").rstrip().removesuffix("---"))


def _over(old: Any, new: Any) -> Any:
    """Return `new`, put into the list that stands there where nothing changed: its comments stay."""
    if not isinstance(old, list) or old != new:
        return new
    for place, value in enumerate(new):
        old[place] = value
    return old


def _front(article: Article) -> list[tuple[str, Any]]:
    front: list[tuple[str, Any]] = []
    for key in KEYS[:-1]:
        value = getattr(article, key)
        front.append((key, list(value) if isinstance(value, tuple) else str(value)))
    front.append(("history", [_change_front(change) for change in article.history]))
    return front


def _quoted(value: Any) -> Any:
    """Quote what MkDocs' own YAML would read as anything but text (NO, 1.10, 12:30)."""
    if isinstance(value, list):
        return [_quoted(one) for one in value]
    if isinstance(value, dict):
        return {key: _quoted(one) for key, one in value.items()}
    is_text = _MKDOCS.resolve(pyyaml.ScalarNode, value, (True, False)) == _TEXT
    return value if is_text else DoubleQuotedScalarString(value)


def _change_front(change: Change) -> dict[str, str]:
    front = {"verb": str(change.verb), "by": change.by, "at": change.at.isoformat()}
    front["digest"] = change.digest
    more = {"note": change.note, "signature": change.signature}
    return {**front, **{key: value for key, value in more.items() if value}}


def _split(text: str, where: object) -> tuple[Any, str]:
    match = re.match(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", text, re.S | re.M)
    if match is None:
        raise ArticleError(
            f"{where}:1", "no front matter between two lines of ---", "Put it at the very top"
        )
    front = match.group(1)
    try:
        if len(front) > _MAX_FRONT or not _is_plain(front):
            raise ArticleError(
                f"{where}:1",
                "the front matter holds an anchor, alias or tag, or is over 64 kB",
                "Write plain keys and values, and quote text that starts with &, * or !",
            )
        meta = pyyaml.load(front, _Texts)  # noqa: S506 (it makes texts, lists and mappings alone)
    except pyyaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise ArticleError(
            f"{where}:{line}", "the front matter is not valid YAML", "Quote values that hold : or #"
        ) from None
    if not isinstance(meta, Mapping):
        raise ArticleError(f"{where}:1", "the front matter holds no keys", "Give it id and title")
    return meta, text[match.end() :]


def _is_plain(front: str) -> bool:
    """Say whether it is one shallow document without anchors, aliases and tags.

    A line of `...` would end the front matter for MkDocs and not for us.
    """
    depth = 0
    for event in pyyaml.parse(front, _Texts):
        opens = isinstance(event, pyyaml.CollectionStartEvent)
        depth += opens - isinstance(event, pyyaml.CollectionEndEvent)
        marked = getattr(event, "anchor", None) or getattr(event, "tag", None)
        if marked or depth > _MAX_DEPTH or isinstance(event, pyyaml.AliasEvent):
            return False
    return re.search(r"(?m)^(\.\.\.|%)", front) is None


def _check_keys(meta: Mapping[str, object], text: str, where: object) -> None:
    for key in meta:
        if key not in KEYS:
            near = get_close_matches(str(key), KEYS, 1)
            todo = f"Did you mean {near[0]}?"[:-1] if near else "Remove it"
            raise ArticleError(
                _at(text, str(key), where), f"'{key}' is not a key of articles", todo
            )
    for key in ("id", "title"):
        if not meta.get(key):
            raise ArticleError(f"{where}:1", f"{key} is missing", f"Add {key}: to the front matter")


def _at(text: str, key: str, where: object) -> str:
    """Return `where:line` of the front matter's key."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(f"{key}:"):
            return f"{where}:{number}"
    return f"{where}:1"


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
        raise ArticleError(
            where, f"{key} is '{value}'", f"Use {', '.join(names[:-1])} or {names[-1]}"
        )
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


def _sections(body: str, text: str, where: object) -> tuple[tuple[str, str], ...]:
    offset = text[: len(text) - len(body)].count("\n") + 1
    found: list[tuple[str, list[str]]] = []
    fence = ""
    for number, line in enumerate(body.splitlines()):
        fence = _fence_after(line, fence)
        if not fence and line.startswith("## "):
            found.append((_section_name(line, f"{where}:{number + offset}"), []))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            raise ArticleError(
                f"{where}:{number + offset}",
                "text stands before the first section",
                "Put it under ## Issue, ## Environment, ## Cause or ## Resolution",
            )
    return tuple((name, "\n".join(lines).strip("\n").rstrip()) for name, lines in found)


def _section_name(line: str, where: str) -> str:
    name = line[3:].strip()
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
