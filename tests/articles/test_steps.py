"""Tests of steps on the shelf: repeatable, gated, and one article never laid over another."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from factories import (
    AUTHOR,
    REVIEWER,
    SECOND_REVIEWER,
    approved,
    archived,
    later,
    make_article,
    published,
    submitted,
)

from kb.articles.article import Article, State, Verb, render
from kb.articles.library import Library
from kb.articles.lifecycle import is_done, move, open_flags
from kb.articles.roles import Roles
from kb.articles.standard import check
from kb.articles.steps import Steps
from kb.errors import GateError, LifecycleError

ID = "proxy-timeouts-1042"


def steps(library: Library, roles: Roles | None = None, minute: int = 60) -> Steps:
    def now() -> datetime:
        return later(minute)

    return Steps(library=library, look=check, now=now, roles=roles or Roles())


def put_page(library: Library) -> Path:
    """Put the live page where it lay when the command was killed."""
    path = library.path(published())
    path.write_text(render(published()), encoding="utf-8")
    return path


REPEATS = (
    (make_article, Verb.SUBMIT, AUTHOR, ""),
    (submitted, Verb.APPROVE, REVIEWER, ""),
    (submitted, Verb.SEND_BACK, REVIEWER, "which proxy?"),
    (approved, Verb.PUBLISH, REVIEWER, ""),
    (published, Verb.FLAG, AUTHOR, "step 2 is wrong"),
    (published, Verb.VERIFY, AUTHOR, "did the steps on 4.2"),
    (published, Verb.ARCHIVE, REVIEWER, ""),
)


@pytest.mark.parametrize(("made", "verb", "by", "note"), REPEATS, ids=lambda one: str(one)[:12])
def test_twice_is_once(
    library: Library, made: Callable[[], Article], verb: Verb, by: str, note: str
) -> None:
    """Whoever repeats a step finds it done, and not one byte changes."""
    library.save(made())
    once = steps(library).take(ID, verb, by=by, note=note)
    before = {path: path.read_bytes() for path in library.docs.rglob("*.md")}
    again = steps(library, minute=75).take(ID, verb, by=by.upper(), note=note)

    assert (True, False) == (once.moved, again.moved)
    assert before == {path: path.read_bytes() for path in library.docs.rglob("*.md")}


def test_submit_of_other_bytes_is_not_done() -> None:
    """What changed after it was submitted is not submitted."""
    changed = replace(submitted(), title="Deploys time out behind two proxies")

    assert is_done(submitted(), Verb.SUBMIT, by=AUTHOR, at=later(60))
    assert not is_done(changed, Verb.SUBMIT, by=AUTHOR, at=later(60))


def test_another_approver_is_not_done() -> None:
    """What one person approved, another has not."""
    assert is_done(approved(), Verb.APPROVE, by=f"Tove <{REVIEWER}>", at=later(60))
    assert not is_done(approved(), Verb.APPROVE, by=SECOND_REVIEWER, at=later(60))


def test_killed_archive_is_finished(library: Library) -> None:
    """A page that lies beside its archived self is taken away by the next archive."""
    library.save(archived())
    page = put_page(library)
    steps(library).take(ID, Verb.ARCHIVE, by=REVIEWER)

    assert not page.exists()


def test_settle_finishes_a_killed_archive(library: Library) -> None:
    """A page whose whole history its archived self holds is what a killed archive left."""
    library.save(archived())
    page = put_page(library)

    assert (page,) == library.settle()
    assert (archived(),) == library.articles()


def test_blocking_violation(library: Library) -> None:
    """What breaks a blocking rule is neither submitted nor published."""
    library.save(make_article(title="short"))
    with pytest.raises(GateError, match="title-form"):
        steps(library).take(ID, Verb.SUBMIT, by=AUTHOR)


def test_publish_over_a_stranger(library: Library) -> None:
    """An approved draft does not replace the live page of another article with its id."""
    library.save(published())
    stranger = approved(make_article(by=SECOND_REVIEWER, title="Something else entirely"))
    library.save(stranger)
    with pytest.raises(LifecycleError, match="the live page of this id has another history"):
        steps(library).take(ID, Verb.PUBLISH, by=REVIEWER)
    assert published() == library.find(ID, State.PUBLISHED)


def test_remarks_join_the_revision(library: Library) -> None:
    """What was flagged on the live page meanwhile is in the history of its revision."""
    page = library.save(published())
    revision = replace(published(), title="Deploys time out behind an idle proxy")
    revision = move(revision, Verb.EDIT, by=AUTHOR, at=later(40))
    revision = move(revision, Verb.SUBMIT, by=AUTHOR, at=later(41))
    library.save(revision)
    steps(library, minute=42).take(ID, Verb.FLAG, by=AUTHOR, note="step 2 is wrong")
    steps(library, minute=50).take(ID, Verb.APPROVE, by=REVIEWER)
    steps(library).take(ID, Verb.PUBLISH, by=REVIEWER)

    after = library.read(page)
    assert "Deploys time out behind an idle proxy" == after.title
    assert ["step 2 is wrong"] == [flag.note for flag in open_flags(after)]


def test_archive_keeps_a_revision(library: Library) -> None:
    """A page whose revision is being written is not archived over it."""
    library.save(published())
    revision = move(published(), Verb.EDIT, by=AUTHOR, at=later(40))
    library.save(revision)
    with pytest.raises(LifecycleError, match="a revision of it is being written"):
        steps(library).take(ID, Verb.ARCHIVE, by=REVIEWER)
    assert revision == library.find(ID)


def test_supersede(library: Library) -> None:
    """The old article is archived, and names the live one that took its place."""
    library.save(published())
    library.save(published(make_article(id="proxies-7")))
    after = steps(library).take(ID, Verb.SUPERSEDE, by=REVIEWER, note="proxies-7").article

    assert (State.ARCHIVED, "proxies-7") == (after.state, after.superseded_by)
    assert after == library.find(ID)


@pytest.mark.parametrize("other", ["nothing-1", ID, "../etc", "https://evil.example"])
def test_supersede_by_a_live_article_alone(library: Library, other: str) -> None:
    """What takes an article's place is another article that is live."""
    library.save(published())
    with pytest.raises(LifecycleError):
        steps(library).take(ID, Verb.SUPERSEDE, by=REVIEWER, note=other)
    assert published() == library.find(ID)


