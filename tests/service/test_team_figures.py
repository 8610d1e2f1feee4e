"""The figures' pages over HTTP: each figure opens to its rows, and leaves as safe files."""

import csv
import io
from datetime import timedelta

import httpx2
import pytest
from factories import make_event, make_thread, make_ticket
from yard import NOW, Running

from kb.feedback.letter import Letter, Receipt, Verdict
from kb.measure.events import Kind
from kb.redaction import already_safe
from kb.service.sheets import as_csv, cell
from kb.tickets.ticket import Role, Satisfaction

EVIL = '=HYPERLINK("https://evil.example","x")'


@pytest.fixture
def measured(running: Running, member: httpx2.Client) -> httpx2.Client:
    """A signed-in browser; twelve people read an article, three of them wrote in, one of evil."""
    at = NOW - timedelta(days=10)
    live = next(a for a in running.library.articles() if a.id == "relay-live")
    events = []
    for n in range(12):
        reader, start = f"{n:032}", at + timedelta(minutes=60 * n)
        steps = ((Kind.VIEW, 40, 0), (Kind.FORM_OPENED, 0, 30))
        for place, (kind, dwell, more) in enumerate(steps):
            events.append(
                make_event(
                    2 * n + place + 1, kind=kind, at=start + timedelta(seconds=more), dwell=dwell,
                    reader=reader, article=live.id if dwell else "", page="/x/",
                )
            )  # fmt: skip
    running.store.events.append(events)
    tickets = [
        make_ticket(
            key=f"desk:{n + 10}", subject=already_safe(EVIL if n == 0 else f"Relay {n} is stuck"),
            requester=f"{n:032}", created_at=at + timedelta(minutes=60 * n + 5),
            satisfaction=Satisfaction.BAD if n else Satisfaction.GOOD,
            solved_at=NOW - timedelta(days=3), messages=make_thread((Role.REQUESTER, "Help.")),
        )
        for n in range(3)
    ]  # fmt: skip
    running.store.tickets.take("desk", tickets=tickets, dead=())
    return member


def sheet(client: httpx2.Client, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert "text/csv" in answer.headers["content-type"]
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.reader(io.StringIO(answer.text)))


def test_failing_articles_say_what_was_asked(measured: httpx2.Client) -> None:
    """So many read it and still wrote in, and what they asked stands there, escaped."""
    html = measured.get("/team/?days=28").text

    assert "<strong>3 people</strong> read <strong>Relay certificate has expired</strong>" in html
    assert "Relay 2 is stuck" in html
    assert "=HYPERLINK(&#34;https://evil.example&#34;" in html


def test_deflection_opens(measured: httpx2.Client) -> None:
    """Numerator and denominator stand beside the rate, and the rows add up to them."""
    html = measured.get("/team/?days=28").text
    rows = sheet(measured, "/team/rows/deflection?days=28&as=csv")[1:]
    ended = [row[1] for row in rows]

    assert "<strong>9</strong> of <strong>12</strong> attempts that reached the form" in html
    assert "Invented visits from 1 address would move this by a point" in html
    assert (9, 3, 12) == (ended.count("probable"), ended.count("recontact"), len(rows))
    assert "0000" not in "".join("".join(row[1:]) for row in rows), "no reader's key"


def test_a_form_sent_later_is_no_success(running: Running, member: httpx2.Client) -> None:
    """Rows end as the figure counts them: a form sent on another day of the window tells, an old one not."""
    reader, days = f"{7:032}", (NOW - timedelta(days=d) for d in (60, 12, 10))
    steps = [
        *((Kind.FORM_OPENED, at, "") for at in days),
        (Kind.TICKET_SUBMITTED, NOW - timedelta(days=10), ""),
        (Kind.TICKET_SUBMITTED, NOW - timedelta(days=60), ""),
    ]
    events = [
        make_event(n + 1, kind=kind, at=at, reader=reader, page="/support/", article=article)
        for n, (kind, at, article) in enumerate(steps)
    ]
    running.store.events.append(events)

    rows = sheet(member, "/team/rows/deflection?days=28&as=csv")[1:]

    assert ["recontact", "recontact"] == [row[1] for row in rows]


