"""An effect with its interval: what a cause did, or that there is too little data to say."""

from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from statistics import NormalDist, mean, variance

from kb.measure.figures import Z


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a cause changed.

    Attributes:
        name: `holdout_difference` (tickets per form opened) or `article_effect` (share of the
            topic's tickets, e.g. -0.4 for 40 % fewer).
        about: The article's id, `""` for the suggestions as a whole.
        value: The estimate; None where it is refused.
        low: Lower end of the 95 % interval, likewise.
        high: Upper end.
        treated: How many tickets or readers it rests on, with the cause.
        compared: How many without.
        since: First instant looked at (aware).
        until: The instant after the last.
        note: Why there is no value, or what must be known beside it.
    """

    name: str
    about: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    treated: int = 0
    compared: int = 0
    since: datetime
    until: datetime
    note: str = ""

    def __str__(self) -> str:
        if self.value is None or self.low is None or self.high is None:
            return f"not enough data ({self.note})"
        return f"{self.value:+.1%} (95 % interval {self.low:+.1%} to {self.high:+.1%})"


def effect_json(effect: Effect) -> dict[str, object]:
    """Return the effect as JSON values; `value`, `low` and `high` are null where refused."""
    return {
        "name": effect.name,
        "about": effect.about,
        "value": effect.value,
        "low": effect.low,
        "high": effect.high,
        "treated": effect.treated,
        "compared": effect.compared,
        "since": effect.since.isoformat(),
        "until": effect.until.isoformat(),
        "note": effect.note,
    }


def ratio_of_sums(parts: list[tuple[float, float]]) -> tuple[float, float]:
    """Return `sum(y) / sum(x)` over independent readers, and its variance.

    `R = sum(y)/sum(x)`, `Var(R) = s2(y - R x) / (n mean(x)^2)`: the ratio estimator (Cochran,
    "Sampling Techniques", 3rd ed., eq. 2.39). A reader is one draw, however often they came.

    Args:
        parts: `(y, x)` of each reader; two readers or more, with a positive sum of x.
    """
    total = sum(x for _, x in parts)
    ratio = sum(y for y, _ in parts) / total
    spread = variance([y - ratio * x for y, x in parts])
    return ratio, spread * len(parts) / total**2


def student(degrees: float, quantile: float = 0.975) -> float:
    """Return Student's t quantile by Cornish and Fisher's expansion, good from 4 degrees on.

    `z + (z^3 + z)/4v + (5z^5 + 16z^3 + 3z)/96v^2` (Abramowitz and Stegun, 26.7.5).
    """
    z = Z if quantile == 0.975 else NormalDist().inv_cdf(quantile)
    first = (z**3 + z) / (4 * degrees)
    return z + first + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)


def predicted(changes: list[float]) -> tuple[float, float]:
    """Return the mean of control changes, and the variance of one more draw around it.

    `s^2 (1 + 1/J)`: the variance of a prediction from J draws.
    """
    spread = variance(changes)
    return mean(changes), spread * (1 + 1 / len(changes))


def interval(middle: float, spread: float, quantile: float = Z) -> tuple[float, float]:
    """Return `middle ± quantile * sqrt(spread)`."""
    half = quantile * sqrt(spread)
    return middle - half, middle + half
