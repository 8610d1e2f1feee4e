"""Ticket to draft, by extraction: every sentence stands in the thread, with its evidence."""

import re
import unicodedata
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from kb.articles.approval import digest
from kb.articles.article import Article, Change, State, Verb
from kb.articles.evidence import Evidence
from kb.articles.headings import heading
from kb.capture.answer import Told, answer, lack, may_state_cause, states_cause
from kb.capture.environment import environment, platform_of, product_of, version_of
from kb.capture.language import detect, speaks_more, surely
from kb.capture.problem import first_of, problem_of
from kb.capture.solution import Solution, solution
from kb.capture.thread import Form, Unit, units
from kb.capture.title import subject_of, title
from kb.capture.tried import HEADING, in_vain
from kb.capture.words import PLACEHOLDER, terms
from kb.capture.writing import begun, coded, prose, reasons, steps
from kb.errors import TicketError
from kb.tickets.ticket import Message, Role, Ticket

REVIEW_AFTER = timedelta(days=365)
_SHARED = 2


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


@lru_cache(maxsize=4)
def draft_id(ticket: Ticket) -> str:
    """Return the id an article written from this ticket has: subject's words and the number."""
    subject = subject_of(ticket.subject)
    ascii_only = unicodedata.normalize("NFKD", subject).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", ascii_only)[:7])[:56].strip("-")
    number = re.sub(r"[^a-z0-9]+", "-", ticket.key.partition(":")[2].lower()).strip("-")
    return f"{slug}-{number}".strip("-")


def draft(ticket: Ticket, *, by: str, at: datetime) -> Draft:
    """Write an article from a solved ticket, using its public messages alone.

    Raises:
        TicketError: The thread holds no confirmed fix, so there is nothing to write.
    """
    if why := missing(ticket):
        raise TicketError(ticket.key, f"not enough evidence: {why}", "Ask the requester")
    found = extract(ticket)
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


def missing(ticket: Ticket) -> str:
    """Return what the thread lacks to become an article, `""` for nothing."""
    solved = solution(ticket)
    if not solved.confirmed or solved.message is None:
        return solved.why
    return lack(ticket, solved.message) or _translation(ticket, solved.message)


def _translation(ticket: Ticket, solved: Message) -> str:
    """Say that issue and answer would stand in two languages, where both are sure."""
    guess = detect(_spoken(ticket))
    told = surely(solved.body)
    asked = surely(_spoken(ticket)) or (
        guess if guess != "en" or speaks_more(_spoken(ticket), "en", told) else ""
    )
    if not asked or not told or asked == told:
        return ""
    return f"the question is in {asked}, its answer in {told}: somebody has to translate"


def reworded(
    made: Draft,
    *,
    title: str,
    sections: tuple[tuple[str, str], ...],
    evidence: tuple[Evidence, ...],
) -> Draft:
    """Return a new draft in other words, with their evidence."""
    bare = replace(made.article, title=title, sections=sections, history=())
    born = replace(made.article.history[0], digest=digest(bare))
    return Draft(article=bare.with_change(born, State.DRAFT), evidence=evidence)


def _spoken(ticket: Ticket) -> str:
    first = first_of(ticket)
    return f"{ticket.subject}\n{first.body if first else ''}"


def extract(ticket: Ticket) -> Extract:
    """Return what the thread holds, confirmed or not; without a confirmation nothing is written."""
    solved = solution(ticket)
    evidence: list[Evidence] = []
    sections = _sections(ticket, solved, evidence)
    named = _title(ticket, problem_of(ticket), evidence)
    return Extract(solved=solved, sections=sections, title=named, evidence=tuple(evidence))


def _sections(
    ticket: Ticket, solved: Solution, evidence: list[Evidence]
) -> tuple[tuple[str, str], ...]:
    told = answer(ticket, solved.message) if solved.message else ()
    causes = _causes(ticket, solved.message, told)
    stated = {unit.text for unit in causes}
    rest = [one for one in told if one.act or one.unit.text not in stated]
    vain = in_vain(ticket, solved.message, told) if told and solved.message else ()
    failed = {(unit.message, unit.start) for unit in vain}
    issue = [one for one in problem_of(ticket) if (one.message, one.start) not in failed]
    lang = detect(_spoken(ticket))
    texts = {
        "Issue": prose(issue),
        "Cause": reasons(causes, lang),
        "Resolution": _resolved(rest, vain, lang),
    }
    done = [*(one.unit for one in rest), *vain]
    parts = (("Issue", issue), ("Cause", causes), ("Resolution", done))
    for name, found in parts:
        evidence += [_evidence(name, unit, ticket) for unit in found]
    texts["Environment"] = _environment(ticket, solved.message, evidence)
    names = ("Issue", "Environment", "Cause", "Resolution")
    return tuple((name, texts[name]) for name in names if texts[name] or name != "Cause")