def test_article_opens_to_its_tickets(measured: httpx2.Client) -> None:
    """The rows of an article are the tickets of those who read it."""
    rows = sheet(measured, "/team/rows/article/relay-live?days=28&as=csv")[1:]

    assert ["desk:12", "desk:11", "desk:10"] == [row[0] for row in rows]
    assert f"'{EVIL}" == rows[2][1]


@pytest.mark.parametrize("name", ["csat", "first-response", "deflection"])
def test_every_figure_has_its_page(measured: httpx2.Client, name: str) -> None:
    """A figure's rows are a page and a file."""
    answer = measured.get(f"/team/rows/{name}?days=28")

    assert 200 == answer.status_code
    assert f"/team/rows/{name}?days=28&amp;as=csv" in answer.text


def test_bad_ratings_first(measured: httpx2.Client) -> None:
    """What went wrong is read first."""
    rows = sheet(measured, "/team/rows/csat?days=28&as=csv")[1:]

    assert ["bad", "bad", "good"] == [row[-1] for row in rows]


@pytest.mark.parametrize("place", ["nothing", "article/nothing", "deflection/relay-live"])
def test_no_such_rows(member: httpx2.Client, place: str) -> None:
    """An address that was typed wrongly is told so."""
    assert 404 == member.get(f"/team/rows/{place}").status_code


def test_the_digest_is_shown_as_it_goes_out(measured: httpx2.Client) -> None:
    """Headline with its parts, secrets first, a thing to do in each line; and where it goes."""
    html = measured.get("/team/digest?days=28").text

    assert "75% (95 % interval 47% to 91%): 9 of 12 readers&#39; attempts" in html
    assert html.index("Have these secrets rotated") < html.index("Waiting for review")
    assert "Review it: approve it or send it back." in html
    assert "goes nowhere yet" in html


@pytest.mark.parametrize("place", ["", "digest", "rows/csat", "figures.csv", "figures.json"])
def test_for_the_team_alone(visitor: httpx2.Client, place: str) -> None:
    """A stranger gets neither page nor file."""
    assert 403 == visitor.get(f"/team/{place}").status_code


def test_files_hold_each_figure_with_its_parts(measured: httpx2.Client) -> None:
    """CSV and JSON say the same; what is unknown is empty, never zero."""
    rows = sheet(measured, "/team/figures.csv?days=28")
    found = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    body = measured.get("/team/figures.json?days=28").json()
    told = found["explicit_deflection_rate"]

    assert ("9", "12", "0.75") == (told["numerator"], told["denominator"], told["rate"])
    assert "docworthy.metrics/1" == body["schema"]
    assert body["explicit_deflection"]["low"] == float(told["low"])
    assert ("", "1") == (found["csat"]["rate"], found["csat"]["numerator"])


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1", "=cmd|' /C x'!A0"],
)  # fmt: skip
def test_no_cell_is_a_formula(text: str) -> None:
    """A spreadsheet runs nothing that a customer wrote."""
    (row,) = csv.reader(io.StringIO(as_csv((text,), [])))

    assert row[0].startswith("'")


def test_cells_stay_what_they_are() -> None:
    """Numbers stay numbers, plain text stays plain, quotes and line breaks survive."""
    assert ("-0.25", "", "Proxy, slow") == (cell(-0.25), cell(None), cell("Proxy, slow"))
    rows = list(csv.reader(io.StringIO(as_csv(("a",), [('say "so"\nnow',)]), newline="")))
    assert ['say "so"\nnow'] == rows[1]


def test_trend_is_told_in_numbers(measured: httpx2.Client) -> None:
    """The picture over time has its numbers in a table; a step with too little data says so."""
    html = measured.get("/team/?days=28").text

    assert "<summary>The numbers</summary>" in html
    assert "too little data" in html
    assert 'style="' not in html


def test_undelivered_letters_are_told(running: Running, member: httpx2.Client) -> None:
    """A dead letter stands on the page, not only in a log."""
    running.store.outbox.put([Letter(key="a", destination="slack", body="{}")], at=NOW)
    posted = running.store.outbox.take("slack", at=NOW)
    assert posted
    refused = Receipt(verdict=Verdict.REFUSED, reason="x: it answers 404")
    running.store.outbox.mark(posted, refused, due=0, at=NOW)

    assert "1 letter could not be delivered" in member.get("/team/").text
