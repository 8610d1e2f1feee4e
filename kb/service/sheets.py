"""Figures as files: CSV that a spreadsheet opens without running any of it."""

import csv
import io
from collections.abc import Iterable, Sequence

from kb.measure.figures import Figure
from kb.measure.report import Report

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return RFC 4180 CSV, every cell quoted; a text that a spreadsheet would run gets a `'`.

    That is OWASP's "CSV Injection": a cell that starts with `=`, `+`, `-`, `@`, a tab or a line
    break (also after blanks, also in full width) is a formula. Numbers stay numbers.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(map(cell, head))
    writer.writerows([[cell(one) for one in row] for row in rows])
    return out.getvalue()


def cell(value: object) -> str:
    """Return one cell: what is unknown stays empty, never zero."""
    if value is None:
        return ""
    text = str(value).replace("\x00", "")
    if isinstance(value, int | float):
        return text
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_STARTS_FORMULA) else text


FIGURE_HEAD = (
    "figure",
    "rate",
    "low",
    "high",
    "numerator",
    "denominator",
    "since",
    "until",
    "note",
)


def figure_rows(report: Report) -> list[tuple[object, ...]]:
    """Return every figure of the report, one a row."""
    return [_row(figure) for figure in figures_of(report)]


def figures_of(report: Report) -> tuple[Figure, ...]:
    """Return every figure of the report that is a share or a ratio."""
    return (
        report.deflection.explicit,
        report.deflection.confirmed,
        report.searches.search_success,
        report.searches.zero_result_rate,
        report.searches.no_click_rate,
        report.first_response.attainment,
        report.csat.rating,
        report.csat.response_rate,
        report.csat.coverage,
        report.linking.link_rate,
        report.linking.known_share,
        report.implicit_success,
        report.self_service_ratio,
        *report.others,
    )


def _row(figure: Figure) -> tuple[object, ...]:
    return (
        figure.name, figure.rate, figure.low, figure.high, figure.numerator, figure.denominator,
        figure.since.isoformat(), figure.until.isoformat(), figure.note,
    )  # fmt: skip
