"""Tests of four eyes: no way to let an article out without another person reading these bytes."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from factories import (
    AUTHOR,
    REVIEWER,
    SECOND_REVIEWER,
    approved,
    later,
    make_article,
    published,
    standing_at,
    submitted,
)

from kb.articles.approval import approvers, digest, is_approved, why_not
from kb.articles.article import Article, Change, Risk, State, Verb, parse, render
from kb.articles.identity import person
from kb.articles.library import Library
from kb.articles.lifecycle import move
from kb.errors import ArticleError, KbError, LifecycleError

SELF = (
    "mara.lind@ferrywright.example",
    "MARA.LIND@FERRYWRIGHT.EXAMPLE",
    "Mara.Lind@Ferrywright.Example",
    "mara.lind+review@ferrywright.example",
    "mara.lind+a+b@ferrywright.example",
    "Mara Lind <mara.lind@ferrywright.example>",
    "Somebody Else <Mara.Lind+kb@ferrywright.example>",
    "  mara.lind@ferrywright.example  ",
    "mara.lind@ferrywright.example.",
    "mara.lind @ ferrywright.example",
    "ｍａｒａ．ｌｉｎｄ＠ｆｅｒｒｙｗｒｉｇｈｔ．ｅｘａｍｐｌｅ",
    "mara.lind\u200b@ferrywright.example",
    "mara.lind\u00ad@ferrywright.example",
    "<mara.lind@ferrywright.example>",
    "Mara\u00a0Lind <mara.lind@ferrywright.example>",
    "Ｍara Lind ＜mara.lind@ferrywright.example＞",
    "mara.lind@ferrywright.example\n",
    "mara.lind+ｘ@ferrywright.example",
)  # fmt: skip


def signed(article: Article, verb: Verb, by: str, minute: int = 20, of: Article | None = None):
    """Add a line to the history by hand, as somebody with an editor would."""
    line = Change(verb=verb, by=by, at=later(minute), digest=digest(of or article))
    return replace(article, history=(*article.history, line))


@pytest.mark.parametrize("by", SELF, ids=ascii)
def test_own_approval_is_refused(by: str) -> None:
    """Nobody approves what they wrote, however they spell themselves."""
    with pytest.raises(LifecycleError, match="you wrote, edited or submitted it"):
        move(submitted(), Verb.APPROVE, by=by, at=later(20))


@pytest.mark.parametrize("by", SELF, ids=ascii)
def test_own_approval_by_hand_does_not_hold(by: str) -> None:
    """An own approval typed into the file counts for nothing."""
    assert not is_approved(signed(submitted(), Verb.APPROVE, by))


@pytest.mark.parametrize("by", SELF, ids=ascii)
def test_author_in_another_spelling_is_barred(by: str) -> None:
    """However the author is spelled in the draft, the plain address may not approve."""
    article = submitted(make_article(by=by), by="tove.aas@ferrywright.example")

    assert why_not(article, AUTHOR)


def edited_after(article: Article) -> Article:
    return replace(article, title="Deploys time out behind two proxies")


def section_edited_after(article: Article) -> Article:
    return replace(article, sections=(*article.sections[:3], ("Resolution", "1. Run `rm -rf`.")))


def one_space_after(article: Article) -> Article:
    name, text = article.sections[0]
    return replace(article, sections=((name, f"{text} x"), *article.sections[1:]))


def copied_approval(article: Article) -> Article:
    other = make_article(id="another-7", title="Another title of ours")
    return replace(submitted(other), history=article.history)


def approval_line_copied(article: Article) -> Article:
    other = submitted(make_article(id="another-7"))
    return replace(other, history=(*other.history, article.history[-1]))


def digest_replaced(article: Article) -> Article:
    changed = replace(article, title="Deploys time out behind two proxies")
    last = replace(changed.history[-1], digest=digest(changed), by=AUTHOR)
    return replace(changed, history=(*changed.history[:-1], last))


def co_editor(article: Article) -> Article:
    base = signed(make_article(), Verb.EDIT, REVIEWER, 5)
    return signed(submitted(base), Verb.APPROVE, REVIEWER)


def co_submitter(article: Article) -> Article:
    return signed(submitted(by=REVIEWER), Verb.APPROVE, REVIEWER)


def approval_before_submit(article: Article) -> Article:
    return submitted(signed(make_article(), Verb.APPROVE, REVIEWER, 5))


def approval_before_last_submit(article: Article) -> Article:
    return signed(article, Verb.SUBMIT, AUTHOR, 30)


def sent_back(article: Article) -> Article:
    return move(article, Verb.SEND_BACK, by=SECOND_REVIEWER, at=later(30), note="steps missing")


def sent_back_and_typed_in_review(article: Article) -> Article:
    return replace(sent_back(article), state=State.IN_REVIEW)


def never_submitted(article: Article) -> Article:
    return replace(signed(make_article(), Verb.APPROVE, REVIEWER), state=State.IN_REVIEW)


def no_history(article: Article) -> Article:
    return replace(article, history=())


def only_an_approval(article: Article) -> Article:
    return replace(article, history=article.history[-1:])


def typed_published(article: Article) -> Article:
    return replace(make_article(), state=State.PUBLISHED)


def typed_published_in_review(article: Article) -> Article:
    return replace(submitted(), state=State.PUBLISHED)


def high_risk_one_approval(article: Article) -> Article:
    return signed(submitted(make_article(risk=Risk.HIGH)), Verb.APPROVE, REVIEWER)


def high_risk_same_twice(article: Article) -> Article:
    twice = signed(submitted(make_article(risk=Risk.HIGH)), Verb.APPROVE, REVIEWER)
    return signed(twice, Verb.APPROVE, f"Tove <{REVIEWER.upper()}>", 30)


def high_risk_author_is_second(article: Article) -> Article:
    twice = signed(submitted(make_article(risk=Risk.HIGH)), Verb.APPROVE, REVIEWER)
    return signed(twice, Verb.APPROVE, AUTHOR, 30)


def risk_lowered_after(article: Article) -> Article:
    return replace(high_risk_one_approval(article), risk=Risk.NORMAL)


def audience_widened_after(article: Article) -> Article:
    return replace(article, audience="internal")


def alias_added_after(article: Article) -> Article:
    return replace(article, aliases=(*article.aliases, "call +1 555 0100"))


def renamed_after(article: Article) -> Article:
    return replace(article, id="another-7")


def sections_swapped_after(article: Article) -> Article:
    return replace(article, sections=article.sections[::-1])


def approval_turned_into_note(article: Article) -> Article:
    last = replace(article.history[-1], verb=Verb.EDIT, note="approve")
    return replace(article, history=(*article.history[:-1], last))


def digest_emptied(article: Article) -> Article:
    last = replace(article.history[-1], digest="")
    return replace(article, history=(*article.history[:-1], last))


def digest_upper_case_of_another(article: Article) -> Article:
    last = replace(article.history[-1], digest=digest(article).upper())
    return replace(article, history=(*article.history[:-1], last))


def approver_without_a_name(article: Article) -> Article:
    return signed(submitted(), Verb.APPROVE, " ")


def approver_is_only_marks(article: Article) -> Article:
    return signed(submitted(), Verb.APPROVE, "\u200b\u00ad")


ATTACKS = (
    edited_after, section_edited_after, one_space_after, copied_approval, approval_line_copied,
    digest_replaced, co_editor, co_submitter, approval_before_submit, approval_before_last_submit,
    sent_back, sent_back_and_typed_in_review, never_submitted, no_history, only_an_approval,
    typed_published, typed_published_in_review, high_risk_one_approval, high_risk_same_twice,
    high_risk_author_is_second, risk_lowered_after, audience_widened_after, alias_added_after,
    renamed_after, sections_swapped_after, approval_turned_into_note, digest_emptied,
    digest_upper_case_of_another, approver_without_a_name, approver_is_only_marks,
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.__name__)
def test_attack_is_not_approved(attack: Callable[[Article], Article]) -> None:
    """None of these is approved, and none can be published."""
    article = attack(approved())

    assert not is_approved(article)
    with pytest.raises(LifecycleError):
        move(article, Verb.PUBLISH, by=SECOND_REVIEWER, at=later(60))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.__name__)
def test_attack_through_the_file(attack: Callable[[Article], Article]) -> None:
    """What the file says after being written and read is no more approved than before."""
    try:
        article = parse(render(attack(approved())))
    except KbError:
        return

    assert not is_approved(article)


def test_approved_holds() -> None:
    """Another person's approval of these bytes since they were submitted holds, also from file."""
    assert is_approved(parse(render(approved())))


