"""Ticket to draft, by extraction: every sentence stands in the thread, with its evidence."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.articles.approval import digest
from kb.articles.article import Article, Change, State, Verb
from kb.articles.evidence import Evidence
from kb.capture.language import detect
from kb.capture.solution import Solution, solution
from kb.capture.thread import Form, Unit, units
from kb.errors import TicketError
from kb.tickets.ticket import Message, Role, Ticket

REVIEW_AFTER = timedelta(days=365)
_CAUSE = re.compile(
    r"(?i)\b(because|the (root )?cause|caused by|this happens when|happens (when|if|because)|due to"
    r"|the reason|turns out|which is why|that's why)\b"
)
_TITLE_NOISE = re.compile(
    r"(?i)^\s*((re|fwd?|aw|wg)\s*:\s*|\[[^\]]*\]\s*|urgent\W+|help\W+|question:\s*)+"
)
_PLACEHOLDER = re.compile(r"<[a-z][a-z:-]*?(?:-\d+)?>")
_PLATFORMS = re.compile(
    r"\b(Linux(?: Mint)?(?: \d[\d.]*)?|macOS(?: [A-Z][a-z]+)?(?: \d[\d.]*)?|(?:Mac OS X?|OS X)(?: \d[\d.]*)?"
    r"|Windows(?: Server)?(?: (?:\d+(?:\.\d)?|XP|Vista))?(?: (?:Pro|Home))?|Win ?(?:7|8|10|11)\b|Android(?: \d+)?|iOS(?: \d+)?"
    r"|Docker(?: Compose)?|Kubernetes|Ubuntu(?: \d[\d.]*)?|Debian(?: \d+)?|RHEL(?: \d+)?|Alpine(?: \d[\d.]*)?"
    r"|Fedora(?: \d+)?|Podman|nginx|GitHub Actions|PostgreSQL(?: \d+)?|EKS|GKE|AKS)"
)
_VERSION = re.compile(
    r"\b(?:[A-Z][A-Za-z]{1,20}|[Vv]ersion)(?: (?:[Vv]ersion|ver\.?|[Vv]))? ?\d{1,4}(?:\.\d{1,5}){1,4}(?:esr|b\d+|-?rc\d+)?"
    r"(?: \((?:32|64)[ -]?bit\))?"
)
_MAX_ISSUE, _MAX_TITLE, _MAX_FACTS = 8, 80, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft and where each of its sentences came from."""

    article: Article
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What a thread holds: who says that it is solved, the sections, and where they stand."""

    solved: Solution
    sections: tuple[tuple[str, str], ...]
    title: str
    evidence: tuple[Evidence, ...]


def draft_id(ticket: Ticket) -> str:
    """Return the id an article written from this ticket has: subject's words and the number."""
    subject = _PLACEHOLDER.sub("", _TITLE_NOISE.sub("", ticket.subject))
    ascii_only = unicodedata.normalize("NFKD", subject).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", ascii_only)[:7])[:56].strip("-")
    number = re.sub(r"[^a-z0-9]+", "-", ticket.key.partition(":")[2].lower()).strip("-")
    return f"{slug}-{number}".strip("-")


def draft(ticket: Ticket, *, by: str, at: datetime) -> Draft:
    """Write an article from a solved ticket, using its public messages alone.

    Raises:
        TicketError: The thread holds no confirmed fix, so there is nothing to write.
    """
    found = extract(ticket)
    why = found.solved.why
    if found.solved.confirmed and not dict(found.sections).get("Resolution"):
        why = "the answer holds nothing that could be told to others"
    if why != found.solved.why or not found.solved.confirmed:
        raise TicketError(ticket.key, f"not enough evidence: {why}", "Ask the requester")
    products, versions = _products(ticket)
    article = Article(
        id=draft_id(ticket),
        title=found.title,
        lang=detect(_spoken(ticket)),
        products=products,
        versions=versions,
        tags=tuple(tag for tag in ticket.tags if tag != "doc-worthy"),
        aliases=_aliases(ticket),
        tickets=(ticket.key,),
        review_by=(at + REVIEW_AFTER).date().isoformat(),
        sections=found.sections,
    )
    born = Change(verb=Verb.DRAFT, by=by, at=at, digest=digest(article))
    return Draft(article=article.with_change(born, State.DRAFT), evidence=found.evidence)


