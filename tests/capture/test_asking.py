"""Tests of questions, and of the facts that answer them."""

import pytest
from factories import AT, make_thread, make_ticket

from kb.capture.drafting import draft, missing
from kb.redaction import already_safe
from kb.tickets.ticket import Role, Satisfaction, Ticket


def asked(question: str, answer: str, *, subject: str = "Cargo list") -> Ticket:
    """Return a thread of a question and an answer that is rated good."""
    messages = make_thread((Role.REQUESTER, question), (Role.AGENT, answer))
    return make_ticket(
        messages=messages, satisfaction=Satisfaction.GOOD, subject=already_safe(subject)
    )


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Where does the client keep the cargo list?",
         "The cargo list is a file beside the client's log."),
        ("Does the client encrypt the cargo list?",
         "The client encrypts each cargo list with the key of its port."),
        ("Waar bewaart de client de ladingen van een boot?",
         "De ladingen van een boot staan in het profiel van de client, het is een bestand."),
        ("Dove sono le liste del carico, e il client che cosa ne fa quando si chiude?",
         "Le liste del carico sono nel profilo del client, e non si perdono quando si chiude."),
    ],
)  # fmt: skip
def test_a_fact_answers_a_question(question: str, answer: str) -> None:
    """Where nothing is to be done, what was asked is told as prose."""
    found = draft(asked(question, answer), by="a", at=AT).article.section("Resolution")
    assert answer == found


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("The cargo list is empty. Any ideas?", "The cargo list of the client is often empty."),
        ("Where is the cargo list?", "I have never seen the cargo list of that client."),
        ("Where is the cargo list?", "The cargo list is somewhere. Which client is it?"),
        ("Where is the cargo list?", "Boats leave the northern port at noon on workdays."),
        ("Where is the cargo list?", "The other cargo list is for temporary goods alone."),
        ("Can't open the cargo list?", "The cargo list of the client is often rather long."),
        ("Can anyone open the cargo list?", "The cargo list of the client is often rather long."),
    ],
)
def test_what_answers_nothing_is_no_article(question: str, answer: str) -> None:
    """A sentence that speaks of something else, of the helper, or asks back, is no answer."""
    assert missing(asked(question, answer))