def test_published_stays_approved() -> None:
    """A published page can be checked from its file alone."""
    assert is_approved(parse(render(published())))


def test_two_at_high_risk() -> None:
    """Where harm is possible two other people approve."""
    article = approved(make_article(risk=Risk.HIGH))

    assert frozenset({REVIEWER, SECOND_REVIEWER}) == approvers(article)
    assert is_approved(article)


def test_same_approver_twice_is_refused() -> None:
    """Who approved these bytes already is told to find another."""
    article = move(submitted(make_article(risk=Risk.HIGH)), Verb.APPROVE, by=REVIEWER, at=later(20))
    with pytest.raises(LifecycleError, match="you have approved these bytes already"):
        move(article, Verb.APPROVE, by=REVIEWER.upper(), at=later(30))


def test_text_changed_since_submit() -> None:
    """What changed since it was submitted is not approved but sent back and submitted again."""
    article = replace(submitted(), title="Deploys time out behind two proxies")
    with pytest.raises(LifecycleError, match="its text changed since it was submitted"):
        move(article, Verb.APPROVE, by=REVIEWER, at=later(20))


def test_file_put_into_articles_by_hand(library: Library) -> None:
    """A draft that somebody moved into articles/ cannot be read as a page."""
    path = library.docs / "articles" / "proxy-timeouts-1042.md"
    path.write_text(render(make_article()), encoding="utf-8")
    with pytest.raises(ArticleError, match="its state is draft, but it lies in articles"):
        library.read(path)


