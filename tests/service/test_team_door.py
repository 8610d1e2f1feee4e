"""The team's pages: a link that works once, and forms that only their own page can send."""

import httpx2
import pytest
from yard import TOKEN, Running, form_of

PAGES = ("/team/", "/team/review", "/team/review/relay-waiting")


@pytest.mark.parametrize("path", PAGES)
def test_closed_without_the_link(visitor: httpx2.Client, path: str) -> None:
    """Without a session every page is a 403 that says how to get in."""
    answer = visitor.get(path)
    assert 403 == answer.status_code
    assert "kb serve" in answer.text


def test_link_works_once(running: Running, member: httpx2.Client) -> None:
    """A second use of the link opens nothing; the first session goes on."""
    with running.visitor() as second:
        assert 403 == second.get(f"/team/enter?token={TOKEN}").status_code
        assert 403 == second.get("/team/").status_code
    assert 200 == member.get("/team/").status_code


def test_wrong_link_does_not_use_it_up(visitor: httpx2.Client) -> None:
    """A guess opens nothing and leaves the real link as it was."""
    assert 403 == visitor.get("/team/enter?token=é-guess").status_code
    assert 303 == visitor.get(f"/team/enter?token={TOKEN}").status_code


@pytest.mark.parametrize("to", ["https://elsewhere.example/", "//elsewhere.example", "/team/\\x"])
def test_a_link_leads_nowhere_else(visitor: httpx2.Client, to: str) -> None:
    """Whatever stands beside the token, it opens a page of the team."""
    answer = visitor.get("/team/enter", params={"token": TOKEN, "to": to})
    assert (303, "/team/") == (answer.status_code, answer.headers["Location"])


def test_cookie_is_out_of_reach(visitor: httpx2.Client) -> None:
    """No script reads the session's cookie and no other site's form sends it."""
    cookie = visitor.get(f"/team/enter?token={TOKEN}").headers["Set-Cookie"]
    wanted = ("HttpOnly", "SameSite=lax", "Max-Age=28800")
    assert [] == [word for word in wanted if word not in cookie]


def test_forged_cookie(running: Running, member: httpx2.Client) -> None:
    """A cookie with one changed character is no session."""
    value = member.cookies["kb_team"]
    with running.visitor(Cookie=f"kb_team={'A' if value[0] != 'A' else 'B'}{value[1:]}") as forger:
        assert 403 == forger.get("/team/").status_code


@pytest.mark.parametrize("path", PAGES)
def test_headers(member: httpx2.Client, path: str) -> None:
    """Every page forbids frames, foreign content, sniffing and caching."""
    answer = member.get(path)
    assert 200 == answer.status_code
    policy = answer.headers["Content-Security-Policy"]
    assert [True, True] == [p in policy for p in ("default-src 'self'", "frame-ancestors 'none'")]
    assert ["nosniff", "no-store", "same-origin"] == [
        answer.headers[name]
        for name in ("X-Content-Type-Options", "Cache-Control", "Referrer-Policy")
    ]
    assert [] == [word for word in ("<script>", "style=", "onclick") if word in answer.text]


def test_form_without_token(member: httpx2.Client) -> None:
    """A form without the session's token is refused, whatever it asks."""
    form = form_of(member, "relay-waiting", who="mara@ferrywright.example", csrf="")
    assert 403 == member.post("/team/review/relay-waiting/approve", data=form).status_code


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_form_from_elsewhere(member: httpx2.Client, origin: str) -> None:
    """A form with the right token but from another origin, or none, is refused."""
    form = form_of(member, "relay-waiting", who="mara@ferrywright.example")
    answer = member.post(
        "/team/review/relay-waiting/approve", data=form, headers={"Origin": origin}
    )
    assert 403 == answer.status_code


def test_no_data_is_not_zero(member: httpx2.Client) -> None:
    """Without events the dashboard says so, and shows no figure."""
    html = member.get("/team/").text
    assert "No data" in html
    assert '<p class="number">' not in html


def test_secret_is_named_by_kind_alone(member: httpx2.Client) -> None:
    """A live secret stands on the dashboard with its ticket and kind."""
    html = member.get("/team/").text
    assert [True, True] == ["desk:1" in html, "aws-key" in html]


def test_name_is_kept_and_escaped(member: httpx2.Client) -> None:
    """The typed name stays in the session, and is text wherever it stands."""
    csrf = form_of(member, "relay-waiting")["csrf"]
    form = {"csrf": csrf, "who": '"><script>x</script>', "back": "https://evil.example"}
    answer = member.post("/team/who", data=form)
    assert "/team/" == answer.headers["Location"]
    html = member.get("/team/review").text
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
