"""Tests of signed approvals: real keys, real ssh-keygen, and nothing foreign, old or moved holds."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from factories import AUTHOR, REVIEWER, SECOND_REVIEWER, later, make_article, submitted

from kb.articles.approval import Verify, approvers, digest, is_approved, statement
from kb.articles.article import Article, Change, Risk, State, Verb, parse, render
from kb.articles.audit import audit
from kb.articles.library import Library
from kb.articles.lifecycle import move
from kb.articles.signature import Key, Signers
from kb.articles.standard import check
from kb.articles.steps import Steps
from kb.errors import ConfigError, LifecycleError

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="no ssh-keygen here")
PEOPLE = {"mara": AUTHOR, "tove": REVIEWER, "idris": SECOND_REVIEWER, "eve": "eve@x.example"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everybody's key, and the list of those whose signature counts: not Eve's."""
    folder = tmp_path_factory.mktemp("keys")
    lines = []
    for name, address in PEOPLE.items():
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(make, check=True)
        lines.append(f"{address} {(folder / f'{name}.pub').read_text().strip()}")
    (folder / "allowed_signers").write_text("\n".join(lines[:3]) + "\n")
    return folder


@pytest.fixture
def verify(keys: Path) -> Verify:
    """What checks signatures against the list."""
    return Signers(keys / "allowed_signers").verify


def signed(keys: Path, article: Article, name: str = "tove", by: str = "", minute: int = 20):
    """Return the article approved by `by`, signed with the key of `name`."""
    sign = Key(keys / name).sign
    return move(article, Verb.APPROVE, by=by or PEOPLE[name], at=later(minute), sign=sign)


def test_signed_holds(keys: Path, verify: Verify) -> None:
    """A signature by a listed key holds, also when it is read back from the file."""
    article = parse(render(signed(keys, submitted())))

    assert is_approved(article, verify)
    assert State.PUBLISHED is move(article, Verb.PUBLISH, by=REVIEWER, at=later(30), verify=verify).state  # fmt: skip


def test_two_signatures_of_high_risk(keys: Path, verify: Verify) -> None:
    """Where two must approve, each signs on top of the other."""
    first = signed(keys, submitted(make_article(risk=Risk.HIGH)))

    assert not is_approved(first, verify)
    assert is_approved(signed(keys, first, "idris", minute=25), verify)


def unsigned(keys: Path) -> Article:
    return move(submitted(), Verb.APPROVE, by=REVIEWER, at=later(20))


def foreign_key(keys: Path) -> Article:
    return signed(keys, submitted(), "eve", by=REVIEWER)


def authors_key_in_the_reviewers_name(keys: Path) -> Article:
    return signed(keys, submitted(), "mara", by=REVIEWER)


def stranger_with_a_good_key(keys: Path) -> Article:
    return signed(keys, submitted(), "eve")


def one_key_twice(keys: Path) -> Article:
    first = signed(keys, submitted(make_article(risk=Risk.HIGH)))
    return signed(keys, first, "tove", by=SECOND_REVIEWER, minute=25)


def replayed_from_another_article(keys: Path) -> Article:
    other = signed(keys, submitted(make_article(id="another-7")))
    line = replace(other.history[-1], digest=digest(submitted()))
    return submitted().with_change(line, State.IN_REVIEW)


def replayed_in_the_next_round(keys: Path) -> Article:
    first = signed(keys, submitted())
    back = move(first, Verb.SEND_BACK, by=SECOND_REVIEWER, at=later(30), note="which proxy?")
    again = move(back, Verb.SUBMIT, by=AUTHOR, at=later(40))
    return again.with_change(first.history[-1], State.IN_REVIEW)


def edited_after(keys: Path) -> Article:
    return replace(signed(keys, submitted()), title="Deploys time out behind two proxies")


def edited_and_digest_typed(keys: Path) -> Article:
    article = edited_after(keys)
    line = replace(article.history[-1], digest=digest(article))
    return replace(article, history=(*article.history[:-1], line))


def author_took_the_own_edit_out(keys: Path) -> Article:
    edit = Change(verb=Verb.EDIT, by=REVIEWER, at=later(5), digest=digest(make_article()))
    article = signed(keys, submitted(make_article().with_change(edit, State.DRAFT)), "idris")
    return replace(article, history=tuple(c for c in article.history if c is not edit))


def author_renamed_in_the_history(keys: Path) -> Article:
    article = signed(keys, submitted())
    first = replace(article.history[0], by="somebody@else.example")
    return replace(article, history=(first, *article.history[1:]))


