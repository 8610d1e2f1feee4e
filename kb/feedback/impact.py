"""What a ticket became, told to the ticket and to the one who wrote the article."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.feedback.plain import plain
from kb.measure.pages import PageRef
from kb.measure.readership import Readership
from kb.measure.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactCard:
    """One article's effect, for its author and its source tickets (an internal comment there).

    Attributes:
        article: The article's id.
        author: Whom to tell, `""` if nobody is named.
        tickets: Keys of the tickets that it answers.
        text: Markdown, a few lines, the same for all of them.
    """

    article: str
    author: str
    tickets: tuple[str, ...]
    text: str


def impact_cards(report: Report, articles: Sequence[PageRef]) -> tuple[ImpactCard, ...]:
    """Return a card for each published article with figures, in the articles' order."""
    figures = {row.article: row for row in report.articles}
    return tuple(
        ImpactCard(
            article=page.id,
            author=page.author,
            tickets=page.tickets,
            text=impact_text(page, figures[page.id], silent=not report.events),
        )
        for page in articles
        if page.state == "published" and page.id in figures
    )


def impact_text(page: PageRef, row: Readership, *, silent: bool = False) -> str:
    """Return the card's Markdown: published, read, solved, still wrote in, and the window.

    Args:
        page: The article.
        row: Its figures.
        silent: No event arrived at all, so nothing is known about readers.
    """
    count = len(page.tickets)
    source = f"{count} ticket{'' if count == 1 else 's'}"
    when = f", published {page.published_at:%Y-%m-%d}" if page.published_at else ""
    head = f"**{plain(page.title)}** answers {source}{when}."
    window = f"{row.wrote_in.since:%Y-%m-%d} to {row.wrote_in.until:%Y-%m-%d}"
    if silent:
        return f"{head}\n\nNo events arrived from {window}, so nothing is known about its readers."
    said = row.solved + row.not_solved
    return (
        f"{head}\n\nFrom {window}: {row.readers} read it; {row.solved} of {said} who voted say it "
        f"solved it; {row.still_wrote_in} still wrote in (of {row.wrote_in.denominator} attempts "
        f"whose window has closed).{_doing(row)}"
    )


def card_text(page: PageRef, row: Readership) -> str:
    """Return the same as plain lines, for a ticket's internal comment and a mail."""
    window = f"{row.wrote_in.since:%Y-%m-%d} to {row.wrote_in.until:%Y-%m-%d}"
    said, title = row.solved + row.not_solved, " ".join(page.title.split())[:200]
    when = f", published {page.published_at:%Y-%m-%d}" if page.published_at else ""
    lines = (
        f'This became the article "{title}" ({page.url}){when}.',
        f"From {window}: {row.readers} people read it.",
        f"{row.solved} of {said} who voted say it solved it.",
        f"{row.still_wrote_in} read it and still wrote in, of {row.wrote_in.denominator} attempts "
        "whose window has closed.",
        *([f"What they asked: {', '.join(row.tickets[:5])}"] if row.tickets else []),
    )
    return "\n".join(lines)


def _doing(row: Readership) -> str:
    if not row.tickets:
        return ""
    return f"\n\nWhat they still asked: {', '.join(plain(key) for key in row.tickets[:5])}."
