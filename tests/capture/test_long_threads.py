"""Tests of threads that nobody writes: one hostile ticket holds no other up."""

import pytest
from factories import AUTHOR, later, make_thread, make_ticket

from kb.articles.freshness import claimed
from kb.capture.drafting import draft, missing
from kb.tickets.ticket import Role

ANSWER = "Set `proxy_read_timeout 600s` and reload nginx."


@pytest.mark.parametrize("unit", ["\n", " \n", "\n\t"])
@pytest.mark.parametrize("asks", [True, False])
def test_a_megabyte_of_empty_lines(unit: str, asks: bool) -> None:
    """What looks at the beginning of each line looks at that line alone, not at all that follow."""
    blank = unit * (900_000 // len(unit))
    said = [f"Deploys stop with `FW-504`.{blank}Please help.", f"{ANSWER}{blank}It then works."]
    said[asks] = ANSWER if asks else "Deploys stop with `FW-504`."
    thread = make_thread(
        (Role.REQUESTER, said[0]), (Role.AGENT, said[1]), (Role.REQUESTER, "That worked, thanks.")
    )
    ticket = make_ticket(messages=thread)

    assert not missing(ticket)
    assert draft(ticket, by=AUTHOR, at=later(90)).article.section("Resolution")


def test_a_claim_of_blanks() -> None:
    """A version range of blanks is read at once."""
    assert ("Ferry", ">=4.0") == claimed(f"Ferry{' ' * 60_000}>=4.0")
    assert ("Ferry x", "") == claimed(f"Ferry{' ' * 60_000}x")