def time_moved(keys: Path) -> Article:
    article = signed(keys, submitted())
    line = replace(article.history[-1], at=article.history[-1].at + timedelta(days=1))
    return replace(article, history=(*article.history[:-1], line))


def person_renamed(keys: Path) -> Article:
    article = signed(keys, submitted())
    line = replace(article.history[-1], by=SECOND_REVIEWER)
    return replace(article, history=(*article.history[:-1], line))


def cut_short(keys: Path) -> Article:
    article = signed(keys, submitted())
    line = replace(article.history[-1], signature=article.history[-1].signature[:-8])
    return replace(article, history=(*article.history[:-1], line))


def no_base64(keys: Path) -> Article:
    article = signed(keys, submitted())
    line = replace(article.history[-1], signature="-----END SSH SIGNATURE-----\n-f /etc/passwd")
    return replace(article, history=(*article.history[:-1], line))


def made_for_git(keys: Path) -> Article:
    article = unsigned(keys)
    said = statement(article, article.history[-1], article.history[:-1])
    command = ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", str(keys / "tove")]
    told = subprocess.run(command, input=said, capture_output=True, text=True, check=True).stdout
    body = "".join(told.splitlines()[1:-1])
    return replace(article, history=(*article.history[:-1], replace(article.history[-1], signature=body)))  # fmt: skip


def risk_lowered(keys: Path) -> Article:
    return replace(signed(keys, submitted(make_article(risk=Risk.HIGH))), risk=Risk.NORMAL)


ATTACKS = (
    unsigned, foreign_key, authors_key_in_the_reviewers_name, stranger_with_a_good_key,
    one_key_twice, replayed_from_another_article, replayed_in_the_next_round, edited_after,
    edited_and_digest_typed, author_took_the_own_edit_out, author_renamed_in_the_history,
    time_moved, person_renamed, cut_short, no_base64, made_for_git, risk_lowered,
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.__name__)
def test_attack_on_a_signature(
    attack: Callable[[Path], Article], keys: Path, verify: Verify, library: Library
) -> None:
    """None is approved, none can be published, and put on the site by hand the audit names it."""
    article = attack(keys)
    assert not is_approved(article, verify)
    with pytest.raises(LifecycleError):
        move(article, Verb.PUBLISH, by=SECOND_REVIEWER, at=later(60), verify=verify)

    path = library.docs / "articles" / f"{article.id}.md"
    path.write_text(render(replace(article, state=State.PUBLISHED)), encoding="utf-8")
    assert [False] == [proof.holds for proof in audit(library, verify)]


def test_key_that_ran_out(keys: Path, tmp_path: Path) -> None:
    """A key counts for approvals made while it was valid, and for none after."""
    listed = tmp_path / "signers"
    key = (keys / "tove.pub").read_text().strip()
    listed.write_text(f'{REVIEWER} valid-before="20260601093000Z" {key}\n')
    early, late = signed(keys, submitted()), signed(keys, submitted(), minute=50)

    verify = Signers(listed).verify
    assert [True, False] == [is_approved(early, verify), is_approved(late, verify)]


def test_steps_sign(keys: Path, verify: Verify, library: Library) -> None:
    """An approval without a key, or with another's, is refused before anything is written."""
    path = library.save(submitted())
    before = path.read_bytes()
    for key in (None, "eve", "mara"):
        sign = Key(keys / key).sign if key else None
        steps = Steps(library=library, look=check, now=lambda: later(20), verify=verify, sign=sign)
        with pytest.raises(LifecycleError):
            steps.take("proxy-timeouts-1042", Verb.APPROVE, by=REVIEWER)
    assert before == path.read_bytes()

    sign = Key(keys / "tove").sign
    steps = Steps(library=library, look=check, now=lambda: later(20), verify=verify, sign=sign)
    steps.take("proxy-timeouts-1042", Verb.APPROVE, by=REVIEWER)
    assert {REVIEWER} == approvers(library.read(path), verify)


def test_no_list(tmp_path: Path) -> None:
    """A list that is not there stops everything: else nobody's signature would be missed."""
    with pytest.raises(ConfigError, match="the file of allowed signers is not there"):
        Signers(tmp_path / "nothing")


def test_no_key(tmp_path: Path) -> None:
    """A key that is not there is told, without its folder."""
    with pytest.raises(LifecycleError, match=r"^nothing: this key cannot sign"):
        Key(tmp_path / "nothing").sign("words")
