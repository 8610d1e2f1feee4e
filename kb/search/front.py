"""Reads front matter that is plain, quickly; what is not plain is left to the slow, exact reader."""

import json
import re
from datetime import datetime

from kb.articles.article import SECTIONS, Article, Audience, Change, Risk, State, Verb
from kb.errors import KbError

Front = dict[str, str | list[str] | list[dict[str, str]]]

_SPLIT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.S | re.M)
_KEY = re.compile(r"([A-Za-z][\w.-]*):(?:[ \t]+(.*?))?[ \t]*\Z")
_ROW = re.compile(r"[ ]{0,4}-[ \t]+(.*?)[ \t]*\Z")
_MORE = re.compile(r"[ ]{2,6}([a-z_]+):[ \t]+(.*?)[ \t]*\Z")
_HARD = re.compile(r"[\[{&*!|>%@#?]|['\"]|.*(?: #|: )")


def split(text: str) -> tuple[Front | None, str]:
    """Return the front matter and the Markdown below; None when it is not plain, `{}` when none."""
    match = _SPLIT.match(text)
    if match is None:
        return {}, text
    try:
        return _front(match.group(1)), text[match.end() :]
    except ValueError:
        return None, text[match.end() :]


def _front(text: str) -> Front:
    front: Front = {}
    key, rows = "", list[str | dict[str, str]]()
    for line in text.splitlines():
        if not line.strip():
            continue
        if match := _KEY.match(line):
            key, rows = match.group(1), []
            said = match.group(2)
            front[key] = rows if said in (None, "[]") else _value(said)  # type: ignore[assignment]
        elif (match := _ROW.match(line)) and key:
            pair = _KEY.match(match.group(1))
            rows.append(
                {pair.group(1): _value(pair.group(2) or "")} if pair else _value(match.group(1))
            )
        elif (match := _MORE.match(line)) and rows and isinstance(rows[-1], dict):
            rows[-1][match.group(1)] = _value(match.group(2))
        else:
            raise ValueError
    return front


def _value(text: str) -> str:
    """Return a scalar; a double-quoted one without escapes that JSON does not know."""
    if text.startswith('"'):
        value = json.loads(text)
        if isinstance(value, str):
            return value
        raise ValueError
    if text.startswith("'") and text.endswith("'") and "'" not in text[1:-1].replace("''", ""):
        return text[1:-1].replace("''", "'")
    if _HARD.match(text):
        raise ValueError
    return text


def text_of(front: Front, key: str) -> str:
    """Return a key's text, `""` when it is none."""
    value = front.get(key, "")
    return value if isinstance(value, str) else ""


def texts_of(front: Front, key: str) -> tuple[str, ...]:
    """Return a key's list of texts."""
    value = front.get(key, ())
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def article_of(front: Front, markdown: str) -> Article | None:
    """Return the article if everything about it is plain; None leaves it to the exact reader.

    A wrong guess here cannot let anything out: the article's digest would not fit its approval.
    """
    try:
        history = tuple(_change(row) for row in front.get("history", ()) if isinstance(row, dict))
        return Article(
            id=text_of(front, "id"),
            title=text_of(front, "title"),
            state=State(text_of(front, "state") or "draft"),
            audience=Audience(text_of(front, "audience") or "public"),
            risk=Risk(text_of(front, "risk") or "normal"),
            lang=text_of(front, "lang") or "en",
            products=texts_of(front, "products"),
            versions=texts_of(front, "versions"),
            tags=texts_of(front, "tags"),
            aliases=texts_of(front, "aliases"),
            tickets=texts_of(front, "tickets"),
            review_by=text_of(front, "review_by"),
            sections=_sections(markdown),
            history=history,
        )
    except (ValueError, KeyError, TypeError, KbError):
        return None


def _change(row: dict[str, str]) -> Change:
    at = datetime.fromisoformat(row["at"])
    return Change(verb=Verb(row["verb"]), by=row["by"], at=at, digest=row["digest"],
                  note=row.get("note", ""))  # fmt: skip


def _sections(markdown: str) -> tuple[tuple[str, str], ...]:
    parts = re.split(r"(?m)^## (.+)$", markdown)
    if {part.strip() for part in parts[1::2]} - set(SECTIONS):
        raise ValueError
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return tuple((name.strip(), text.strip("\n").rstrip()) for name, text in pairs)
