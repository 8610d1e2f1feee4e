"""Writes units as Markdown: steps, points, tables, and code in fences that name their language."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import groupby

from kb.capture.answer import Told
from kb.capture.doing import tells
from kb.capture.paths import names_menu
from kb.capture.phrases import pattern
from kb.capture.thread import Form, Unit

_SHELL = re.compile(
    r"^\s*(?:\$ |# |sudo |apt(?:-get)? |npm |pip3? |git |docker |kubectl |curl |cd |systemctl |brew |yum |dnf |snap |flatpak |chmod |export )"
)
_LANGUAGES = (
    ("bash", _SHELL),
    ("python", re.compile(r"^(?:Traceback \(most|from \w[\w.]* import|import \w+$|def \w+\()")),
    (
        "sql",
        re.compile(
            r"(?i)^\s*(?:select .+ from|insert into|update .+ set|create table|alter table) ?"
        ),
    ),
    ("xml", re.compile(r"^\s*<\??[A-Za-z][^>]*>")),
    ("ini", re.compile(r"^\s*(?:\[[\w. -]+\]$|[\w.-]+\s*=\s*\S)")),
    ("yaml", re.compile(r"^\s*(?:- )?[\w.-]+:(?: \S.*)?$")),
)


_STATES = re.compile(
    r"(?i)(?:the|this|that|these|those|it|there|you|your|an?|note|important|all|if it|default|says|opens|here|half|pop|imap)\b|\S+\W*$|[^.]{0,40}(?:: |=)|https?://"
)
"""How a list's row begins that is a fact, a heading, an address or a setting and its value."""
_MANY, _MOST = 3, 0.6
_ENDS = re.compile(r"[.!?。！？…][\"”»')]*\Z")


def prose(found: Sequence[Unit]) -> str:
    """Write what was said: paragraphs of a line a sentence, with points and code where they stood."""
    out: list[tuple[str, str]] = []
    for unit in found:
        if unit.form in (Form.STEP, Form.POINT):
            out.append(("- ", f"- {coded(unit.text)}"))
        else:
            is_whole = unit.form is Form.SENTENCE and _ENDS.search(unit.text)
            out.append(("." if is_whole else "", _block(unit)))
    return _stacked(out)


def reasons(found: Sequence[Unit], lang: str) -> str:
    """Write why it happens; the first sentence joins on to nothing that is not there."""
    if not found:
        return ""
    first = begun(_joining(lang).sub("", found[0].text, count=1))
    return prose([replace(found[0], text=first), *found[1:]])


def _stacked(rows: Sequence[tuple[str, str]]) -> str:
    """Put blocks below each other: a list's rows and whole sentences close together, all else apart."""
    text, before = "", ""
    for mark, row in rows:
        gap = "" if not text else "\n" if mark and mark == before else "\n\n"
        text, before = f"{text}{gap}{row}", mark
    return text.rstrip()


def steps(told: Sequence[Told], lang: str) -> str:
    """Write what is to be done: acts as numbered steps, what belongs to one within it.

    An answer that tells nothing to do stays prose.

    Args:
        lang: The article's language, whose words join no first step to what is not there.
    """
    if not any(one.act for one in told):
        return prose([one.unit for one in told])
    rows: list[str] = []
    number = 0
    under = ""
    alike = _alike(told) if lang == "en" else frozenset[int]()
    for n, (one, after) in enumerate(zip(told, (*told[1:], None), strict=True)):
        unit, indent = one.unit, "    " if number else ""
        is_point = unit.form is Form.POINT and _is_point(unit.text, under, number)
        if is_point and (n not in alike or under.endswith(":")):
            glued = bool(rows) and rows[-1].lstrip().startswith("- ")
            row = f"{indent}- {coded(unit.text)}"
            rows[-1:] = [f"{rows[-1]}\n{row}"] if glued else [*rows[-1:], row]
            continue
        if unit.form in (Form.CODE, Form.TABLE):
            rows.append(_indented(_block(unit)) if number else _block(unit))
        elif one.act and not number and _leads(one, after):
            rows.append(_block(unit))
        elif one.act:
            number += 1
            text = unit.text if number > 1 else _joining(lang).sub("", unit.text, count=1)
            rows.append(f"{number}. {_ended(coded(begun(text)), after)}")
        elif number and re.search(r"^\d[^\n]*[.!:)]\Z", rows[-1]):
            rows[-1] = f"{rows[-1]} {coded(begun(unit.text))}"
        else:
            rows.append(f"{indent}{_block(unit)}")
        under = unit.text
    return "\n\n".join(rows).rstrip()


def _alike(told: Sequence[Told]) -> frozenset[int]:
    """Return the places of a bare list's rows that are steps because most of its rows are."""
    found: set[int] = set()
    for is_listed, run in groupby(enumerate(told), key=lambda row: row[1].unit.form is Form.POINT):
        rows = list(run)
        orders = sum(_orders(one.unit.text) for _, one in rows)
        if is_listed and len(rows) >= _MANY and orders >= _MOST * len(rows):
            found.update(n for n, one in rows if one.act and not _STATES.match(one.unit.text))
    return frozenset(found)