def _spoken(ticket: Ticket) -> str:
    first = _first(ticket)
    return f"{ticket.subject}\n{first.body if first else ''}"


def extract(ticket: Ticket) -> Extract:
    """Return what the thread holds, confirmed or not; without a confirmation nothing is written."""
    solved = solution(ticket)
    evidence: list[Evidence] = []
    sections = _sections(ticket, solved, evidence)
    title = _title(ticket, evidence)
    return Extract(solved=solved, sections=sections, title=title, evidence=tuple(evidence))


def _sections(
    ticket: Ticket, solved: Solution, evidence: list[Evidence]
) -> tuple[tuple[str, str], ...]:
    causes = _causes(ticket)
    answer = units(solved.message) if solved.message else ()
    parts = (
        ("Issue", _issue(ticket)),
        ("Cause", causes),
        ("Resolution", _told(answer, causes)),
    )
    texts = {name: _render(found, steps=name == "Resolution") for name, found in parts}
    for name, found in parts:
        evidence += [_evidence(name, unit, ticket) for unit in found]
    texts["Environment"] = _environment(ticket, evidence)
    names = ("Issue", "Environment", "Cause", "Resolution")
    return tuple((name, texts[name]) for name in names if texts[name] or name != "Cause")


def _issue(ticket: Ticket) -> list[Unit]:
    first = _first(ticket)
    return list(units(first))[:_MAX_ISSUE] if first else []


def _first(ticket: Ticket) -> Message | None:
    return next((m for m in ticket.public_messages if m.role is Role.REQUESTER), None)


def _causes(ticket: Ticket) -> list[Unit]:
    """Return up to two sentences in which somebody who answered states the cause."""
    answers = [m for m in ticket.public_messages if m.role in (Role.AGENT, Role.OTHER)]
    said = [unit for message in answers for unit in units(message)]
    stated = [u for u in said if u.form is Form.SENTENCE and _CAUSE.search(u.text)]
    return [unit for unit in stated if "?" not in unit.text][-2:]


def _render(found: list[Unit], *, steps: bool) -> str:
    """Write units as Markdown: prose as paragraphs, or as numbered steps with their code."""
    listed = any(unit.form is Form.STEP for unit in found)
    out: list[str] = []
    number = 0
    for unit in found:
        if unit.form is Form.CODE:
            code = _fenced(unit.text)
            out.append(_indent(code) if steps and number else code)
        elif steps and (unit.form is Form.STEP or not listed):
            number += 1
            out.append(f"{number}. {_begun(unit.text)}")
        else:
            out.append(f"- {unit.text}" if unit.form is Form.STEP else _prose(_begun(unit.text)))
    return "\n\n".join(out).rstrip()


def _begun(text: str) -> str:
    """Begin a sentence with a capital, unless it begins with a command or a setting."""
    return text[:1].upper() + text[1:] if re.match(r"[a-z]+[ ,']", text) else text


def _told(answer: tuple[Unit, ...], causes: list[Unit]) -> list[Unit]:
    """Leave out the cause, questions, and what leads up to a list without saying what to do."""
    stated = {unit.text for unit in causes}
    first = next((n for n, unit in enumerate(answer) if unit.form is Form.STEP), 0)
    return [
        unit
        for number, unit in enumerate(answer)
        if unit.form is not Form.SENTENCE
        or not (
            unit.text in stated or "?" in unit.text or (number < first and "`" not in unit.text)
        )
    ]


def _prose(text: str) -> str:
    """Escape a sentence that would open a fence or a section: what follows stays where it is."""
    return re.sub(r"^(?=`{3}|~{3}|#)", r"\\", text)


def _fenced(code: str) -> str:
    lines = code.splitlines()
    margin = min((len(ln) - len(ln.lstrip()) for ln in lines if ln.strip()), default=0)
    bare = "\n".join(line[margin:] for line in lines)
    return bare if bare.startswith(("```", "~~~")) else f"```text\n{bare}\n```"


