"""What the history of decisions says about the links that triage made."""

from datetime import UTC, datetime

import pytest

from kb.capture.triage import Decision, Outcome
from kb.service.measuring import judged_links

AT = datetime(2026, 3, 2, tzinfo=UTC)


def decided(outcome: Outcome, article: str, by: str) -> Decision:
    """Return one decision about the same ticket."""
    return Decision(
        ticket="d:1", outcome=outcome, reason="", article=article, confidence=1.0, by=by, at=AT
    )


LINKED = decided(Outcome.KNOWN, "relay", "kb triage --auto")


@pytest.mark.parametrize(
    ("later", "told"),
    [
        ((), {}),
        ((decided(Outcome.KNOWN, "relay", "kb triage --auto"),), {}),
        ((decided(Outcome.KNOWN, "relay", "ines"),), {"d:1": True}),
        ((decided(Outcome.KNOWN, "proxy", "ines"),), {"d:1": False}),
        ((decided(Outcome.DECLINED, "", "ines"),), {"d:1": False}),
        (
            (decided(Outcome.NEW, "x", "ines"), decided(Outcome.KNOWN, "relay", "tomas")),
            {"d:1": True},
        ),
    ],
)
def test_a_link_is_judged_by_another_hand(
    later: tuple[Decision, ...], told: dict[str, bool]
) -> None:
    """It stands where the last word of another is the same article; unseen, nothing is said."""
    assert told == judged_links((LINKED, *later))


def test_what_a_person_linked_first_is_no_proposal() -> None:
    """A ticket that was new at first, and is linked now, has not been judged."""
    assert {} == judged_links((decided(Outcome.NEW, "x", "kb triage --auto"), LINKED))