def test_every_bare_state_is_unapproved() -> None:
    """A state says nothing: without history no article in any state is approved."""
    bare = [replace(standing_at(state), history=()) for state in State]

    assert [False] * 4 == [is_approved(article) for article in bare]


@pytest.mark.parametrize("by", SELF, ids=ascii)
def test_one_person_one_spelling(by: str) -> None:
    """However a person is spelled, they are one."""
    assert person(by) == AUTHOR


@pytest.mark.parametrize(
    "by",
    ["mara.lind@other.example", "mara.linde@ferrywright.example", "tove", "маra.lind@x.example"],
)
def test_others_are_others(by: str) -> None:
    """Another address is another person."""
    assert person(by) != AUTHOR


def test_digest_is_of_the_content() -> None:
    """The digest does not depend on state and history, so that it can stand in the history."""
    assert {digest(make_article())} == {digest(standing_at(state)) for state in State}


def test_an_approval_can_be_taken_back() -> None:
    """It no longer counts, whoever else approved still does, and it can be given again."""
    article = approved(make_article(risk=Risk.HIGH))
    back = move(article, Verb.WITHDRAW, by=f"Tove Aas <{REVIEWER.upper()}>", at=later(30))
    assert {SECOND_REVIEWER} == approvers(back)
    with pytest.raises(LifecycleError, match="1 of 2 approvals"):
        move(back, Verb.PUBLISH, by=REVIEWER, at=later(40))

    again = move(back, Verb.APPROVE, by=REVIEWER, at=later(50))
    assert is_approved(again)


def test_nobody_takes_another_s_approval_back() -> None:
    """Who has not approved has nothing to take back."""
    with pytest.raises(LifecycleError, match="no approval of yours"):
        move(approved(), Verb.WITHDRAW, by=SECOND_REVIEWER, at=later(30))
