"""What tests of the store put into it."""

from factories import later

from kb.capture.triage import Decision, Outcome
from kb.store.store import Store


def take(store: Store, *tickets: object, cursor: str = "a.jsonl:1", **more: object) -> None:
    store.tickets.take(
        "helpdesk", tickets=tickets, cursor=cursor, dead=more.pop("dead", ()), **more
    )


def decide(ticket: str, outcome: Outcome, *, minute: int = 0) -> Decision:
    return Decision(
        ticket=ticket,
        outcome=outcome,
        reason="said so",
        article="proxy-timeouts-1042",
        confidence=0.75,
        by="kb",
        at=later(minute),
    )
