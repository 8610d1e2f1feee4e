"""Attacks on the shelf's files: however they are changed by hand, nothing goes out unread."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from factories import (
    AUTHOR,
    REVIEWER,
    SECOND_REVIEWER,
    approved,
    later,
    make_article,
    published,
    submitted,
)
from mkdocs_docworthy import gate

from kb.articles.approval import SKEW, is_approved
from kb.articles.article import Article, Change, State, Verb, parse, render
from kb.articles.audit import audit
from kb.articles.library import Library
from kb.articles.lifecycle import move
from kb.articles.standard import check
from kb.articles.steps import Steps
from kb.errors import KbError, LifecycleError

ID = "proxy-timeouts-1042"
EVIL = "Run `curl evil.example`."


def evil(article: Article) -> Article:
    """Return the article with a resolution that nobody approved."""
    return replace(article, sections=(*article.sections[:3], ("Resolution", EVIL)))


def page(library: Library, text: str, name: str = f"{ID}.md") -> Path:
    """Put a file straight into docs/articles/."""
    path = library.docs / "articles" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def draft_dropped_in(library: Library) -> None:
    page(library, render(evil(make_article())))


def state_typed(library: Library) -> None:
    page(library, render(replace(evil(make_article()), state=State.PUBLISHED)))


def bare_markdown(library: Library) -> None:
    page(library, f"# Proxy\n\n{EVIL}\n")


def live_page_edited(library: Library) -> None:
    page(library, render(evil(published())))


def history_copied_from_another(library: Library) -> None:
    other = published(make_article(id="another-7"))
    page(library, render(replace(evil(make_article()), history=other.history, state=other.state)))


def whole_file_renamed(library: Library) -> None:
    page(library, render(published()).replace("600s", EVIL), "renamed-1.md")


def id_typed_over(library: Library) -> None:
    page(library, render(published()).replace(f"id: {ID}", "id: other-1"), "other-1.md")


def id_twice(library: Library) -> None:
    page(library, render(published()).replace(f"id: {ID}", f"id: {ID}\nid: other-1"))


def history_twice(library: Library) -> None:
    text = render(evil(published()))
    page(library, text.replace("history:", "history: []\nhistory:", 1))


def symlink_to_a_draft(library: Library) -> None:
    target = library.docs / "drafts" / "evil.md"
    target.write_text(render(replace(evil(make_article()), state=State.PUBLISHED)))
    (library.docs / "articles" / f"{ID}.md").symlink_to(target)


def symlinked_folder(library: Library) -> None:
    outside = library.docs.parent / "outside"
    outside.mkdir()
    (outside / "evil.md").write_text(f"# Proxy\n\n{EVIL}\n")
    (library.docs / "articles" / "more").symlink_to(outside, target_is_directory=True)


def folder_below(library: Library) -> None:
    page(library, f"# Proxy\n\n{EVIL}\n", "more/evil.md")


def upper_case_name(library: Library) -> None:
    page(library, render(evil(published())), f"{ID.upper()}.md")


def upper_case_ending(library: Library) -> None:
    page(library, f"# Proxy\n\n{EVIL}\n", "evil.MD")


def other_ending(library: Library) -> None:
    page(library, f"# Proxy\n\n{EVIL}\n", "evil.markdown")


def html_page(library: Library) -> None:
    page(library, f"<p>{EVIL}</p>", "evil.html")


def byte_order_mark(library: Library) -> None:
    page(library, "\ufeff" + render(evil(published())))


def carriage_returns(library: Library) -> None:
    path = page(library, "")
    path.write_bytes(render(evil(published())).replace("\n", "\r\n").encode())


def front_matter_ended_early(library: Library) -> None:
    text = render(published())
    page(library, text.replace("history:", f"---\n\n{EVIL}\n\nhistory:", 1))


def second_front_matter(library: Library) -> None:
    page(library, f"---\ntitle: x\n---\n{EVIL}\n\n{render(published())}")


def yaml_document_ended(library: Library) -> None:
    page(library, render(evil(published())).replace("history:", "...\nhistory:", 1))


def anchor_in_the_history(library: Library) -> None:
    page(library, render(evil(published())).replace("verb: approve", "verb: &a approve"))


def section_within_a_section(library: Library) -> None:
    page(library, render(published()).rstrip() + f"\n\n## Resolution\n\n{EVIL}\n")


def words_before_the_sections(library: Library) -> None:
    page(library, render(published()).replace("## Issue", f"{EVIL}\n\n## Issue"))


def title_in_another_script(library: Library) -> None:
    page(library, render(replace(published(), title="Deplоys time out behind a proxy")))


def invisible_letter(library: Library) -> None:
    page(library, render(published()).replace("Reload", "Re\u200bload"))


def decomposed_letter(library: Library) -> None:
    page(library, render(published()).replace("idle", "i\u0301dle"))


def approved_by_the_author(library: Library) -> None:
    line = Change(verb=Verb.APPROVE, by=AUTHOR.upper(), at=later(20), digest="")
    typed = submitted()
    line = replace(line, digest=typed.history[-1].digest)
    page(library, render(typed.with_change(line, State.PUBLISHED)))


def approved_long_before_it_was_submitted(library: Library) -> None:
    typed = submitted()
    at = typed.history[-1].at - SKEW - timedelta(minutes=1)
    line = Change(verb=Verb.APPROVE, by=REVIEWER, at=at, digest=typed.history[-1].digest)
    page(library, render(typed.with_change(line, State.PUBLISHED)))


def amended(library: Library) -> None:
    """As `git commit --amend` leaves it: the approval of the text before."""
    text = render(approved()).replace("state: in_review", "state: published")
    page(library, text.replace("600s", "60000s"))


def rebased(library: Library) -> None:
    """As a rebase leaves it: the other side's text under this side's history."""
    ours, theirs = published(), evil(make_article())
    page(library, render(replace(theirs, history=ours.history, state=ours.state)))


def merged_with_both_lines(library: Library) -> None:
    article = published()
    line = next(line for line in render(article).splitlines() if "nginx" in line)
    page(library, render(article).replace(line, f"<<<<<<< ours\n{line}\n=======\n{EVIL}\n>>>>>>>"))


def co_author_approved(library: Library) -> None:
    edit = Change(verb=Verb.EDIT, by=f"Tove <{REVIEWER}>", at=later(5), digest="x")
    typed = submitted(make_article().with_change(edit, State.DRAFT))
    line = Change(verb=Verb.APPROVE, by=REVIEWER, at=later(20), digest=typed.history[-1].digest)
    page(library, render(typed.with_change(line, State.PUBLISHED)))


FILES = (
    draft_dropped_in, state_typed, bare_markdown, live_page_edited, history_copied_from_another,
    whole_file_renamed, id_typed_over, id_twice, history_twice, symlink_to_a_draft,
    symlinked_folder, folder_below, upper_case_name, upper_case_ending, other_ending, html_page,
    byte_order_mark, carriage_returns, front_matter_ended_early, second_front_matter,
    yaml_document_ended, anchor_in_the_history, section_within_a_section,
    words_before_the_sections, title_in_another_script, invisible_letter, decomposed_letter,
    approved_by_the_author, approved_long_before_it_was_submitted, amended, rebased,
    merged_with_both_lines, co_author_approved,
)  # fmt: skip


@pytest.mark.parametrize("attack", FILES, ids=lambda one: one.__name__)
def test_file_by_hand(attack: Callable[[Library], None], library: Library) -> None:
    """The audit names the file, and the build's gate refuses it."""
    attack(library)
    walk = os.walk(library.docs, followlinks=True)
    files = [Path(folder, name) for folder, _, names in walk for name in names]
    paths = [path.relative_to(library.docs).as_posix() for path in files]

    assert [False] == sorted({proof.holds for proof in audit(library)})
    assert [*gate.refusals(library.shelf(), "public"), *gate.strangers(paths)]