def _orders(text: str) -> bool:
    return tells(text) or names_menu(text)


@cache
def _joining(lang: str) -> re.Pattern[str]:
    """Return what matches before a first step: it joins nothing, and answers what is not there."""
    joins = pattern(r"(?:{conjunction})(?:, | |、)", lang).pattern
    answers = pattern(r"(?:{answering})[,:]? (?!and\b)", lang).pattern
    return re.compile(rf"(?i)^(?:{joins})?(?:{answers})?(?=\w)")


def _leads(one: Told, after: Told | None) -> bool:
    """Say whether an act is no step but leads up to the list of steps below it."""
    is_listed = after is not None and after.act and after.unit.form in (Form.STEP, Form.POINT)
    return one.unit.form is Form.SENTENCE and is_listed and one.unit.text.endswith((":", "："))


def _ended(text: str, after: Told | None) -> str:
    """End a last step with a full stop where it leads up to what is not there."""
    return f"{text[:-1]}." if after is None and text.endswith(":") else text


def _is_point(text: str, under: str, number: int) -> bool:
    """Say whether a bare list's item is a point under the step before it, not a step itself."""
    if number:
        return under.endswith(":") or not tells(text)
    return not _orders(text)


def begun(text: str) -> str:
    """Begin a sentence with a capital, unless it begins with a command or a setting."""
    return (
        text[:1].upper() + text[1:] if re.match(r"[^\W\d_A-Z]+(?:-[a-z]+)*[ ,'>]", text) else text
    )


def _block(unit: Unit) -> str:
    if unit.form is Form.CODE:
        return fenced(unit.text)
    return unit.text if unit.form is Form.TABLE else _escaped(coded(begun(unit.text)))


def _escaped(text: str) -> str:
    """Escape a sentence that would open a fence, a section or a list: what follows stays there."""
    return re.sub(r"^(?=`{3}|~{3}|#|[-+*>] |\d+[.)] )", r"\\", text)


def fenced(code: str) -> str:
    """Return a block of code in a fence that names its language."""
    lines = code.splitlines()
    margin = min((len(ln) - len(ln.lstrip()) for ln in lines if ln.strip()), default=0)
    bare = [line[margin:] for line in lines]
    mark = re.match(r" {0,3}((`{3,}|~{3,})\s*([\w+-]*).*)", bare[0]) if bare else None
    if mark is None:
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
        return f"{fence}{_language(bare)}\n" + "\n".join(bare) + f"\n{fence}"
    if mark.group(3):
        return "\n".join([mark.group(1), *bare[1:]])
    return "\n".join([f"{mark.group(2)}{_language(bare[1:-1])}", *bare[1:]])


def _language(lines: Sequence[str]) -> str:
    text = "\n".join(lines).strip()
    if text[:1] in ("{", "["):
        try:
            json.loads(text)
        except ValueError:
            pass
        else:
            return "json"
    for name, sign in _LANGUAGES:
        told = [line for line in text.splitlines() if line.strip()]
        if told and sign.search(told[0]) and (name != "yaml" or all(map(sign.match, told))):
            return name
    return "text"


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in code.splitlines())


_SETTING = re.compile(
    r"`[^`]*`|https?://\S+|www\.\S+|<[^<>\s]*>|\S+@\S+|\[[^\]]*\]\([^)]*\)"
    r"|(?P<code>\b[a-zA-Z_]\w*\(\"[^\"\n]*\"(?:, ?[^()\n]*)?\);?|(?<![\w/.\\:-])(?:--[a-z][\w-]+(?:=[\w./-]+)?|[A-Za-z]:\\(?:[^\s,;\"”)]|(?<=Program)\ (?=Files)|(?<=Files)\ (?=\(x86\)\\)|(?<=\(x86)\)|\ (?=\w+\\))*[\w\\>]|%\w+%(?:\\[^\s,;\"”)]*\w)?"
    r"|[a-z][a-z]\w*(?:\.[A-Za-z][\w-]*){2,}|[a-z]\w*\.\w*_\w+|[a-zA-Z]+(?:_[A-Za-z0-9]+)+(?!\w)"
    r"|(?:~|/(?:etc|usr|var|opt|Library|tmp))/[^\s,;\"”)<]*\w))"
)


_SETTING_MARKS = ("_", "/", "--", "~", "%", ":\\", '("')
"""What has none of these, and not two full stops, is no setting: most sentences are not searched."""


@lru_cache(maxsize=256)
def coded(text: str) -> str:
    """Put settings, options and paths that stand bare in a sentence into code."""
    if text.count(".") < 2 and not any(map(text.__contains__, _SETTING_MARKS)):
        return text
    return _SETTING.sub(lambda m: f"`{m.group()}`" if m.group("code") else m.group(), text)
