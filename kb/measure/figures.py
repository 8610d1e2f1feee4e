"""A figure that can be opened: numerator, denominator, window and interval."""

from dataclasses import dataclass
from datetime import datetime
from math import sqrt

Z = 1.96
"""Standard normal quantile of a two-sided 95 % interval."""

LEAST = 10
"""Under this denominator a figure says "too little data" instead of a rate."""

TOO_LITTLE = "too little data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One share or ratio, with all it takes to check it.

    Attributes:
        name: As in `docs/team/metrics.md`, e.g. `explicit_deflection_rate`.
        numerator: How many, of
        denominator: how many.
        since: First instant of the window (aware).
        until: The instant after the window (aware).
        low: Lower end of the 95 % interval, 0 to 1; None where there is none.
        high: Upper end, likewise.
        note: What a reader must know beside the number, `""` if nothing.
    """

    name: str
    numerator: int
    denominator: int
    since: datetime
    until: datetime
    low: float | None = None
    high: float | None = None
    note: str = ""

    @property
    def rate(self) -> float | None:
        """numerator / denominator; None with too little data, never zero for unknown."""
        return self.numerator / self.denominator if self.denominator >= LEAST else None

    def __str__(self) -> str:
        counts = f"{self.numerator} of {self.denominator}"
        if self.rate is None:
            return f"{TOO_LITTLE} ({counts})"
        if self.low is None or self.high is None:
            return f"{self.rate:.1f} ({counts})"
        return f"{self.rate:.1%} ({counts}; 95 % interval {self.low:.1%} to {self.high:.1%})"


def share(
    name: str, numerator: int, denominator: int, *, since: datetime, until: datetime, note: str = ""
) -> Figure:
    """Return `numerator / denominator` of independent trials, with its Wilson 95 % interval.

    With a denominator under `LEAST` there is no interval, and the note says so.
    """
    low, high = wilson(numerator, denominator) if denominator >= LEAST else (None, None)
    said = "; ".join(part for part in ("" if low is not None else TOO_LITTLE, note) if part)
    return Figure(
        name=name,
        numerator=numerator,
        denominator=denominator,
        since=since,
        until=until,
        low=low,
        high=high,
        note=said,
    )


def wilson(successes: int, trials: int, z: float = Z) -> tuple[float, float]:
    """Return the Wilson score interval of `successes / trials`, both ends from 0 to 1.

    `(p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)` with p = successes/n; E. B. Wilson,
    "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927) 209-212.
    Nothing tried is nothing known: (0, 1).
    """
    if trials == 0:
        return 0.0, 1.0
    p, square = successes / trials, z * z / trials
    middle = p + square / 2
    half = z * sqrt(p * (1 - p) / trials + square / (4 * trials))
    # Exact at the ends, where rounding would leave a crumb above 0 or below 1.
    low = (middle - half) / (1 + square) if successes else 0.0
    high = (middle + half) / (1 + square) if successes < trials else 1.0
    return low, high


def figure_json(figure: Figure) -> dict[str, object]:
    """Return the figure as JSON values; `rate`, `low` and `high` are null where unknown."""
    return {
        "name": figure.name,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "rate": figure.rate,
        "low": figure.low,
        "high": figure.high,
        "since": figure.since.isoformat(),
        "until": figure.until.isoformat(),
        "note": figure.note,
    }