def _indent(code: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in code.splitlines())


def _environment(ticket: Ticket, evidence: list[Evidence]) -> str:
    """Return one line a fact: structured fields first, then platforms named in the thread."""
    product, version = ticket.field("product"), ticket.field("version")
    named = [(f"field:{n}", ticket.field(n)) for n in ("platform", "deployment", "os")]
    facts = [("field:product", f"{product} {version}".strip()), *named]
    for message in ticket.public_messages:
        named_here = _PLATFORMS.findall(message.body) + _VERSION.findall(message.body)
        facts += [(message.id, name) for name in named_here]
    lines: list[str] = []
    for where, fact in facts:
        if fact and len(lines) < _MAX_FACTS and not any(_within(fact, line) for line in lines):
            lines.append(fact)
            row = Evidence(section="Environment", sentence=fact, ticket=ticket.key, message=where)
            evidence.append(row)
    return "\n".join(f"- {line}" for line in lines)


def _within(fact: str, line: str) -> bool:
    return fact.casefold() in line.casefold()


def _products(ticket: Ticket) -> tuple[tuple[str, ...], tuple[str, ...]]:
    product, version = ticket.field("product"), ticket.field("version")
    return (product,) if product else (), (version,) if version else ()


def _title(ticket: Ticket, evidence: list[Evidence]) -> str:
    """Return main issue and main environment, at most 80 characters."""
    subject = " ".join(_PLACEHOLDER.sub(" ", _TITLE_NOISE.sub("", ticket.subject)).split())
    title = subject.rstrip(" .!?,:;-")[:1].upper() + subject.rstrip(" .!?,:;-")[1:]
    platform = ticket.field("platform")
    named = platform and platform.casefold() not in title.casefold()
    if named and len(title) + len(platform) + 4 <= _MAX_TITLE and "<" not in platform:
        title = f"{title} on {platform}"
    evidence.append(
        Evidence(
            section="Title",
            sentence=title,
            ticket=ticket.key,
            message="subject",
            end=len(ticket.subject),
        )
    )
    return title if len(title) <= _MAX_TITLE else title[: _MAX_TITLE - 1].rsplit(" ", 1)[0] + "…"


def _aliases(ticket: Ticket) -> tuple[str, ...]:
    """Return the requester's own words for it: the subject, whole."""
    subject = " ".join(_PLACEHOLDER.sub(" ", ticket.subject).split())
    return (subject,) if subject else ()


def _evidence(section: str, unit: Unit, ticket: Ticket) -> Evidence:
    return Evidence(
        section=section,
        sentence=unit.text,
        ticket=ticket.key,
        message=unit.message,
        start=unit.start,
        end=unit.end,
    )


def revise(article: Article, ticket: Ticket, *, by: str, at: datetime) -> Draft:
    """Write a revision of `article`: the ticket's words join, what stands there stays.

    Raises:
        TicketError: The thread holds no confirmed fix.
    """
    fresh = draft(ticket, by=by, at=at)
    more = fresh.article.section("Resolution")
    sections = tuple(
        (name, f"{text}\n\n### Also reported\n\n{more}" if name == "Resolution" else text)
        for name, text in article.sections
    )
    revised = Article(
        id=article.id,
        title=article.title,
        audience=article.audience,
        risk=article.risk,
        lang=article.lang,
        products=article.products,
        versions=tuple(dict.fromkeys((*article.versions, *fresh.article.versions))),
        tags=article.tags,
        aliases=tuple(dict.fromkeys((*article.aliases, *fresh.article.aliases))),
        tickets=tuple(dict.fromkeys((*article.tickets, ticket.key))),
        review_by=article.review_by,
        sections=sections,
        history=article.history,
    )
    change = Change(verb=Verb.EDIT, by=by, at=at, digest=digest(revised), note=f"from {ticket.key}")
    kept = tuple(row for row in fresh.evidence if row.section == "Resolution")
    return Draft(article=revised.with_change(change, State.DRAFT), evidence=kept)