def _resolved(told: Sequence[Told], vain: Sequence[Unit], lang: str) -> str:
    """Write what is to be done, and below it what was tried in vain."""
    points = "\n".join(f"- {coded(begun(unit.text))}" for unit in vain)
    return (
        f"{steps(told, lang)}\n\n### {heading(HEADING, lang)}\n\n{points}"
        if vain and told
        else steps(told, lang)
    )


def _causes(ticket: Ticket, solved: Message | None, told: tuple[Told, ...]) -> list[Unit]:
    """Return up to two sentences that state the cause: of the answer, else of another helper's.

    Another helper may speak of something else: theirs must name what the issue names, and stand
    before the answer: behind it people talk of other matters.
    """
    acts = {one.unit.text for one in told if one.act}
    own = [unit for unit in (units(solved) if solved else ()) if _is_cause(unit, acts)]
    if own:
        return own[:2]
    issue = set(terms("\n".join((ticket.subject, *(unit.text for unit in problem_of(ticket))))))
    issue -= set(terms(product_of(ticket)))
    before = ticket.public_messages[: 1 + (ticket.public_messages.index(solved) if solved else 0)]
    answers = [m for m in before if m.role in (Role.AGENT, Role.OTHER)]
    for message in filter(_may_tell_cause, reversed(answers)):
        for unit in reversed(units(message)):
            if _is_cause(unit, acts) and len(issue.intersection(terms(unit.text))) >= _SHARED:
                return [unit]
    return []


def _may_tell_cause(message: Message) -> bool:
    return may_state_cause(message.body)


def _is_cause(unit: Unit, acts: Set[str]) -> bool:
    return unit.form is Form.SENTENCE and unit.text not in acts and states_cause(unit.text)


def _environment(ticket: Ticket, solved: Message | None, evidence: list[Evidence]) -> str:
    """Return one line a fact."""
    facts = environment(ticket, solved)
    evidence += [
        Evidence(section="Environment", sentence=fact, ticket=ticket.key, message=where)
        for where, fact in facts
    ]
    return "\n".join(f"- {fact}" for _, fact in facts)


def _products(ticket: Ticket) -> tuple[tuple[str, ...], tuple[str, ...]]:
    product, version = product_of(ticket), version_of(ticket)
    return (product,) if product else (), (version,) if version else ()


def _title(ticket: Ticket, issue: Sequence[Unit], evidence: list[Evidence]) -> str:
    """Return the title, and keep where it came from."""
    product, platform = product_of(ticket), platform_of(ticket)
    lang = detect(_spoken(ticket))
    text, told = title(ticket.subject, issue, product=product, platform=platform, lang=lang)
    row = (
        _evidence("Title", told, ticket)
        if told
        else Evidence(
            section="Title",
            sentence=text,
            ticket=ticket.key,
            message="subject",
            end=len(ticket.subject),
        )
    )
    evidence.append(replace(row, sentence=text))
    return text


def _aliases(ticket: Ticket) -> tuple[str, ...]:
    """Return the requester's own words for it: the subject, whole."""
    subject = " ".join(PLACEHOLDER.sub(" ", ticket.subject).split())
    return (subject,) if subject else ()


def _evidence(section: str, unit: Unit, ticket: Ticket) -> Evidence:
    return Evidence(
        section=section,
        sentence=coded(unit.text) if unit.form is not Form.CODE else unit.text,
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
    also = heading("Also reported", article.lang)
    sections = tuple(
        (name, f"{text}\n\n### {also}\n\n{more}" if name == "Resolution" else text)
        for name, text in article.sections
    )
    revised = replace(
        article,
        versions=tuple(dict.fromkeys((*article.versions, *fresh.article.versions))),
        aliases=tuple(dict.fromkeys((*article.aliases, *fresh.article.aliases))),
        tickets=tuple(dict.fromkeys((*article.tickets, ticket.key))),
        superseded_by="",
        sections=sections,
    )
    change = Change(verb=Verb.EDIT, by=by, at=at, digest=digest(revised), note=f"from {ticket.key}")
    kept = tuple(row for row in fresh.evidence if row.section == "Resolution")
    return Draft(article=revised.with_change(change, State.DRAFT), evidence=kept)