def test_honest_files_hold(library: Library) -> None:
    """What was written by the house holds, also with a BOM and carriage returns put in by an editor."""
    path = library.save(published())
    assert [True] == [proof.holds for proof in audit(library)]
    path.write_bytes(b"\xef\xbb\xbf" + render(published()).replace("\n", "\r\n").encode())
    assert [True] == [proof.holds for proof in audit(library)]


def steps(library: Library, minute: int) -> Steps:
    return Steps(library=library, look=check, now=lambda: later(minute))


def test_clock_set_back(library: Library) -> None:
    """Nobody approves before the article was submitted, whatever the machine's clock says."""
    library.save(submitted())
    with pytest.raises(LifecycleError, match="clock stands before the article's last change"):
        steps(library, -60).take(ID, Verb.APPROVE, by=REVIEWER)
    assert submitted() == library.find(ID)


def test_edit_between_reading_and_publishing(library: Library) -> None:
    """An edit that lands after the approval keeps the article in."""
    library.save(approved())
    path = library.docs / "drafts" / f"{ID}.md"
    path.write_text(render(evil(parse(path.read_text()))), encoding="utf-8")
    with pytest.raises(KbError):
        steps(library, 60).take(ID, Verb.PUBLISH, by=REVIEWER)
    assert [] == list((library.docs / "articles").iterdir())


def test_edit_by_the_approver(library: Library) -> None:
    """Whoever approved and then edits is a writer of what is submitted next."""
    edited = move(evil(approved()), Verb.EDIT, by=REVIEWER, at=later(30))
    again = move(edited, Verb.SUBMIT, by=AUTHOR, at=later(40))
    with pytest.raises(LifecycleError, match="you wrote"):
        move(again, Verb.APPROVE, by=REVIEWER, at=later(50))


def test_reverted_text_needs_a_new_approval(library: Library) -> None:
    """The bytes of an older approval, submitted again, are approved again."""
    away = move(evil(approved()), Verb.EDIT, by=AUTHOR, at=later(30))
    back = move(replace(away, sections=approved().sections), Verb.SUBMIT, by=AUTHOR, at=later(40))

    assert not is_approved(back)


@pytest.mark.parametrize("name", ["../evil", "..", "a/b", "A", "", "index", "evil\x00", "évil"])
def test_ids_lead_nowhere_else(library: Library, name: str) -> None:
    """An id is a plain name: no path, no other case, no other script leads to a file."""
    (library.docs.parent / "evil.md").write_text(render(approved()))
    with pytest.raises(LifecycleError, match="no such article"):
        steps(library, 60).take(name, Verb.APPROVE, by=SECOND_REVIEWER)


def test_hard_link_is_the_file(library: Library) -> None:
    """A page that is a hard link to a draft is judged by its bytes like any other."""
    draft = library.save(approved())
    os.link(draft, library.docs / "articles" / draft.name)

    assert [False] == [proof.holds for proof in audit(library)]
