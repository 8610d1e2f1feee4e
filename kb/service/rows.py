"""Opens a figure to its rows: the attempts and the tickets that it was counted from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from kb.measure.attempts import Attempt, Intent, judged
from kb.measure.contacts import contacts_of
from kb.measure.service_levels import Verdict, in_time
from kb.measure.trails import Trail
from kb.service.measuring import Measured
from kb.store.store import Store
from kb.tickets.ticket import Satisfaction, Ticket

MOST = 1_000
"""The latest so many rows are shown; how many there are stands beside them."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A table behind a figure.

    Attributes:
        title: What the rows are.
        about: How they make the figure.
        head: The columns' names.
        rows: As many cells each; text of tickets is redacted, and untrusted where it is rendered.
        total: How many rows there are in all.
    """

    title: str
    about: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int


_TICKET = ("Ticket", "Asked", "Created", "Plan", "Severity")


def deflection_rows(store: Store, found: Measured) -> Rows:
    """Return the attempts with strong intent, the latest first; readers' keys are not told."""
    report, trails = found.report, list[Trail]()
    days = store.folds.days(report.since - _DAY, report.until)
    total = sum(count for _, count in report.deflection.strong)
    for day in reversed([day for day in days if report.since < day.end]):
        trails += [t for t in store.folds.sheet(day.day).trails if t.intent is Intent.STRONG]
        if len(trails) >= MOST:
            break
    sent = (form for day in days for form in day.forms())  # of the day before, over midnight
    wrote = (*contacts_of(found.tickets), *sent)
    inside = [t for t in trails if report.since <= t.start < report.until]
    rows = sorted(
        judged(inside, wrote, now=report.until, window=report.window),
        key=lambda a: a.start, reverse=True,
    )  # fmt: skip
    titles = {page.id: page.title for page in found.pages}
    return Rows(
        title="Attempts that reached the form",
        about=(
            "Confirmed and probable ones are the numerator, all but pending ones the denominator. "
            "An attempt counts once, however many articles were read."
        ),
        head=("Began", "Ended", "Read", "Ticket"),
        rows=tuple(_attempt(a, titles) for a in rows[:MOST]),
        total=total,
    )


def first_response_rows(store: Store, found: Measured) -> Rows:
    """Return the tickets whose first response was promised, broken promises first."""
    report = found.report
    inside = [t for t in found.tickets if report.since <= t.created_at < report.until]
    told = [(in_time(t, found.promises, report.until), t) for t in inside]
    told = [(v, t) for v, t in told if v is not Verdict.NO_PROMISE]
    first = (Verdict.BREACHED, Verdict.NOT_DUE, Verdict.MET)
    told.sort(key=lambda row: (first.index(row[0]), -row[1].created_at.timestamp()))
    return _of_tickets(
        "First responses",
        "Met is the numerator, met and breached the denominator. Only a reply that helps counts.",
        [(t, v.value.replace("_", " ")) for v, t in told],
    )


def csat_rows(store: Store, found: Measured) -> Rows:
    """Return the rated tickets, bad ones first."""
    report = found.report
    rated = [
        t for t in found.tickets
        if t.solved_at and report.since <= t.solved_at < report.until
        and t.satisfaction in (Satisfaction.GOOD, Satisfaction.BAD)
    ]  # fmt: skip
    rated.sort(key=lambda t: (t.satisfaction is Satisfaction.GOOD, -t.created_at.timestamp()))
    return _of_tickets(
        "Ratings",
        "Good is the numerator, all rated tickets the denominator.",
        [(t, t.satisfaction.value) for t in rated],
    )


def article_rows(found: Measured, article: str) -> Rows | None:
    """Return the tickets of those who read the article and still wrote in; None for no such one."""
    row = next((r for r in found.report.articles if r.article == article), None)
    if row is None:
        return None
    return _of_tickets(
        row.title,
        f"{row.still_wrote_in} people read it and wrote in within "
        f"{found.report.window.days} days. This is what they asked; a ticket that only the "
        "form saw go has no row.",
        [(t, "wrote in") for t in asked(found, row.tickets)],
    )


def asked(found: Measured, keys: Iterable[str]) -> list[Ticket]:
    """Return the tickets with these keys, the latest first."""
    wanted = set(keys)
    return [t for t in reversed(found.tickets) if t.key in wanted]


ROWS: dict[str, Callable[[Store, Measured], Rows]] = {
    "deflection": deflection_rows,
    "first-response": first_response_rows,
    "csat": csat_rows,
}
"""The figures that open, by the name in their address."""


def _of_tickets(title: str, about: str, told: Sequence[tuple[Ticket, str]]) -> Rows:
    rows = tuple(
        (t.key, t.subject, f"{t.created_at:%Y-%m-%d %H:%M}", t.plan or "–",
         "–" if t.severity is None else str(t.severity), said)
        for t, said in told[:MOST]
    )  # fmt: skip
    return Rows(title=title, about=about, head=(*_TICKET, "Result"), rows=rows, total=len(told))


def _attempt(attempt: Attempt, titles: dict[str, str]) -> tuple[str, ...]:
    read = ", ".join(titles.get(article, article) for article in attempt.articles)
    ended = attempt.outcome.value
    return (f"{attempt.start:%Y-%m-%d %H:%M}", ended, read or "nothing", attempt.ticket or "–")