def test_resolve_closes_the_flags(library: Library) -> None:
    """A resolved flag is open no more; there must have been one."""
    library.save(published())
    taken = steps(library)
    taken.take(ID, Verb.FLAG, by=AUTHOR, note="step 2 is wrong")
    after = taken.take(ID, Verb.RESOLVE, by=REVIEWER, note="step 2 was right").article

    assert () == open_flags(after)
    assert not taken.take(ID, Verb.RESOLVE, by=REVIEWER, note="again").moved


ROLES = Roles(engineers=(AUTHOR,), reviewers=(REVIEWER,), leads=(SECOND_REVIEWER,))


@pytest.mark.parametrize(
    ("by", "verb", "may"),
    [
        (AUTHOR, Verb.SUBMIT, True),
        (AUTHOR, Verb.APPROVE, False),
        (AUTHOR, Verb.PUBLISH, False),
        (AUTHOR, Verb.ARCHIVE, False),
        (REVIEWER, Verb.SUBMIT, True),
        (REVIEWER, Verb.APPROVE, True),
        (REVIEWER, Verb.ARCHIVE, False),
        (SECOND_REVIEWER, Verb.ARCHIVE, True),
        (f"Idris <{SECOND_REVIEWER.upper()}>", Verb.SUPERSEDE, True),
        ("nobody@ferrywright.example", Verb.SUBMIT, False),
        ("nobody@ferrywright.example", Verb.FLAG, False),
    ],
)
def test_roles(by: str, verb: Verb, may: bool) -> None:
    """Each role may what the one before may, and a stranger nothing."""
    assert may is not bool(ROLES.why_not(by, verb))


def test_role_is_held_on_the_shelf(library: Library) -> None:
    """Who may not approve is refused before anything is written."""
    library.save(submitted())
    with pytest.raises(LifecycleError, match="it takes a reviewer, and you are an engineer"):
        steps(library, Roles(engineers=(REVIEWER,))).take(ID, Verb.APPROVE, by=REVIEWER)
    assert submitted() == library.find(ID)
