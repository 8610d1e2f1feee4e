"""Tests of the article's life: every state and every verb either moves or says why not."""

from dataclasses import replace

import pytest
from factories import AUTHOR, REVIEWER, approved, later, make_article, standing_at, submitted

from kb.articles.approval import digest
from kb.articles.article import State, Verb
from kb.articles.lifecycle import MOVES, move
from kb.errors import LifecycleError

TABLE = {
    State.DRAFT: {Verb.EDIT: State.DRAFT, Verb.SUBMIT: State.IN_REVIEW},
    State.IN_REVIEW: {
        Verb.EDIT: State.DRAFT,
        Verb.SEND_BACK: State.DRAFT,
        Verb.APPROVE: State.IN_REVIEW,
        Verb.WITHDRAW: State.IN_REVIEW,
        Verb.PUBLISH: State.PUBLISHED,
    },
    State.PUBLISHED: {
        Verb.EDIT: State.DRAFT,
        Verb.FLAG: State.PUBLISHED,
        Verb.RESOLVE: State.PUBLISHED,
        Verb.VERIFY: State.PUBLISHED,
        Verb.SUPERSEDE: State.ARCHIVED,
        Verb.ARCHIVE: State.ARCHIVED,
    },
    State.ARCHIVED: {},
}
PAIRS = [(state, verb) for state in State for verb in Verb]
OTHER = "someone.else@ferrywright.example"


@pytest.mark.parametrize(("state", "verb"), PAIRS, ids=lambda one: str(one))
def test_every_state_and_verb(state: State, verb: Verb) -> None:
    """Every state × verb moves as the table says, or is refused with what there is instead."""
    article = standing_at(state)
    if state is State.PUBLISHED and verb is Verb.RESOLVE:
        article = move(article, Verb.FLAG, by=OTHER, at=later(45), note="step 2 is wrong")
    if state is State.IN_REVIEW and verb is Verb.WITHDRAW:
        article = move(submitted(), Verb.APPROVE, by=OTHER, at=later(45))
    if verb in TABLE[state]:
        after = move(article, verb, by=OTHER, at=later(50), note="why")

        assert (TABLE[state][verb], verb, digest(article)) == (
            after.state,
            after.history[-1].verb,
            after.history[-1].digest,
        )
    else:
        with pytest.raises(LifecycleError, match="is not for an article that is"):
            move(article, verb, by=OTHER, at=later(50), note="why")


def test_table_is_the_code() -> None:
    """The table of this test and the code's are one."""
    assert {(s, v): after for s, row in TABLE.items() for v, after in row.items()} == MOVES


@pytest.mark.parametrize("by", ["", " ", "\t\n"])
def test_somebody_is_named(by: str) -> None:
    """Nobody does nothing: each change names a person."""
    with pytest.raises(LifecycleError, match="nobody is named"):
        move(make_article(), Verb.SUBMIT, by=by, at=later(1))


@pytest.mark.parametrize("note", ["", "  "])
def test_send_back_needs_a_reason(note: str) -> None:
    """Whoever sends an article back says what is missing."""
    with pytest.raises(LifecycleError, match="no reason is given"):
        move(submitted(), Verb.SEND_BACK, by=REVIEWER, at=later(20), note=note)


def test_history_is_appended() -> None:
    """A move adds one line to the history and takes none away."""
    before = approved()
    after = move(before, Verb.PUBLISH, by=REVIEWER, at=later(30))

    assert (*before.history, after.history[-1]) == after.history


def test_submit_owns_up() -> None:
    """Whoever submits text that nobody has signed for is named as its editor."""
    edited = replace(make_article(), title="Deploys hang behind a proxy")
    verbs = [(c.verb, c.by) for c in submitted(edited, by=OTHER).history]

    assert [(Verb.DRAFT, AUTHOR), (Verb.EDIT, OTHER), (Verb.SUBMIT, OTHER)] == verbs


def test_unchanged_text_needs_no_edit() -> None:
    """A submit of the text as it was drafted adds the submit alone."""
    assert [Verb.DRAFT, Verb.SUBMIT] == [c.verb for c in submitted().history]


def test_refusal_offers_the_others() -> None:
    """A refusal says what the article can take."""
    with pytest.raises(LifecycleError, match=r"It can take: edit, submit\.$"):
        move(make_article(), Verb.PUBLISH, by=REVIEWER, at=later(1))


def test_archived_is_the_end() -> None:
    """An archived article takes nothing more, and says so."""
    with pytest.raises(LifecycleError, match=r"It can take: nothing more\.$"):
        move(standing_at(State.ARCHIVED), Verb.EDIT, by=REVIEWER, at=later(1))
