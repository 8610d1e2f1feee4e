"""What a ticket became, told to the ticket and to the one who wrote the article."""

from kb.measure.pages import PageRef
from kb.measure.readership import Readership


def card_text(page: PageRef, row: Readership) -> str:
    """Return the card's plain lines: published, read, solved, still wrote in, and the window."""
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
