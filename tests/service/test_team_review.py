"""Reviewing in the browser: evidence beside the draft, four eyes, the bytes as they were read."""

from dataclasses import replace

import httpx2
from yard import AUTHOR, REVIEWER, Running, form_of

from kb.articles.approval import is_approved
from kb.articles.article import Article, State, Verb
from kb.articles.library import lock

APPROVE = "/team/review/relay-waiting/approve"


def waiting(running: Running) -> Article:
    return running.library.find("relay-waiting")


def test_queue_shows_what_waits(member: httpx2.Client) -> None:
    """The queue has drafts and what is in review, with age; a published page is done."""
    html = member.get("/team/review").text
    found = [name in html for name in ("relay-waiting", "relay-draft", "relay-live", "3 days old")]
    assert [True, True, False, True] == found


def test_sentence_beside_its_message(member: httpx2.Client) -> None:
    """The quoted words stand out in their message; what no ticket says is said to be so."""
    html = member.get("/team/review/relay-waiting").text
    assert "<b>Set proxy.idle_timeout to 90s.</b>" in html
    assert '<mark class="redaction">&lt;email-1&gt;</mark>' in html
    assert "No ticket says this" in html


def test_each_step_stands_alone(member: httpx2.Client) -> None:
    """A step that no ticket holds is not covered by the evidence of the step before it."""
    html = member.get("/team/review/relay-waiting").text
    first, second = html.index("1. Set"), html.index("2. Restart the relay")
    assert [True, True] == ["desk:1" in html[first:second], "No ticket says" in html[second:]]


def test_approve(running: Running, member: httpx2.Client) -> None:
    """A second person's approval is in the file, by name, and binds its bytes."""
    answer = member.post(APPROVE, data=form_of(member, "relay-waiting", who=REVIEWER))
    assert 303 == answer.status_code
    last = waiting(running).history[-1]
    assert (Verb.APPROVE, REVIEWER) == (last.verb, last.by)
    assert is_approved(waiting(running))
    assert "exactly as it stands here" in member.get(answer.headers["Location"]).text


def test_what_is_approved_waits_for_no_reviewer(member: httpx2.Client) -> None:
    """It stands apart, with what brings it out, and is no reviewer's longest wait."""
    before = member.get("/team/review").text
    member.post(APPROVE, data=form_of(member, "relay-waiting", who=REVIEWER))
    after = member.get("/team/review").text.partition('<h2 id="ready">')

    assert "nothing waits" not in before
    assert "relay-waiting" not in after[0].partition('<h2 id="in_review">')[2]
    assert "nothing waits" in after[0]
    assert "relay-waiting" in after[2]
    assert "<code>kb publish</code>" in after[2]


def test_author_may_not_approve(running: Running, member: httpx2.Client) -> None:
    """The author's approval is refused however the name is spelt, and nothing is written."""
    before = waiting(running)
    for who in (AUTHOR, "Ada <ADA+kb@ferrywright.example>", ""):
        form = form_of(member, "relay-waiting", who=who)
        assert 409 == member.post(APPROVE, data=form).status_code
    assert before == waiting(running)


def test_approve_is_disabled_with_its_reason(member: httpx2.Client) -> None:
    """Once the author has said who they are, the button is off and says why."""
    csrf = form_of(member, "relay-waiting")["csrf"]
    member.post("/team/who", data={"csrf": csrf, "who": AUTHOR, "back": "/team/"})
    html = member.get("/team/review/relay-waiting").text
    assert "You wrote, edited or submitted it" in html
    assert 'approve" disabled aria-describedby="why-approve"' in html


def test_changed_content_is_not_approved(running: Running, member: httpx2.Client) -> None:
    """One word changed after the page was opened: 409, and no approval."""
    form = form_of(member, "relay-waiting", who=REVIEWER)
    running.library.save(replace(waiting(running), title="Relay drops every connection"))
    answer = member.post(APPROVE, data=form)
    assert 409 == answer.status_code
    assert "changed after you opened it" in answer.text
    assert not is_approved(waiting(running))


def test_blocking_violation_is_not_approved(running: Running, member: httpx2.Client) -> None:
    """An article that breaks a blocking rule cannot be approved, form or no form."""
    running.library.save(replace(waiting(running), title="short"))
    form = form_of(member, "relay-waiting", who=REVIEWER)
    answer = member.post(APPROVE, data=form)
    assert (409, False) == (answer.status_code, is_approved(waiting(running)))


def test_send_back_needs_a_note(running: Running, member: httpx2.Client) -> None:
    """Sent back without a reason is refused; with one it is a draft again, the reason kept."""
    path = "/team/review/relay-waiting/send-back"
    form = form_of(member, "relay-waiting", who=REVIEWER)
    assert 409 == member.post(path, data=form).status_code
    assert 303 == member.post(path, data={**form, "note": "Say which proxy."}).status_code
    after = waiting(running)
    assert (State.DRAFT, "Say which proxy.") == (after.state, after.history[-1].note)


def test_submit(running: Running, member: httpx2.Client) -> None:
    """A draft is submitted by a named person."""
    form = form_of(member, "relay-draft", who=AUTHOR)
    assert 303 == member.post("/team/review/relay-draft/submit", data=form).status_code
    assert State.IN_REVIEW is running.library.find("relay-draft").state


def test_unknown_article_and_verb(member: httpx2.Client) -> None:
    """What is not there is a page with 404."""
    form = form_of(member, "relay-waiting", who=REVIEWER)
    answers = [
        member.get("/team/review/nothing"),
        member.get("/team/review/../articles"),
        member.post("/team/review/relay-waiting/publish", data=form),
    ]
    assert [404, 404, 404] == [answer.status_code for answer in answers]


def test_busy_workspace_says_so(running: Running, member: httpx2.Client) -> None:
    """While another process writes, the form is refused with 503 and nothing is lost."""
    form = form_of(member, "relay-waiting", who=REVIEWER)
    with lock(running.folder):
        answer = member.post(APPROVE, data=form)
    assert (503, "1") == (answer.status_code, answer.headers["Retry-After"])
    assert not is_approved(waiting(running))


def test_no_address_makes_an_approval(member: httpx2.Client) -> None:
    """A link that says that something was done shows so only where it was, by who reads it."""
    form_of(member, "relay-waiting")
    for place in ("/team/review", "/team/review/relay-waiting"):
        html = member.get(f"{place}?done=approve&of=relay-waiting").text
        assert "is approved" not in html
    member.post(APPROVE, data=form_of(member, "relay-waiting", who=REVIEWER))
    assert "is approved" in member.get("/team/review?done=approve&of=relay-waiting").text


def test_a_live_page_without_approval_says_so(running: Running, member: httpx2.Client) -> None:
    """Somebody changed the page's file by hand: who opens it is told, and what to do."""
    live = running.library.find("relay-live")
    assert "not approved" not in member.get("/team/review/relay-live").text
    running.library.save(replace(live, title="Relay certificate has run out"))
    assert "This page is not approved" in member.get("/team/review/relay-live").text
