"""What an article did to the tickets of its topic, against topics that had no article."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import exp, log
from statistics import mean

from kb.measure.effects import Effect, interval, predicted, student
from kb.measure.pages import PageRef

SPAN = timedelta(weeks=8)
"""How long before and after the day it went out the topic's tickets are counted."""

FEWEST_BEFORE = 20
"""Tickets of the topic before; with fewer a change cannot be told from chance."""

FEWEST_CONTROLS, MOST_CONTROLS = 6, 20
_ALIKE = 3.0
_NAME = "article_effect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A ticket as far as the effect needs it: when, and about which topics."""

    at: datetime
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Counts:
    before: int
    after: int

    @property
    def change(self) -> float:
        """Logarithm of after/before; half a ticket on both sides keeps zero finite."""
        return log((self.after + 0.5) / (self.before + 0.5))


def article_effects(
    pages: Sequence[PageRef], tickets: Iterable[Asked], *, now: datetime, span: timedelta = SPAN
) -> tuple[Effect, ...]:
    """Return the effect of the first article of each topic that went out, in the pages' order.

    Difference in differences on logarithms: with `y0`, `y1` the tickets of the topic in `span`
    before and after the first article went out, `d = ln((y1+.5)/(y0+.5))`, and the same for each
    control, `value = exp(d - mean(d of the controls)) - 1`. The interval is that of one more draw
    from the controls' changes: `± t * sqrt(s^2 (1 + 1/J))` on the logarithm, plus the topic's own
    counting error where it has fewer tickets than the controls. Season, releases and growth are
    in the controls' changes, too.

    Controls are topics without an article until the end of the span, whose tickets before were
    within a factor of three of the topic's; the twenty nearest. Refused under `FEWEST_BEFORE`
    tickets before, under `FEWEST_CONTROLS` controls, or while the span is not over.
    """
    asked = tuple(tickets)
    first = _first_articles(pages)
    return tuple(
        _effect(page, first, asked, now=now, span=span)
        for page in pages
        if page.topic and first.get(page.topic) is page
    )


def _first_articles(pages: Sequence[PageRef]) -> dict[str, PageRef]:
    out = [(page.published_at, page) for page in pages if page.topic and page.published_at]
    first: dict[str, PageRef] = {}
    for _, page in sorted(out, key=lambda row: row[0]):
        first.setdefault(page.topic, page)
    return first


def _effect(
    page: PageRef,
    first: Mapping[str, PageRef],
    asked: Sequence[Asked],
    *,
    now: datetime,
    span: timedelta,
) -> Effect:
    at = page.published_at or now
    since, until = at - span, at + span
    counts = _count(asked, at, span)
    own = counts.pop(page.topic, _Counts(0, 0))
    free = {t: c for t, c in counts.items() if not _has_article(first.get(t), until)}
    controls = _matched(own, free)
    refused = _refused(own, controls, until > now)
    found = Effect(
        name=_NAME,
        about=page.id,
        treated=own.before + own.after,
        compared=sum(c.before + c.after for c in controls),
        since=since,
        until=until,
        note=refused or f"{len(controls)} topics without an article",
    )
    if refused:
        return found
    value, low, high = _estimate(own, controls)
    return replace(found, value=value, low=low, high=high)


def _has_article(page: PageRef | None, until: datetime) -> bool:
    return page is not None and page.published_at is not None and page.published_at < until


def _count(asked: Sequence[Asked], at: datetime, span: timedelta) -> dict[str, _Counts]:
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    for one in asked:
        side = before if at - span <= one.at < at else after if at <= one.at < at + span else None
        if side is not None:
            for topic in one.topics:
                side[topic] = side.get(topic, 0) + 1
    return {t: _Counts(before.get(t, 0), after.get(t, 0)) for t in {*before, *after}}


def _matched(own: _Counts, free: Mapping[str, _Counts]) -> list[_Counts]:
    def apart(counts: _Counts) -> float:
        return abs(log((counts.before + 0.5) / (own.before + 0.5)))

    alike = sorted((c for c in free.values() if apart(c) <= log(_ALIKE)), key=apart)
    return alike[:MOST_CONTROLS]


def _refused(own: _Counts, controls: Sequence[_Counts], is_open: bool) -> str:
    if is_open:
        return "the time after it is not over"
    if own.before < FEWEST_BEFORE:
        return f"fewer than {FEWEST_BEFORE} tickets before"
    if len(controls) < FEWEST_CONTROLS:
        return f"fewer than {FEWEST_CONTROLS} topics to compare with"
    return ""


def _estimate(own: _Counts, controls: Sequence[_Counts]) -> tuple[float, float, float]:
    middle, spread = predicted([c.change for c in controls])
    usual = mean(1 / (c.before + 0.5) + 1 / (c.after + 0.5) for c in controls)
    counting = 1 / (own.before + 0.5) + 1 / (own.after + 0.5)
    spread += max(0.0, counting - usual)
    change = own.change - middle
    low, high = interval(change, spread, student(len(controls) - 1))
    return exp(change) - 1, exp(low) - 1, exp(high) - 1
