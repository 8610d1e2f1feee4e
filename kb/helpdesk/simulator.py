"""Plants effects of known size, none among them, and asks whether the intervals hold the truth."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp
from random import Random
from uuid import UUID

from kb.measure.article_effect import SPAN, Asked, article_effects
from kb.measure.attempts import attempts
from kb.measure.contacts import Contact
from kb.measure.deflection import deflection
from kb.measure.events import Event, Kind
from kb.measure.experiment import HELD, Trial, arm_of, holdout
from kb.measure.pages import PageRef

START = datetime(2026, 1, 5, tzinfo=UTC)
END = START + timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How often intervals held a planted truth.

    Attributes:
        name: The estimator.
        truth: What was planted.
        runs: How often it was planted and gave an interval.
        held: How often the interval held it.
        bias: Mean of estimate minus truth.
        refused: Runs with too little data.
    """

    name: str
    truth: float
    runs: int
    held: int
    bias: float
    refused: int = 0

    @property
    def share(self) -> float:
        """held / runs."""
        return self.held / self.runs if self.runs else 0.0


Run = Callable[[Random, float], tuple[float, float, float] | None]
"""Plants a truth in one run, and returns estimate, low and high, or None where it is refused."""


def covered(name: str, run: Run, truth: float, *, runs: int, seed: int) -> Coverage:
    """Plant `truth` in `runs` seeded runs of one estimator, and count the intervals that hold it."""
    found = [run(Random(f"{seed} {name} {truth} {n}"), truth) for n in range(runs)]  # noqa: S311
    told = [row for row in found if row is not None]
    return Coverage(
        name=name,
        truth=truth,
        runs=len(told),
        held=sum(low <= truth <= high for _, low, high in told),
        bias=sum(value - truth for value, _, _ in told) / max(1, len(told)),
        refused=len(found) - len(told),
    )


def holdout_run(rng: Random, truth: float) -> tuple[float, float, float] | None:
    """900 readers come to the form, a fifth held out; suggestions change tickets by `truth`."""
    effect = holdout(planted_trials(rng, truth), since=START, until=END)
    if effect.value is None or effect.low is None or effect.high is None:
        return None
    return effect.value, effect.low, effect.high


def planted_trials(rng: Random, truth: float, readers: int = 900) -> tuple[Trial, ...]:
    """Return what readers did who differ: who wrote in once is likelier to write in again."""
    return tuple(_planted_trial(rng, truth) for _ in range(readers))


def _planted_trial(rng: Random, truth: float) -> Trial:
    arm = arm_of(f"{rng.getrandbits(64):016x}", b"simulator", 0.2)
    odds = min(0.75, max(0.25, rng.gauss(0.5, 0.15)))
    odds += 0 if arm.startswith(HELD) else truth
    forms = rng.choice((1, 1, 1, 2, 3))
    return Trial(arm=arm, forms=forms, tickets=sum(rng.random() < odds for _ in range(forms)))


def at_the_form(trials: Iterable[Trial], rng: Random) -> Iterator[Event]:
    """Yield the events from which the same trials come out again; a reader's visits lie weeks apart."""
    for number, trial in enumerate(trials):
        for visit in range(trial.forms):
            start = START + timedelta(days=visit * 20 + rng.random() * 10)
            wrote = [Kind.TICKET_SUBMITTED] if visit < trial.tickets else []
            for step, kind in enumerate((Kind.FORM_OPENED, *wrote)):
                yield Event(
                    id=str(UUID(int=rng.getrandbits(128), version=4)),
                    kind=kind,
                    at=start + timedelta(minutes=step),
                    reader=f"r{number}",
                    arm=trial.arm,
                )


def article_run(rng: Random, truth: float) -> tuple[float, float, float] | None:
    """Thirty topics with a season, growth and moods of their own; one gets an article half-way."""
    middle = START + SPAN
    growth, season = rng.gauss(0.0, 0.2), rng.gauss(0.0, 0.15)
    asked: list[Asked] = []
    for number in range(30):
        usual = exp(rng.gauss(4.2, 0.3))
        mood = rng.gauss(0.0, 0.12)
        for after in (False, True):
            rate = usual * exp((growth + season + mood) * after)
            rate *= (1 + truth) if number == 0 and after else 1
            asked += _asked(rng, f"t{number}", middle - SPAN * (not after), rate)
    page = PageRef(
        id="a", version="v", url="/a/", title="A", topic="t0", published_at=middle
    )  # fmt: skip
    (effect,) = article_effects([page], asked, now=middle + SPAN * 2)
    if effect.value is None or effect.low is None or effect.high is None:
        return None
    return effect.value, effect.low, effect.high


def _asked(rng: Random, topic: str, since: datetime, rate: float) -> Iterator[Asked]:
    """A Poisson process over one span: exponential pauses until the span is over."""
    at = rng.expovariate(rate)
    while at < 1:
        yield Asked(at=since + SPAN * at, topics=(topic,))
        at += rng.expovariate(rate)


def deflection_run(rng: Random, truth: float) -> tuple[float, float, float] | None:
    """150 to 450 readers reach the form; each ends without a ticket with probability `truth`."""
    events: list[Event] = []
    contacts: list[Contact] = []
    for number in range(rng.randint(150, 450)):
        reader, at = f"r{number}", START + timedelta(days=50 * rng.random())
        for step, (kind, dwell) in enumerate(((Kind.VIEW, 40), (Kind.FORM_OPENED, 0))):
            key = str(UUID(int=rng.getrandbits(128), version=4))
            moment = at + timedelta(minutes=2 + step)
            events.append(
                Event(
                    id=key, kind=kind, at=moment, reader=reader, article="a", version="v",
                    dwell=dwell,
                )
            )  # fmt: skip
        if rng.random() >= truth:
            later = timedelta(hours=1 + 150 * rng.random())
            contacts.append(Contact(requester=reader, at=at + later, ticket=f"d:{number}"))
    rows = attempts(events, contacts, now=END + timedelta(days=30))
    figure = deflection(rows, since=START, until=END).explicit
    if figure.rate is None or figure.low is None or figure.high is None:
        return None
    return figure.rate, figure.low, figure.high


ESTIMATORS: tuple[tuple[str, Run, tuple[float, ...]], ...] = (
    ("holdout", holdout_run, (0.0, -0.1, -0.2)),
    ("article effect", article_run, (0.0, -0.25, -0.5)),
    ("deflection rate", deflection_run, (0.1, 0.42, 0.8)),
)
"""Each estimator with the truths that are planted for it; none is one of them where it can be."""
